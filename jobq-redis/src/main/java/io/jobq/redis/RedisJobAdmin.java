package io.jobq.redis;

import io.jobq.JobId;
import io.jobq.JobSnapshot;
import io.jobq.spi.Applied;
import io.jobq.spi.JobAction;
import io.jobq.spi.JobAdmin;
import io.jobq.spi.JobFilter;
import io.jobq.spi.Page;
import io.jobq.spi.Rule;
import io.jobq.spi.StorageStats;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The operator's side: a walk finds jobs, and a script acts on each that is still as the walk has seen it. */
final class RedisJobAdmin implements JobAdmin {
    private static final int DONE = 1;
    private static final int CHANGED = 2;
    private static final int TRIES = 5;

    private final Calls calls;
    private final Queues queues;

    RedisJobAdmin(Calls calls, Queues queues) {
        this.calls = calls;
        this.queues = queues;
    }

    @Override
    public Optional<JobSnapshot> find(JobId id) {
        calls.link().requireOpen();
        return Walk.rows(calls, queues.everywhere(), List.of(id)).stream()
                .reduce(Walk::live)
                .map(Row::job);
    }

    @Override
    public Page list(JobFilter filter, @Nullable String cursor, int limit) {
        calls.link().requireOpen();
        Walk walk = new Walk(calls, queues, filter, limit, false).from(cursor);
        return new Page(walk.found().stream().map(Row::job).toList(), walk.next());
    }

    /** Only replaying can bring a job back to where the walk has yet to come, so only it is bounded. */
    @Override
    public Applied apply(JobFilter filter, JobAction action, @Nullable String cursor, int limit) {
        calls.link().requireOpen();
        Walk walk = new Walk(calls, queues, filter, limit, action instanceof JobAction.Replay).from(cursor);
        int count = 0;
        for (Row row : walk.found()) {
            count += apply(row, filter, action);
        }
        return new Applied(count, walk.next());
    }

    private int apply(Row seen, JobFilter filter, JobAction action) {
        Row row = seen;
        for (int i = 0; i < TRIES; i++) {
            int answer = act(row, action);
            if (answer != CHANGED) {
                return answer;
            }
            Optional<Row> now = Walk.rows(
                            calls, List.of(row.queue()), List.of(row.job().id()))
                    .stream()
                    .filter(job -> job.matches(filter))
                    .findAny();
            if (now.isEmpty()) {
                return 0;
            }
            row = now.get();
        }
        return 0; // changing all the time, so it is not what the caller meant
    }

    private int act(Row row, JobAction action) {
        if (action instanceof JobAction.Replay replay) {
            String target = replay.queue();
            return target == null || target.equals(row.job().queue()) ? act(row, "REPLAY", "") : move(row, target);
        }
        return action instanceof JobAction.Cancel cancel ? act(row, "CANCEL", cancel.reason()) : act(row, "DELETE", "");
    }

    private int act(Row row, String action, String reason) {
        Args args = new Args()
                .add(action)
                .add(reason)
                .add(row.job().id().toString())
                .add(row.record())
                .add(row.uniqueKey());
        return (int) calls.call(Script.ACT, row.queue(), args).number(0);
    }

    /** Into another queue, which may be on another node: first stored there, then deleted here. */
    private int move(Row row, String queue) {
        if (!row.job().state().isFinal()) {
            return 0;
        }
        queues.register(queue);
        QueueKeys target = queues.of(row.moved(queue));
        Records.Fields record = Records.decode(row.record());
        Args args = new Args()
                .add(row.job().id().toString())
                .add(row.body())
                .add(record.level)
                .add(
                        record.token == 0
                                ? ""
                                : String.valueOf(target.counter(row.queue().token(record.token)) + 1))
                .add(record.startedText())
                .add(row.uniqueKey())
                .add(row.errors())
                .add(row.log());
        if (calls.call(Script.ADOPT, target, args).number(0) != DONE) {
            return 0;
        }
        return act(row, "DELETE", "");
    }

    @Override
    public void rule(String queue, Rule rule) {
        calls.link().requireOpen();
        Args args = new Args().add(Rules.name(rule)).add(Rules.terms(rule));
        queues.of(queue).forEach(place -> calls.call(Script.RULE, place, args));
    }

    @Override
    public List<Rule> rules(String queue) {
        calls.link().requireOpen();
        return Rules.decode(calls.call(Script.RULES, queues.of(queue).get(0), new Args()));
    }

    @Override
    public StorageStats stats() {
        calls.link().requireOpen();
        Map<String, Counts> byQueue = new HashMap<>();
        Counts.read(calls, queues.everywhere())
                .forEach((place, counts) -> byQueue.merge(place.queue(), counts, Counts::plus));
        Map<String, StorageStats.QueueStats> stats = new HashMap<>();
        byQueue.forEach((queue, counts) -> stats.put(queue, counts.stats()));
        return new StorageStats(stats);
    }
}
