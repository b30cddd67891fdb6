package io.jobq.examples;

import io.jobq.JobQ;
import io.jobq.JobState;
import io.jobq.WorkerInfo;
import io.jobq.examples.TextTable.Column;
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
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;

/** Shows the queues and workers of a storage as a table, again and again. For one thread. */
final class FleetView {
    private static final Duration MEMORY = Duration.ofMinutes(1);
    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);
    private static final int BAR = 10;

    private final JobQ jobq;
    private final LiveLines screen;
    private final IntSupplier width;
    private final String hint;
    private final Rates rates = new Rates();
    private final Map<String, WorkerInfo> known = new LinkedHashMap<>();

    /**
     * A view.
     *
     * @param width that no line may exceed, asked each time
     * @param hint the last line; empty for none
     */
    FleetView(JobQ jobq, LiveLines screen, IntSupplier width, String hint) {
        this.jobq = jobq;
        this.screen = screen;
        this.width = width;
        this.hint = hint;
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
        remember(fleet, now);
        lines.addAll(
                queues.isEmpty() ? List.of("no queue: no job has been enqueued here yet") : queueRows(queues, now));
        lines.addAll(
                known.isEmpty() ? List.of("no worker: none has been here in the last minute") : workerRows(fleet, now));
        if (!hint.isEmpty()) {
            lines.add(hint);
        }
        return lines;
    }

    private List<String> queueRows(Map<String, StorageStats.QueueStats> queues, Instant now) {
        TextTable table = new TextTable(
                Column.text("queue", 0),
                Column.number("scheduled", 2),
                Column.number("ready", 0),
                Column.number("running", 0),
                Column.number("done", 3),
                Column.number("dead", 1),
                Column.number("cancelled", 5),
                Column.number("waiting +-/s", 4));
        queues.forEach((name, stats) -> {
            long waiting = stats.count(JobState.SCHEDULED) + stats.count(JobState.READY);
            table.add(
                    name,
                    stats.count(JobState.SCHEDULED),
                    stats.count(JobState.READY),
                    stats.count(JobState.RUNNING),
                    stats.count(JobState.SUCCEEDED), // those that retention has left
                    stats.count(JobState.DEAD),
                    stats.count(JobState.CANCELLED),
                    rate("%+.1f", rates.perSecond("queue " + name, waiting, now)));
        });
        return table.lines(width.getAsInt());
    }

    private static String rate(String format, OptionalDouble perSecond) {
        return perSecond.isPresent() ? String.format(Locale.ROOT, format, perSecond.getAsDouble()) : "";
    }

    private List<String> workerRows(List<WorkerInfo> fleet, Instant now) {
        TextTable table = new TextTable(
                Column.text("worker", 0),
                Column.text("host:pid", 3),
                Column.text("load", 1),
                Column.number("done", 4),
                Column.number("done/s", 2),
                Column.text("status", 0),
                Column.text("last seen", 0));
        Set<String> up = new HashSet<>(fleet.stream().map(WorkerInfo::id).toList());
        known.values().stream()
                .sorted(Comparator.comparing(WorkerInfo::id))
                .forEach(worker -> addWorker(table, worker, up.contains(worker.id()), now));
        return table.lines(width.getAsInt());
    }

    private void remember(List<WorkerInfo> fleet, Instant now) {
        fleet.forEach(worker -> known.put(worker.id(), worker));
        known.values().removeIf(worker -> worker.heartbeat().plus(MEMORY).isBefore(now));
    }

    /** A worker is silent when its entry has run out, one lease time after its last heartbeat. */
    private void addWorker(TextTable table, WorkerInfo worker, boolean up, Instant now) {
        long millis = Math.max(0, Duration.between(worker.heartbeat(), now).toMillis());
        OptionalDouble rate = rates.perSecond("worker " + worker.id(), worker.settled(), worker.heartbeat());
        table.add(
                worker.id(),
                worker.host() + ":" + worker.pid(),
                up ? load(worker.slots()) : "",
                worker.settled(),
                up ? rate("%.1f", rate) : "",
                up ? status(worker.state()) : "silent",
                String.format(Locale.ROOT, "%.1f s ago", millis / 1e3));
    }

    private static String load(WorkerInfo.Slots slots) {
        int filled = Math.min(BAR, slots.used() * BAR / Math.max(1, slots.total()));
        return "#".repeat(filled) + ".".repeat(BAR - filled) + " " + slots.used() + "/" + slots.total();
    }

    private static String status(WorkerInfo.State state) {
        return state == WorkerInfo.State.RUNNING ? "up" : state.name().toLowerCase(Locale.ROOT);
    }
}
