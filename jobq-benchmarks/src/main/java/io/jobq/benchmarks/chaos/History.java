package io.jobq.benchmarks.chaos;

import io.jobq.JobContext;
import io.jobq.benchmarks.BareRedis;
import io.lettuce.core.RedisException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.cluster.api.sync.RedisClusterCommands;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What handlers did and what was done to them, in the order in which Redis saw it, under a prefix of its own. Its way to
 * Redis is never cut: a worker that has lost its storage can still do harm elsewhere.
 */
final class History implements AutoCloseable {
    private static final int PAGE = 10_000;
    /** Events among which those that run now have begun. */
    private static final int LATEST = 2_000;

    private final BareRedis redis;
    private final RedisClusterCommands<String, String> commands;
    private final String prefix;
    private final String[] keys;
    private final String script = BareRedis.script("chaos_event.lua");

    private History(BareRedis redis, String prefix) {
        this.redis = redis;
        this.commands = redis.texts();
        this.prefix = prefix + "-history";
        String base = this.prefix + ":{history}:";
        this.keys = new String[] {base + "seen", base + "effects", base + "events"};
    }

    /** Connects, as soon as Redis is there. */
    static History open(String uri, String prefix) {
        return new History(Patience.until(() -> BareRedis.connect(uri)), prefix);
    }

    /** A handler began. */
    void started(String worker, JobContext job, String run) {
        write(Event.Kind.START, worker, job, run);
    }

    /** Makes the effect of a job happen, unless a later holder has been seen. */
    void effect(String worker, JobContext job, String run) {
        write(Event.Kind.EFFECT, worker, job, run);
    }

    /** The storage refused the end of a job. */
    void lost(String worker, JobContext job) {
        write(Event.Kind.LOST, worker, job, "-");
    }

    private void write(Event.Kind kind, String worker, JobContext job, String run) {
        write(kind.name(), worker, job.id().toString(), Long.toString(job.fencingToken()), run);
    }

    private long write(String... words) {
        return commands.<Long>eval(script, ScriptOutputType.INTEGER, keys, words);
    }

    /** Says what is about to be done to a worker, however long it takes until Redis has it. */
    void fault(Event.Kind kind, String worker) {
        Patience.until(() -> write(kind.name(), worker));
    }

    /** Whether anything has happened. */
    boolean hasBegun() {
        return commands.llen(keys[2]) > 0;
    }

    /** Workers that run jobs now, by the last events; none if Redis is away. */
    Set<String> busy() {
        try {
            return busy(commands.lrange(keys[2], -LATEST, -1).stream()
                    .map(Event::parse)
                    .toList());
        } catch (RedisException away) {
            return Set.of();
        }
    }

    /** Workers that have begun a job and not ended it, by some events. */
    static Set<String> busy(List<Event> events) {
        Map<String, String> running = new HashMap<>();
        for (Event event : events) {
            String hold = event.job() + " " + event.token();
            switch (event.kind()) {
                case START -> running.put(hold, event.worker());
                case EFFECT, STALE, LOST -> running.remove(hold);
                case KILL -> running.values().removeIf(event.worker()::equals);
                case PAUSE -> {}
            }
        }
        return Set.copyOf(running.values());
    }

    /** All of it, each event once. */
    List<Event> read() {
        List<Event> events = new ArrayList<>();
        Set<Event> known = new HashSet<>();
        List<String> page;
        do {
            page = commands.lrange(keys[2], events.size(), events.size() + PAGE - 1);
            page.forEach(line -> events.add(Event.parse(line)));
        } while (!page.isEmpty());
        events.removeIf(event -> !event.job().isEmpty() && !known.add(event.timeless()));
        return events;
    }

    /** Removes it. */
    void delete() {
        redis.deleteKeys(prefix);
    }

    @Override
    public void close() {
        redis.close();
    }
}
