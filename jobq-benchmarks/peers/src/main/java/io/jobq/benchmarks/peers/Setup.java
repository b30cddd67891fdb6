package io.jobq.benchmarks.peers;

/**
 * What a session is opened with.
 *
 * @param uri the storage's
 * @param slots how many handlers may run at once, should a worker be started
 */
record Setup(String uri, Settings settings, int slots) {
    boolean isBest() {
        return settings == Settings.BEST;
    }
}
