package io.jobq.memory;

import io.jobq.JobState;

/** Where an entry stands: the states, with parked jobs, and those that wait for room under a limit, set apart from those that
 * anyone may claim. */
enum Place {
    SCHEDULED(JobState.SCHEDULED),
    READY(JobState.READY),
    PARKED(JobState.READY),
    ASIDE(JobState.READY),
    RUNNING(JobState.RUNNING),
    SUCCEEDED(JobState.SUCCEEDED),
    DEAD(JobState.DEAD),
    CANCELLED(JobState.CANCELLED);

    final JobState state;

    Place(JobState state) {
        this.state = state;
    }

    boolean isFinal() {
        return state.isFinal();
    }
}
