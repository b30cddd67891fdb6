package io.jobq.memory;

import io.jobq.JobState;

/** Where an entry stands: the states, with parked jobs set apart from those that anyone may claim. */
enum Place {
    SCHEDULED(JobState.SCHEDULED),
    READY(JobState.READY),
    PARKED(JobState.READY),
    RUNNING(JobState.RUNNING),
    SUCCEEDED(JobState.SUCCEEDED),
    DEAD(JobState.DEAD),
    CANCELLED(JobState.CANCELLED);

    private static final Place[] ALL = values();

    final JobState state;

    Place(JobState state) {
        this.state = state;
    }

    static int count() {
        return ALL.length;
    }

    static Place at(int ordinal) {
        return ALL[ordinal];
    }

    boolean isFinal() {
        return state.isFinal();
    }
}
