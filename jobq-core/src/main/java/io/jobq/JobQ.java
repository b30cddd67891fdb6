package io.jobq;

/** Placeholder while the engine is being written. */
public final class JobQ {
    private JobQ() {}
}
