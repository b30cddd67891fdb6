package io.jobq.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobq.JobSnapshot;
import io.jobq.spi.StorageException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Some time with five schedulers and 200 schedules, while leaders are killed, paused for longer than their lease, held up between
 * decision and insert, and not answered. Every due tick must be one job, and none may be early.
 */
public abstract class SchedulerStorm extends SchedulerFixture {
    private static final int INSTANCES = 5;
    /** All but one may be held up one after the other, each until its lease has run out: no tick is later than that. */
    private static final Duration GRACE = LEASE.multipliedBy(INSTANCES + 1L);

    private static final int SCHEDULES = 200;

    private final long seed = Long.getLong("jobq.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final List<Member> members = new ArrayList<>();
    private int made;

    /** An instance, and until when it is paused. */
    private static final class Member {
        final HookedStorage storage;
        final Scheduler scheduler;
        Instant pausedUntil = Instant.MIN;
        /** Held up in one, it can begin no other round. */
        boolean isInInsert;

        Member(HookedStorage storage, Scheduler scheduler) {
            this.storage = storage;
            this.scheduler = scheduler;
        }

        boolean goesOn(Instant now) {
            return !isInInsert && !pausedUntil.isAfter(now);
        }
    }

    /** How long it lasts, by the storage's clock. */
    protected Duration time() {
        return Duration.ofHours(1);
    }

    private Member join() {
        HookedStorage own = new HookedStorage(storage());
        Member member = new Member(own, scheduler("i" + made++, own));
        members.add(member);
        return member;
    }

    private static Trigger trigger(int i) {
        if (i < 8) {
            return every(Duration.ofSeconds(1));
        }
        return switch (i % 6) {
            case 0 -> every(Duration.ofSeconds(10 + i));
            case 1 -> Cron.quartz("*/15 * * * * ?", ZoneOffset.UTC);
            case 2 -> Cron.unix("* * * * *", ZoneOffset.UTC);
            case 3 -> every(Duration.ofSeconds(5));
            case 4 -> Cron.unix(i % 60 + " * * * *", ZoneOffset.UTC);
            default -> Cron.unix("0 " + i % 24 + " * * *", ZoneOffset.UTC);
        };
    }

    @Test
    void everyDueTickIsOneJob() {
        System.out.println("seed " + seed);
        for (int i = 0; i < INSTANCES; i++) {
            join();
        }
        Map<String, Trigger> triggers = new TreeMap<>();
        Map<String, Instant> since = new HashMap<>();
        for (int i = 0; i < SCHEDULES; i++) {
            String name = "s" + i;
            triggers.put(name, trigger(i));
            Scheduler first = members.get(0).scheduler;
            first.schedule(
                    Schedule.of(name, trigger(i), WORK).overlap(Overlap.ALLOW).misfire(Misfire.DEFAULT.grace(GRACE)));
            since.put(name, info(first, name).progress().last());
        }
        Instant end = now().plus(time());
        Instant nextHarm = now();
        while (now().isBefore(end)) {
            if (!now().isBefore(nextHarm)) {
                harm();
                nextHarm = now().plusSeconds(5 + random.nextInt(40));
            }
            rounds();
        }
        members.forEach(member -> member.pausedUntil = Instant.MIN);
        settle();
        check(triggers, since);
    }

    private void rounds() {
        Instant next = now().plusSeconds(1);
        for (Member each : List.copyOf(members)) {
            if (each.goesOn(now())) {
                Instant wanted = round(each);
                next = wanted.isBefore(next) ? wanted : next;
            }
        }
        passUntil(next);
    }

    private Instant round(Member member) {
        try {
            return member.scheduler.runPending();
        } catch (StorageException lost) {
            return now();
        }
    }

    private void harm() {
        Member leader = members.stream()
                .filter(each -> each.scheduler.isLeader())
                .findFirst()
                .orElse(members.get(0));
        Member any = members.get(random.nextInt(members.size()));
        switch (random.nextInt(6)) {
            case 0 -> { // killed; another process comes
                members.remove(leader);
                join();
            }
            case 1 -> pause(leader, random.nextInt(90));
            case 2 -> pause(any, random.nextInt(90));
            case 3 -> leader.storage.beforeInsert(() -> othersGoOn(leader));
            case 4 -> leader.storage.loseNextAnswer();
            default -> {
                leader.scheduler.close();
                members.remove(leader);
                join();
            }
        }
    }

    private void pause(Member member, int seconds) {
        pause(member, now().plusSeconds(seconds));
    }

    /** One must go on: ticks that nobody fires within the grace of a schedule are lost by its misfire policy. */
    private boolean pause(Member member, Instant until) {
        boolean anotherGoesOn = members.stream().anyMatch(other -> other != member && other.goesOn(now()));
        if (anotherGoesOn) {
            member.pausedUntil = until;
        }
        return anotherGoesOn;
    }

    /** While one is held up in its insert, others take over. */
    private void othersGoOn(Member held) {
        Instant until = now().plusSeconds(random.nextInt(60));
        held.isInInsert = pause(held, until);
        while (held.isInInsert && now().isBefore(until)) {
            rounds();
        }
        held.isInInsert = false;
    }

    private void settle() {
        Instant until = now().plus(LEASE).plusSeconds(5);
        while (now().isBefore(until)) {
            rounds();
        }
    }

    private void check(Map<String, Trigger> triggers, Map<String, Instant> since) {
        Instant checked = now().minusSeconds(2); // a real clock goes on while jobs are listed
        List<JobSnapshot> jobs = jobs();
        Map<String, List<Instant>> fired = jobs.stream()
                .collect(Collectors.groupingBy(
                        SchedulerFixture::schedule,
                        Collectors.mapping(
                                SchedulerFixture::tick,
                                Collectors.collectingAndThen(
                                        Collectors.toList(),
                                        ticks -> ticks.stream().sorted().toList()))));
        triggers.forEach((name, trigger) -> assertThat(fired.getOrDefault(name, List.of()).stream()
                        .filter(tick -> !tick.isAfter(checked))
                        .toList())
                .as("ticks of %s, seed %d", name, seed)
                .isEqualTo(expected(trigger, since.get(name), checked)));
        assertThat(jobs)
                .as("seed %d", seed)
                .allSatisfy(job -> assertThat(job.times().enqueued()).isAfterOrEqualTo(tick(job)));
    }
}
