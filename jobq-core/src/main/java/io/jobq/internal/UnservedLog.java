package io.jobq.internal;

import io.jobq.JobState;
import io.jobq.WorkerInfo;
import io.jobq.operations.WorkerRegistry;
import io.jobq.spi.Registry;
import io.jobq.spi.Registry.Entry;
import io.jobq.spi.Storage;
import io.jobq.spi.StorageStats.QueueStats;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says in the log that a queue has ready jobs and no worker of any process claims from it, and when one does again. What has been
 * said stands in the registry, so that one process says it, once an hour at most.
 */
final class UnservedLog {
    private static final Logger log = LoggerFactory.getLogger(UnservedLog.class);
    private static final String KIND = "unserved";
    /** Workers that are replaced leave their queues alone for a while, which is no news. */
    static final Duration PATIENCE = Duration.ofSeconds(30);

    static final String ADVICE = "is its name spelt right, and is it among the queues of a worker?";

    /** So many lines are written per look, and one more for the rest. */
    static final int LINES = 5;

    static final Duration SAID_AGAIN = Duration.ofHours(1);

    private final Registry registry;
    private final WorkerRegistry workers;

    UnservedLog(Storage storage) {
        this.registry = storage.registry();
        this.workers = new WorkerRegistry(storage.registry());
    }

    /** The queues that live workers claim from. */
    Set<String> served() {
        return workers.workers().stream()
                .filter(worker -> worker.state() == WorkerInfo.State.RUNNING)
                .flatMap(worker -> worker.queues().keySet().stream())
                .collect(Collectors.toSet());
    }

    /** Says what has changed since the last look of any process. */
    void look(Map<String, QueueStats> queues) {
        Set<String> served = served();
        Map<String, Entry> said = registry.list(KIND).stream().collect(Collectors.toMap(Entry::key, entry -> entry));
        List<Map.Entry<String, QueueStats>> news = queues.entrySet().stream()
                .filter(each -> !served.contains(each.getKey()) && waits(each.getValue()))
                .filter(each -> !said.containsKey(each.getKey()) && isNews(each.getKey()))
                .toList();
        news.stream().limit(LINES).forEach(each -> {
            long ready = each.getValue().count(JobState.READY);
            write(each.getKey(), ready == 1 ? "1 job is" : ready + " jobs are", ADVICE);
        });
        if (news.size() > LINES) {
            log.warn("and {} more queues have ready jobs, but no worker claims from them", news.size() - LINES);
        }
        said.keySet().retainAll(served);
        said.values().stream()
                .filter(entry -> registry.remove(KIND, entry.key(), entry.version()))
                .forEach(entry -> log.info("queue '{}' has a worker again", entry.key()));
    }

    private static boolean waits(QueueStats queue) {
        Duration oldest = queue.oldestReady();
        return oldest != null && oldest.compareTo(PATIENCE) >= 0;
    }

    /** Says it of a queue, unless that has been said. */
    void say(String queue, String what, String advice) {
        if (isNews(queue)) {
            write(queue, what, advice);
        }
    }

    private boolean isNews(String queue) {
        return registry.put(new Entry(KIND, queue, "{}", 0), 0, SAID_AGAIN);
    }

    private static void write(String queue, String what, String advice) {
        log.warn("{} ready in queue '{}', but no worker claims from it; {}", what, queue, advice);
    }
}
