package io.jobq.operations;

import io.jobq.JobState;
import io.jobq.spi.HoldingRule;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Why a job is not running, or what became of it: the first reason that holds. Later versions may know more reasons, so
 * whoever tells them apart keeps a branch for others, and shows their text.
 */
public sealed interface Explanation {
    /** The answer in a sentence, for people. */
    String text();

    /** There is no such job: it never was, or it ended and retention or an operator has deleted it. */
    record Unknown() implements Explanation {
        @Override
        public String text() {
            return "it is not stored: it never was, or has been deleted since";
        }
    }

    /**
     * It runs.
     *
     * @param since when it was claimed
     * @param worker which worker runs it; null if none says so at the moment
     */
    record Running(Instant since, @Nullable String worker) implements Explanation {
        @Override
        public String text() {
            return "it has been running since " + since + (worker == null ? "" : " on worker " + worker);
        }
    }

    /**
     * It is at its end.
     *
     * @param state SUCCEEDED, DEAD or CANCELLED
     * @param at since when
     * @param reason why it is dead or cancelled; null when there is nothing to say
     */
    record Finished(JobState state, Instant at, @Nullable String reason) implements Explanation {
        @Override
        public String text() {
            return "it is " + state + " since " + at + (reason == null ? "" : ": " + reason);
        }
    }

    /**
     * It is not due.
     *
     * @param until when it is
     * @param attempt which attempt that will be
     * @param reason why it waits; null when its producer wanted it so, or an attempt has failed
     */
    record Scheduled(Instant until, int attempt, @Nullable String reason) implements Explanation {
        @Override
        public String text() {
            return "it waits until " + until + (attempt > 1 ? " for attempt " + attempt : "")
                    + (reason == null ? "" : ": " + reason);
        }
    }

    /**
     * Its queue is paused.
     *
     * @param queue which
     */
    record Paused(String queue) implements Explanation {
        @Override
        public String text() {
            return "queue '" + queue + "' is paused";
        }
    }

    /**
     * No live worker claims from its queue.
     *
     * @param queue which
     * @param quiet workers that serve the queue, but claim no more
     */
    record NoWorker(String queue, Set<String> quiet) implements Explanation {
        /** Copies the set. */
        public NoWorker {
            quiet = Set.copyOf(quiet);
        }

        @Override
        public String text() {
            return "no worker claims from queue '" + queue + "'"
                    + (quiet.isEmpty() ? "" : "; these are quiet: " + quiet);
        }
    }

    /**
     * Workers claim from its queue, but have handed jobs of its type back since they have no handler for it.
     *
     * @param type the job type
     * @param parked how many jobs of the queue wait for a worker that knows it
     */
    record NoHandler(String type, long parked) implements Explanation {
        @Override
        public String text() {
            return "no worker of its queue has a handler for type '" + type + "'; " + parked + " jobs wait for one";
        }
    }

    /**
     * A rule holds it back, or will when it is its turn: a rate that has no room, a limit to concurrency that is reached, or a
     * pause of its type or tenant.
     *
     * @param rule which, and how many jobs it is known to hold back, 0 if no claim has met any yet. If its target is QUEUE,
     *     the whole line waits, this job in it
     */
    record HeldBack(HoldingRule rule) implements Explanation {
        @Override
        public String text() {
            return rule.text();
        }
    }

    /**
     * It is ready, and others may be before it.
     *
     * @param ahead how many jobs are listed before it in its queue, 100 at most
     * @param exact whether just these are claimed before it, if nobody puts others ahead. False when there may be more than
     *     100, when tenants, levels with weights or a longest wait, limits, or parts of the queue take turns, so that the order
     *     of the list is not that of claims, and, with 0, also when its place is not known. When more than 100 jobs wait at its
     *     level, nobody has looked whether tenants are among them, so it is false then, too
     */
    record InLine(long ahead, boolean exact) implements Explanation {
        @Override
        public String text() {
            if (ahead == 0) {
                return exact ? "it is the next of its queue" : "it is in its queue's line, and may be the next";
            }
            boolean far = !exact && ahead >= Inquiry.NEAR;
            return (exact ? "" : "about ") + ahead + (far ? " or more" : "") + (ahead == 1 ? " job is" : " jobs are")
                    + " before it in its queue";
        }
    }
}
