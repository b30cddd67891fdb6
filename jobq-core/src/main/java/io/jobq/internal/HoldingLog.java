package io.jobq.internal;

import io.jobq.spi.HoldingRule;
import io.jobq.spi.JobAdmin;
import io.jobq.spi.Registry;
import io.jobq.spi.Registry.Entry;
import io.jobq.spi.Rule.Target;
import io.jobq.spi.Storage;
import io.jobq.spi.StorageStats.Holding;
import io.jobq.spi.StorageStats.QueueStats;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Says in the log when a rule begins to hold jobs back, and when it stops. The workers of all processes take turns at it,
 * and what has been said stands in the registry, so that one of them says it, once. What lasts no longer than the time
 * between two looks may not be seen at all.
 */
final class HoldingLog {
    private static final Logger log = LoggerFactory.getLogger(HoldingLog.class);
    private static final String KIND = "holding";
    private static final String KEY = "said";
    /** So many lines are written per look, and one more for the rest. */
    static final int LINES = 5;
    /** If nothing changes for longer, everything is said again. */
    static final Duration SAID_AGAIN = Duration.ofHours(1);

    private static final Duration TURN = Duration.ofMillis(4_900);

    /**
     * What has been said of a queue.
     *
     * @param many that there are too many rules to name them
     * @param rules those that hold jobs back
     */
    private record Said(boolean many, Set<Subject> rules) {
        static final Said NOTHING = new Said(false, Set.of());

        static Said of(Holding holding) {
            return new Said(
                    holding.rules() > holding.first().size(),
                    holding.first().stream().map(Subject::of).collect(Collectors.toSet()));
        }
    }

    /** What a rule is about. */
    private record Subject(Target target, String name) {
        static Subject of(HoldingRule rule) {
            return new Subject(rule.target(), rule.name());
        }
    }

    private final JobAdmin admin;
    private final Registry registry;
    private final UnservedLog unserved;
    private final JsonMapper mapper = JsonMapper.builder().build();

    HoldingLog(Storage storage) {
        this.admin = storage.admin();
        this.registry = storage.registry();
        this.unserved = new UnservedLog(storage);
    }

    /** Looks, if the last look is five seconds old, also for queues that no worker claims from. */
    void takeTurn() {
        if (registry.put(new Entry("turn", KIND, "{}", 0), 0, TURN)) {
            Map<String, QueueStats> queues = new TreeMap<>(admin.stats().queues());
            look(queues);
            unserved.look(queues);
        }
    }

    /** Says what has changed since the last look of any process. */
    void look() {
        look(new TreeMap<>(admin.stats().queues()));
    }

    private void look(Map<String, QueueStats> queues) {
        Optional<Entry> entry = registry.list(KIND).stream().findAny();
        Map<String, Said> before = entry.map(this::read).orElse(Map.of());
        Map<String, Said> after = new TreeMap<>();
        List<String> lines = new ArrayList<>();
        queues.forEach((queue, stats) -> {
            Said said = next(queue, before.getOrDefault(queue, Said.NOTHING), stats.holding(), lines);
            if (!said.equals(Said.NOTHING)) {
                after.put(queue, said);
            }
        });
        if (!after.equals(before) && put(after, entry.map(Entry::version).orElse(0L))) {
            write(lines);
            if (after.isEmpty()) {
                registry.remove(KIND, KEY);
            }
        }
    }

    /** What is to be remembered of a queue; while there are too many rules to name, what was said of each before. */
    private static Said next(String queue, Said before, Holding holding, List<String> lines) {
        Said now = Said.of(holding);
        if (now.many()) {
            if (!before.many()) {
                lines.add("queue '" + queue + "': " + holding.rules() + " rules hold " + holding.allJobs()
                        + " jobs back, which are too many to name each");
            }
            return new Said(true, before.rules());
        }
        for (HoldingRule rule : holding.first()) {
            if (!before.rules().contains(Subject.of(rule))) {
                lines.add("queue '" + queue + "': " + rule.text());
            }
        }
        for (Subject rule : before.rules()) {
            if (!now.rules().contains(rule)) {
                lines.add("queue '" + queue + "': " + HoldingRule.subject(rule.target(), rule.name()) + " runs again");
            }
        }
        if (before.many()) {
            lines.add("queue '" + queue + "': " + holding.rules() + " rules hold jobs back now");
        }
        return now;
    }

    private static void write(List<String> lines) {
        lines.stream().limit(LINES).forEach(log::info);
        if (lines.size() > LINES) {
            log.info("and {} more rules hold jobs back, or do so no longer", lines.size() - LINES);
        }
    }

    /** False if another process has looked in the meantime, and said it. */
    private boolean put(Map<String, Said> said, long version) {
        return registry.put(new Entry(KIND, KEY, mapper.writeValueAsString(said), 0), version, SAID_AGAIN);
    }

    private Map<String, Said> read(Entry entry) {
        try {
            return mapper.readerForMapOf(Said.class).readValue(entry.json());
        } catch (JacksonException ofAnotherVersion) {
            return Map.of();
        }
    }
}
