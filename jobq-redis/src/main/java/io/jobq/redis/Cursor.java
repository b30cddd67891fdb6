package io.jobq.redis;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * How far a walk has come: places in order, within each the queues by name and their partitions, within these by
 * position. Jobs may come and go between two calls; the walk goes on behind the position.
 *
 * @param place index among {@link Walk#PLACES}
 * @param queue the queue's name; empty before the first
 * @param partition which partition of it
 * @param position as {@code list.lua} gave it; empty at the beginning
 * @param member as {@code list.lua} gave it
 * @param bound jobs that finished or were rescheduled later than this, in us, are not met; empty until it is known
 */
record Cursor(int place, String queue, int partition, String position, String member, String bound) {
    private static final int PARTS = 6;
    static final Cursor START = new Cursor(0, "", 0, "", "", "");

    static Cursor parse(@Nullable String text) {
        if (text == null) {
            return START;
        }
        String[] parts = text.split(":", -1);
        try {
            if (parts.length == PARTS) {
                Cursor cursor = new Cursor(
                        Integer.parseInt(parts[0]),
                        decode(parts[1]),
                        Integer.parseInt(parts[2]),
                        checked(parts[3]),
                        decode(parts[4]),
                        checked(parts[5]));
                if (cursor.place >= 0 && cursor.place < Walk.PLACES.size()) {
                    return cursor;
                }
            }
        } catch (IllegalArgumentException e) {
            throw bad(text, e);
        }
        throw bad(text, null);
    }

    private static String checked(String number) {
        return number.isEmpty() ? number : String.valueOf(Long.parseLong(number));
    }

    static IllegalArgumentException bad(String text, @Nullable Exception cause) {
        return new IllegalArgumentException(
                "cursor '" + text + "' is not one that this filter's last page returned; start again with null", cause);
    }

    Cursor behind(String nextPosition, String nextMember) {
        return new Cursor(place, queue, partition, nextPosition, nextMember, bound);
    }

    Cursor at(int nextPlace, QueueKeys next) {
        return new Cursor(nextPlace, next.queue(), next.partition(), "", "", bound);
    }

    Cursor boundedBy(String us) {
        return bound.isEmpty() ? new Cursor(place, queue, partition, position, member, us) : this;
    }

    /** Whether a place has been left behind. */
    boolean isBehind(int otherPlace, QueueKeys other) {
        if (otherPlace != place) {
            return otherPlace < place;
        }
        int byName = other.queue().compareTo(queue);
        return byName < 0 || (byName == 0 && other.partition() < partition);
    }

    boolean isAt(int otherPlace, QueueKeys other) {
        return otherPlace == place && other.queue().equals(queue) && other.partition() == partition;
    }

    String text() {
        return place + ":" + encode(queue) + ":" + partition + ":" + position + ":" + encode(member) + ":" + bound;
    }

    private static String encode(String part) {
        return URLEncoder.encode(part, StandardCharsets.UTF_8);
    }

    private static String decode(String part) {
        return URLDecoder.decode(part, StandardCharsets.UTF_8);
    }
}
