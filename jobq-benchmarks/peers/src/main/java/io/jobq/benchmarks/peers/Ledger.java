package io.jobq.benchmarks.peers;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** What a worker process has told. A thread writes while another one reads. */
final class Ledger {
    private final Map<Long, Long> starts = new HashMap<>();
    private final Set<Long> done = new HashSet<>();
    private boolean ready;
    private boolean stored;
    private long left = 1;
    private long lastLeft;

    /** Notes a line. */
    synchronized void line(String line) {
        String[] words = line.split(" ", 2);
        switch (words[0]) {
            case "READY" -> ready = true;
            case "STORED" -> stored = true;
            case "START" -> starts.put(Long.valueOf(words[1]), System.nanoTime());
            case "DONE" -> done.add(Long.valueOf(words[1]));
            case "LEFT" -> {
                left = Long.parseLong(words[1]);
                lastLeft = System.nanoTime();
            }
            default -> {
                // something that the library itself says
            }
        }
    }

    synchronized boolean isReady() {
        return ready;
    }

    /** Whether all that it was to store is stored. */
    synchronized boolean hasStored() {
        return stored;
    }

    synchronized Set<Long> started() {
        return new HashSet<>(starts.keySet());
    }

    synchronized Set<Long> done() {
        return new HashSet<>(done);
    }

    /** Started and not done. */
    synchronized Set<Long> running() {
        Set<Long> running = new HashSet<>(starts.keySet());
        running.removeAll(done);
        return running;
    }

    /** Whether the storage was empty when it was last looked at, and that was later than this. */
    synchronized boolean hasSeenEmptyAfter(long nanos) {
        return left == 0 && lastLeft - nanos > 0;
    }

    /** When the last of these started. */
    synchronized long lastStart(Collection<Long> jobs) {
        return jobs.stream().mapToLong(starts::get).max().orElseThrow();
    }
}
