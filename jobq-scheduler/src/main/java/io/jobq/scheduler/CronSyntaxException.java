package io.jobq.scheduler;

/** A cron expression that cannot be used. The message says where, in which field, why, and what is allowed there. */
public final class CronSyntaxException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final int position;

    CronSyntaxException(int position, String message) {
        super(message);
        this.position = position;
    }

    /** Index of the first character of what is at fault, 0-based; the expression's length if fields are missing. */
    public int position() {
        return position;
    }
}
