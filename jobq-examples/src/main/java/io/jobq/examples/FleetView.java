package io.jobq.examples;

import io.jobq.JobQ;
import io.jobq.JobState;
import io.jobq.WorkerInfo;
import io.jobq.spi.StorageException;
import io.jobq.spi.StorageStats;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/** Shows the queues and workers of a storage as a table, again and again. For one thread. */
final class FleetView {
    private static final Duration MEMORY = Duration.ofMinutes(1);
    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);
    private static final int BAR = 10;
    private static final String QUEUE_ROW = "%-20s %9s %9s %9s %9s %9s %9s";
    private static final String WORKER_ROW = "%-20s %-20s %-18s %9s %-7s %s";

    private final JobQ jobq;
    private final LiveLines screen;
    private final Map<String, WorkerInfo> known = new LinkedHashMap<>();

    FleetView(JobQ jobq, LiveLines screen) {
        this.jobq = jobq;
        this.screen = screen;
    }

    /** Shows how things are until a deadline or an end, and once more then. */
    void watch(Deadline deadline, BooleanSupplier end) throws InterruptedException {
        while (!deadline.isOver() && !end.getAsBoolean()) {
            screen.show(lines());
            Thread.sleep(screen.pause().toMillis());
        }
        screen.show(lines());
    }

    private List<String> lines() {
        try {
            List<WorkerInfo> fleet = jobq.fleet();
            Map<String, StorageStats.QueueStats> queues =
                    new TreeMap<>(jobq.storage().admin().stats().queues());
            return table(fleet, queues);
        } catch (StorageException away) {
            return List.of("the storage does not answer: " + away.getMessage());
        }
    }

    private List<String> table(List<WorkerInfo> fleet, Map<String, StorageStats.QueueStats> queues) {
        Instant now = Instant.now();
        List<String> lines = new ArrayList<>();
        lines.add("---- " + CLOCK.format(LocalTime.now(ZoneId.systemDefault())));
        lines.add(QUEUE_ROW.formatted("queue", "scheduled", "ready", "running", "done", "dead", "cancelled"));
        queues.forEach((name, stats) -> lines.add(queueRow(name, stats)));
        lines.add(WORKER_ROW.formatted("worker", "host:pid", "load", "done", "status", "last seen"));
        remember(fleet, now);
        Set<String> up = new HashSet<>(fleet.stream().map(WorkerInfo::id).toList());
        known.values().stream()
                .sorted(Comparator.comparing(WorkerInfo::id))
                .forEach(worker -> lines.add(workerRow(worker, up.contains(worker.id()), now)));
        return lines;
    }

    private static String queueRow(String name, StorageStats.QueueStats stats) {
        return QUEUE_ROW.formatted(
                name,
                stats.count(JobState.SCHEDULED),
                stats.count(JobState.READY),
                stats.count(JobState.RUNNING),
                stats.count(JobState.SUCCEEDED), // those that retention has left
                stats.count(JobState.DEAD),
                stats.count(JobState.CANCELLED));
    }

    private void remember(List<WorkerInfo> fleet, Instant now) {
        fleet.forEach(worker -> known.put(worker.id(), worker));
        known.values().removeIf(worker -> worker.heartbeat().plus(MEMORY).isBefore(now));
    }

    /** A worker is silent when its entry has run out, one lease time after its last heartbeat. */
    private static String workerRow(WorkerInfo worker, boolean up, Instant now) {
        long millis = Math.max(0, Duration.between(worker.heartbeat(), now).toMillis());
        return WORKER_ROW.formatted(
                worker.id(),
                worker.host() + ":" + worker.pid(),
                up ? load(worker.slots()) : "",
                worker.settled(),
                up ? status(worker.state()) : "silent",
                "%.1f s ago".formatted(millis / 1e3));
    }

    private static String load(WorkerInfo.Slots slots) {
        int filled = Math.min(BAR, slots.used() * BAR / Math.max(1, slots.total()));
        return "#".repeat(filled) + ".".repeat(BAR - filled) + " " + slots.used() + "/" + slots.total();
    }

    private static String status(WorkerInfo.State state) {
        return state == WorkerInfo.State.RUNNING ? "up" : state.name().toLowerCase(Locale.ROOT);
    }
}
