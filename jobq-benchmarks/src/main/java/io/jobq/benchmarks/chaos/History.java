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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What handlers did and what was done to them, in the order in which Redis saw it, under a prefix of its own. Its way to
 * Redis is never cut: a worker that has lost its storage can still do harm elsewhere.
 */
final class History implements AutoCloseable {
    private static final int PAGE = 10_000;
    /** Events among which those that run now have begun. */
    private static final int LATEST = 2_000;

    private static final String NO_RUN = "-";
    private static final Pattern RUNNING =
            Pattern.compile("^\\{\"state\":\"RUNNING\",\"token\":\"(\\d+)-.*\"started\":(\\d+)");

    private final BareRedis redis;
    private final RedisClusterCommands<String, String> commands;
    private final String prefix;
    private final String[] keys;
    private final String tickets;
    private final String records;
    private final String script = BareRedis.script("chaos_event.lua");

    private History(BareRedis redis, ChaosSettings settings) {
        this.redis = redis;
        this.commands = redis.texts();
        this.prefix = settings.prefix() + "-history";
        String base = this.prefix + ":{history}:";
        this.keys = new String[] {base + "seen", base + "effects", base + "events"};
        this.tickets = base + "tickets";
        this.records = settings.key("state");
    }

    /** Connects, as soon as Redis is there. */
    static History open(ChaosSettings settings) {
        return new History(Patience.until(() -> BareRedis.connect(settings.uri())), settings);
    }

    /** When a job was handed out with this token, by the storage's own record; 0 if another claim has it by now. */
    long claimedAt(JobContext job) {
        String record = commands.hget(records, job.id().toString());
        Matcher running = RUNNING.matcher(record == null ? "" : record);
        return running.find() && Long.parseLong(running.group(1)) == job.fencingToken()
                ? Long.parseLong(running.group(2))
                : 0;
    }

    /** A handler began, about which there may be more to say. */
    void started(String worker, JobContext job, String run, String... note) {
        write(Event.Kind.START, worker, job, run, note);
    }

    /** Makes the effect of a job happen, unless a later holder has been seen. */
    void effect(String worker, JobContext job, String run) {
        write(Event.Kind.EFFECT, worker, job, run);
    }

    /** The storage refused the end of a job. */
    void lost(String worker, JobContext job) {
        write(Event.Kind.LOST, worker, job, NO_RUN);
    }

    /** An attempt has come to its end, all interceptors included. */
    void answered(String worker, JobContext job) {
        write(Event.Kind.ANSWER, worker, job, NO_RUN);
    }

    /** Enqueueing has answered with a job. */
    void accepted(String producer, String job, String call) {
        Patience.run(() -> write(Event.Kind.ACCEPT.name(), producer, job, "0", call));
    }

    private void write(Event.Kind kind, String worker, JobContext job, String run, String... note) {
        Stream<String> words =
                Stream.of(kind.name(), worker, job.id().toString(), Long.toString(job.fencingToken()), run);
        write(Stream.concat(words, Stream.of(note)).toArray(String[]::new));
    }

    private long write(String... words) {
        return commands.<Long>eval(script, ScriptOutputType.INTEGER, keys, words);
    }

    /** Says what is about to be done to a worker, however long it takes until Redis has it. */
    void fault(Event.Kind kind, String worker) {
        Patience.until(() -> write(kind.name(), worker));
    }

    /** Whether any handler has begun, by the first events. */
    boolean hasBegun() {
        return commands.lrange(keys[2], 0, LATEST).stream()
                .map(Event::parse)
                .anyMatch(event -> event.kind() == Event.Kind.START);
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
                case EFFECT, STALE, LOST, ANSWER -> running.remove(hold);
                case KILL -> running.values().removeIf(event.worker()::equals);
                case PAUSE, ACCEPT, CHANGE, CHANGED, LEAD -> {}
            }
        }
        return Set.copyOf(running.values());
    }

    /** A number that nobody else gets, from 1; some are never given out if Redis fails. */
    long ticket() {
        return Patience.until(() -> commands.incr(tickets));
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
