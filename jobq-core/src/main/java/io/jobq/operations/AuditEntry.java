package io.jobq.operations;

import java.time.Instant;

/**
 * One thing that an operator did, or began. It is written before anything is done and again when it is: an entry that is
 * not complete and has no jobs may stand for an action of which only the beginning is known.
 *
 * @param number 1 for the first action on a storage, one more for each that follows
 * @param at when it began, by the operator's clock
 * @param who the operator's name
 * @param action what was done, in words: {@code move to queue 'mail'}; payloads are not shown
 * @param target to what, in words: {@code job …}, {@code jobs with state DEAD, queue 'mail'}, {@code worker …}
 * @param jobs how many jobs it has changed so far
 * @param complete whether it is at its end
 */
public record AuditEntry(
        long number, Instant at, String who, String action, String target, long jobs, boolean complete) {
    AuditEntry progressed(long more, boolean done) {
        return new AuditEntry(number, at, who, action, target, jobs + more, done);
    }
}
