package io.jobq.benchmarks.peers;

/**
 * What a storage holds.
 *
 * @param entries keys or rows
 * @param bytes used memory, or size of the tables with their indexes
 */
record Footprint(long entries, long bytes) {
    Footprint minus(Footprint before) {
        return new Footprint(entries - before.entries, bytes - before.bytes);
    }
}
