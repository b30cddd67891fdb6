package io.jobq.memory;

import org.jspecify.annotations.Nullable;

/**
 * How far a walk through the lines has come: places in order, the queues of each by name, each line by its keys. Jobs may
 * come and go between two calls; the walk goes on behind the keys, whether or not their entry is still there.
 *
 * @param bound the sequence number at which a bulk action began: jobs that finished or were rescheduled later are not met
 */
record Cursor(Place place, String queue, Position last, long bound) {
    private static final int PARTS = 5;

    static Cursor start(long bound) {
        return new Cursor(Place.SCHEDULED, "", Position.start(), bound);
    }

    static Cursor parse(@Nullable String text, long boundAtStart) {
        if (text == null) {
            return start(boundAtStart);
        }
        String[] parts = text.split(":", PARTS);
        try {
            if (parts.length == PARTS) {
                return new Cursor(
                        Place.valueOf(parts[0]),
                        parts[4],
                        new Position(Long.parseLong(parts[1]), Long.parseLong(parts[2])),
                        Long.parseLong(parts[3]));
            }
        } catch (IllegalArgumentException e) {
            throw bad(text, e);
        }
        throw bad(text, null);
    }

    static IllegalArgumentException bad(String text, @Nullable Exception cause) {
        return new IllegalArgumentException(
                "cursor '" + text + "' is not one that this filter's last page returned; start again with null", cause);
    }

    Cursor to(String nextQueue, Position position) {
        return new Cursor(place, nextQueue, position, bound);
    }

    /** As text; the queue comes last, since its name may hold anything. */
    String text() {
        return place + ":" + last.major + ":" + last.minor + ":" + bound + ":" + queue;
    }
}
