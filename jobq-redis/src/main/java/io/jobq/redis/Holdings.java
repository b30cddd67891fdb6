package io.jobq.redis;

import io.jobq.JobSnapshot;
import io.jobq.spi.HoldingRule;
import io.jobq.spi.Rule.Target;
import io.jobq.spi.StorageStats.Holding;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** The rules that hold jobs back, as {@code holding.lua} tells them. */
final class Holdings {
    /** In the order of the script's answer. */
    private static final List<Target> TARGETS = List.of(Target.QUEUE, Target.TYPE, Target.TENANT, Target.KEY);

    private static final int WIDTH = 4;

    private final Calls calls;
    private final Map<QueueKeys, CompletableFuture<Reply>> replies = new LinkedHashMap<>();

    private Holdings(Calls calls) {
        this.calls = calls;
    }

    /** Asks for the first rules of some places, all at once, and does not wait. */
    static Holdings ask(Calls calls, List<QueueKeys> places) {
        Holdings asked = new Holdings(calls);
        places.forEach(place -> asked.replies.put(place, calls.send(Script.HOLDING, place, new Args())));
        return asked;
    }

    /** Those of all partitions of a queue. */
    Holding of(String queue) {
        long all = 0;
        Map<Target, Long> jobs = new EnumMap<>(Target.class);
        Map<String, HoldingRule> rules = new LinkedHashMap<>();
        for (Map.Entry<QueueKeys, CompletableFuture<Reply>> each : replies.entrySet()) {
            if (each.getKey().queue().equals(queue)) {
                Reply reply = calls.link().await(each.getValue());
                all += reply.number(0) - addTo(rules, reply.list(2));
                count(jobs, reply.list(1));
            }
        }
        return new Holding(all, jobs, List.copyOf(rules.values()));
    }

    private static void count(Map<Target, Long> jobs, Reply numbers) {
        for (int i = 0; i < TARGETS.size(); i++) {
            if (numbers.number(i) > 0) {
                jobs.merge(TARGETS.get(i), numbers.number(i), Long::sum);
            }
        }
    }

    /** Returns how many were there already. */
    private static int addTo(Map<String, HoldingRule> rules, Reply rows) {
        int before = rules.size();
        read(rows).forEach((name, rule) -> rules.merge(name, rule, Holdings::together));
        return rows.size() / WIDTH - (rules.size() - before);
    }

    private static HoldingRule together(HoldingRule one, HoldingRule other) {
        Instant until = one.until();
        if (until == null || (other.until() != null && other.until().isBefore(until))) {
            until = other.until();
        }
        return new HoldingRule(one.target(), one.name(), one.limit(), one.jobs() + other.jobs(), until);
    }

    private static Map<String, HoldingRule> read(Reply rows) {
        Map<String, HoldingRule> rules = new LinkedHashMap<>();
        for (int at = 0; at < rows.size(); at += WIDTH) {
            String name = rows.text(at);
            Instant until = rows.isEmpty(at + 2) ? null : Instant.ofEpochMilli(rows.number(at + 2));
            rules.put(name, Rules.holding(name, rows.text(at + 3), rows.number(at + 1), until));
        }
        return rules;
    }

    /** The jobs of rows, each with the rule that holds it back. */
    static List<JobSnapshot> jobs(Calls calls, List<Row> rows) {
        Map<QueueKeys, Set<String>> wanted = new LinkedHashMap<>();
        for (Row row : rows) {
            String name = row.aside();
            if (name != null) {
                wanted.computeIfAbsent(row.queue(), queue -> new LinkedHashSet<>())
                        .add(name);
            }
        }
        Map<QueueKeys, Map<String, HoldingRule>> rules = new HashMap<>();
        wanted.forEach((queue, names) -> {
            Args args = new Args();
            names.forEach(args::add);
            rules.put(queue, read(calls.call(Script.HOLDING, queue, args).list(2)));
        });
        List<JobSnapshot> jobs = new ArrayList<>();
        for (Row row : rows) {
            String name = row.aside();
            Map<String, HoldingRule> ofPlace = rules.getOrDefault(row.queue(), Map.of());
            jobs.add(name == null ? row.job() : row.job().withHeldBy(ofPlace.get(name)));
        }
        return jobs;
    }
}
