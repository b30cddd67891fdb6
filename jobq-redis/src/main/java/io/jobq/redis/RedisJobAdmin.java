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
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The operator's side: a walk finds jobs, and a script acts on each that is still as the walk has seen it. */
final class RedisJobAdmin implements JobAdmin {
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
                .map(row -> Holdings.jobs(calls, List.of(row)).get(0));
    }

    @Override
    public Page list(JobFilter filter, @Nullable String cursor, int limit) {
        calls.link().requireOpen();
        Walk walk = new Walk(calls, queues, filter, limit, false).from(cursor);
        return new Page(Holdings.jobs(calls, walk.found()), walk.next());
    }

    /** Replaying and rescheduling can bring a job back to where the walk has yet to come, so only they are bounded. */
    @Override
    public Applied apply(JobFilter filter, JobAction action, @Nullable String cursor, int limit) {
        action.requireFor(filter);
        calls.link().requireOpen();
        boolean returns = action instanceof JobAction.Replay || action instanceof JobAction.Reschedule;
        Walk walk = new Walk(calls, queues, filter, limit, returns).from(cursor);
        int count = new ActionCall(calls, queues, filter, action).on(walk.found());
        return new Applied(count, walk.next());
    }

    @Override
    public boolean pause(String queue, boolean paused) {
        Objects.requireNonNull(queue, "queue");
        calls.link().requireOpen();
        queues.register(queue);
        List<CompletableFuture<Reply>> replies = queues.of(queue).stream()
                .map(place -> calls.sendDurably(Script.PAUSE, place, new Args().add(paused ? 1 : 0)))
                .toList();
        boolean changed = false;
        for (CompletableFuture<Reply> reply : replies) {
            changed |= calls.link().await(reply).number(0) == 1;
        }
        return changed;
    }

    @Override
    public void rule(String queue, Rule rule, Rule.Part... parts) {
        calls.link().requireOpen();
        Args args = new Args().add(Rules.name(rule)).add(Rules.terms(rule));
        Rules.fields(Rule.Part.named(parts)).forEach(args::add);
        List<CompletableFuture<Reply>> replies = queues.of(queue).stream()
                .map(place -> calls.sendDurably(Script.RULE, place, args))
                .toList();
        replies.forEach(calls.link()::await);
    }

    @Override
    public List<Rule> rules(String queue) {
        calls.link().requireOpen();
        Set<Rule> rules = new TreeSet<>(Rules.ORDER);
        String cursor = "0";
        do {
            Reply reply = rules(queue, new Args().add("").add(cursor));
            rules.addAll(Rules.decode(reply.list(0)));
            cursor = reply.text(1);
        } while (!cursor.equals("0"));
        return List.copyOf(rules);
    }

    @Override
    public Optional<Rule> rule(String queue, Rule.Target target, String name) {
        calls.link().requireOpen();
        Reply reply = rules(queue, new Args().add(Rules.name(target, name)));
        return Rules.decode(reply.list(0)).stream().findFirst();
    }

    private Reply rules(String queue, Args which) {
        return calls.call(Script.RULES, queues.of(queue).get(0), which);
    }

    @Override
    public boolean listsAsClaimed(String queue) {
        return queues.of(queue).size() == 1;
    }

    @Override
    public StorageStats stats() {
        calls.link().requireOpen();
        List<QueueKeys> places = queues.everywhere();
        Holdings holdings = Holdings.ask(calls, places);
        Map<String, Counts> byQueue = new HashMap<>();
        Counts.read(calls, places).forEach((place, counts) -> byQueue.merge(place.queue(), counts, Counts::plus));
        Map<String, StorageStats.QueueStats> stats = new HashMap<>();
        byQueue.forEach((queue, counts) -> stats.put(queue, counts.stats(holdings.of(queue))));
        return new StorageStats(stats);
    }
}
