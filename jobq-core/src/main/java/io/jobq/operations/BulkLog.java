package io.jobq.operations;

import io.jobq.Priority;
import io.jobq.spi.Due;
import io.jobq.spi.JobAction;
import io.jobq.spi.JobFilter;
import io.jobq.spi.Registry;
import io.jobq.spi.Registry.Entry;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Bulk actions that are under way, as entries of the registry under their numbers in the audit list, so that whoever comes after
 * a process that died can bring them to their end. Gone when they are complete, given up, or were not gone on with for a week.
 */
final class BulkLog {
    private static final String KIND = "bulk";
    private static final Duration KEPT = Duration.ofDays(7);

    private final Registry registry;
    /** A part that this version does not know would mean fewer jobs than it thinks. */
    private final JsonMapper mapper = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .build();

    BulkLog(Registry registry) {
        this.registry = registry;
    }

    /** Writes down how far one has come. */
    void update(Bulk bulk) {
        if (bulk.isComplete()) {
            remove(bulk);
        } else {
            String json = mapper.writeValueAsString(Stored.of(bulk));
            registry.put(new Entry(KIND, key(bulk), json, 0), Registry.ANY_VERSION, KEPT);
        }
    }

    /** Returns false if it was not there. */
    boolean remove(Bulk bulk) {
        return registry.remove(KIND, key(bulk));
    }

    private static String key(Bulk bulk) {
        return AuditLog.key(bulk.entry().number());
    }

    /** The newest first. */
    List<Bulk> list() {
        return registry.list(KIND).stream()
                .flatMap(entry -> read(entry).stream())
                .sorted(Comparator.comparingLong((Bulk bulk) -> bulk.entry().number())
                        .reversed())
                .toList();
    }

    private Optional<Bulk> read(Entry entry) {
        try {
            return Optional.of(mapper.readValue(entry.json(), Stored.class).bulk());
        } catch (JacksonException | IllegalArgumentException ofAnotherVersion) {
            return Optional.empty();
        }
    }

    /** The form in the registry. Actions are named, so that what is read can only become one that this version knows. */
    private record Stored(
            AuditEntry entry,
            JobFilter filter,
            What what,
            @Nullable String cursor) {
        static Stored of(Bulk bulk) {
            return new Stored(bulk.entry(), bulk.filter(), What.of(bulk.action()), bulk.cursor());
        }

        Bulk bulk() {
            return new Bulk(filter, what.action(), entry, cursor);
        }
    }

    /** An action by its name, with the one value that it may have. */
    private record What(String name, @Nullable String value) {
        static What of(JobAction action) {
            if (action instanceof JobAction.Replay replay) {
                return new What("replay", replay.queue());
            } else if (action instanceof JobAction.Cancel cancel) {
                return new What("cancel", cancel.reason());
            } else if (action instanceof JobAction.Reschedule reschedule) {
                Due due = reschedule.due();
                return due instanceof Due.In in
                        ? new What("delay", in.delay().toString())
                        : new What("reschedule", ((Due.At) due).instant().toString());
            } else if (action instanceof JobAction.Move move) {
                return new What("move", move.queue());
            } else if (action instanceof JobAction.ChangePriority change) {
                return new What("priority", String.valueOf(change.priority().level()));
            } else if (action instanceof JobAction.RunNow) {
                return new What("run", null);
            } else if (action instanceof JobAction.Delete) {
                return new What("delete", null);
            }
            throw new IllegalArgumentException("is for one job, which is done at once: " + action);
        }

        JobAction action() {
            String given = value == null ? "" : value;
            return switch (name) {
                case "replay" -> new JobAction.Replay(value);
                case "cancel" -> new JobAction.Cancel(given);
                case "delay" -> new JobAction.Reschedule(new Due.In(Duration.parse(given)));
                case "reschedule" -> new JobAction.Reschedule(new Due.At(Instant.parse(given)));
                case "move" -> new JobAction.Move(given);
                case "priority" -> new JobAction.ChangePriority(new Priority(Integer.parseInt(given)));
                case "run" -> new JobAction.RunNow();
                case "delete" -> new JobAction.Delete();
                default -> throw new IllegalArgumentException("action '" + name + "' of a newer version");
            };
        }
    }
}
