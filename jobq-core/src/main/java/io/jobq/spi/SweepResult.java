package io.jobq.spi;

/**
 * What a sweep did.
 *
 * @param promoted scheduled jobs that became ready
 * @param reclaimed jobs taken from expired leases
 * @param purged finished jobs deleted for their age; those that were too many are deleted when another finishes
 */
public record SweepResult(int promoted, int reclaimed, int purged) {}
