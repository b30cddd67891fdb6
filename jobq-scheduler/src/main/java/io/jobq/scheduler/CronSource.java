package io.jobq.scheduler;

import io.jobq.scheduler.Cron.Dialect;

/** A cron expression as it was given, for reading and for messages about it. */
record CronSource(Dialect dialect, String text) {
    /** An error in a field. */
    CronSyntaxException error(int position, CronField field, String problem) {
        return error(
                position,
                field.label() + ": " + problem + "; allowed in " + Words.of(dialect) + " cron: "
                        + field.allowed(dialect));
    }

    /** An error in the whole. */
    CronSyntaxException error(int position, String problem) {
        return new CronSyntaxException(
                position, "cron expression " + Words.quote(text) + " at position " + position + ": " + problem);
    }

    /** The character there in capitals if it is an ASCII letter, else as it is. */
    char at(int position) {
        char c = text.charAt(position);
        return c >= 'a' && c <= 'z' ? (char) (c - 'a' + 'A') : c;
    }
}
