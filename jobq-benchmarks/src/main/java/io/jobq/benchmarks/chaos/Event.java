package io.jobq.benchmarks.chaos;

import java.util.List;

/**
 * A line of the history.
 *
 * @param kind what happened
 * @param millis when, by Redis' clock
 * @param worker to or in which worker
 * @param job with which job; empty for a fault
 * @param token under which fencing token; 0 for a fault
 * @param run in which call of the handler, or of the producer; empty for a fault
 * @param note what else a scenario wants to know, words with spaces between them
 */
record Event(Kind kind, long millis, String worker, String job, long token, String run, String note) {
    /** What can happen. */
    enum Kind {
        /** A handler began. */
        START,
        /** Its effect took place. */
        EFFECT,
        /** Its effect was refused, since a later holder of the job had been seen. */
        STALE,
        /** The storage refused its end. */
        LOST,
        /** A worker has reported the outcome of an attempt, and lived to go on. */
        ANSWER,
        /** Enqueueing has answered with this job. */
        ACCEPT,
        /** The rules are about to be changed. */
        CHANGE,
        /** They have been changed. */
        CHANGED,
        /** The worker is the leader that is about to be hit. */
        LEAD,
        /** The worker is about to be killed. */
        KILL,
        /** The worker is about to be paused. */
        PAUSE
    }

    /** Reads a line as the script writes it. */
    static Event parse(String line) {
        List<String> words = List.of(line.split(" ", -1));
        Kind kind = Kind.valueOf(words.get(0));
        long millis = Long.parseLong(words.get(1));
        if (words.size() == 3) {
            return new Event(kind, millis, words.get(2), "", 0, "", "");
        }
        return new Event(
                kind,
                millis,
                words.get(2),
                words.get(3),
                Long.parseLong(words.get(4)),
                words.get(5),
                String.join(" ", words.subList(6, words.size())));
    }

    /** The same, whenever and with whatever note it was written: a repeated one is one. */
    Event timeless() {
        return new Event(kind, 0, worker, job, token, run, "");
    }
}
