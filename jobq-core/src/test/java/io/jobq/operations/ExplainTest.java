package io.jobq.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jobq.JobId;
import io.jobq.JobState;
import io.jobq.Priority;
import io.jobq.WorkerInfo;
import io.jobq.limits.Limit;
import io.jobq.limits.Limits;
import io.jobq.limits.Rate;
import io.jobq.memory.InMemoryStorage;
import io.jobq.spi.Claim;
import io.jobq.spi.Due;
import io.jobq.spi.Exchange.Claimed;
import io.jobq.spi.HoldingRule;
import io.jobq.spi.JobAdmin;
import io.jobq.spi.JobOptions;
import io.jobq.spi.JobStore;
import io.jobq.spi.NewJob;
import io.jobq.spi.Payload;
import io.jobq.spi.Registry;
import io.jobq.spi.Report;
import io.jobq.spi.Retention;
import io.jobq.spi.Rule.Target;
import io.jobq.spi.Settlement;
import io.jobq.spi.Storage;
import io.jobq.spi.WorkerLease;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Why a job is not running. */
class ExplainTest {
    private static final String QUEUE = "mail";
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final WorkerLease LEASE = new WorkerLease("w", Duration.ofMinutes(1));

    private final InMemoryStorage storage = new InMemoryStorage(Retention.DEFAULT, InstantSource.fixed(NOON));
    private final Operations ops = Operations.of(storage, "ada");

    @AfterEach
    void close() {
        storage.close();
    }

    private void announce(String id, WorkerInfo.State state, String queue, List<WorkerInfo.Running> running) {
        WorkerInfo.Slots slots = new WorkerInfo.Slots(1, 0, 1, 0);
        WorkerInfo info =
                new WorkerInfo(id, "w", "host", 1, "dev", state, Map.of(queue, 1), slots, running, 0, NOON, NOON);
        new WorkerRegistry(storage.registry()).announce(info, Duration.ofMinutes(1));
    }

    private void announce() {
        announce("w-1", WorkerInfo.State.RUNNING, QUEUE, List.of());
    }

    private JobId insert(JobOptions options) {
        JobId id = JobId.next();
        storage.jobs().insert(List.of(new NewJob(id, QUEUE, "send", new Payload(1, new byte[0]), options)));
        return id;
    }

    private JobId insert() {
        return insert(JobOptions.DEFAULT);
    }

    private Claimed claim() {
        return storage.jobs()
                .exchange(List.of(), new Claim(LEASE, List.of(new Claim.Share(QUEUE, 1)), 1, Set.of()))
                .claimed()
                .get(0);
    }

    private void claimNothing() {
        Claim one = new Claim(LEASE, List.of(new Claim.Share(QUEUE, 1)), 1, Set.of());
        assertThat(storage.jobs().exchange(List.of(), one).claimed()).isEmpty();
    }

    private void settle(Settlement settlement) {
        storage.jobs().exchange(List.of(settlement), new Claim(LEASE, List.of(), 0, Set.of()));
    }

    @Test
    void unknown() {
        assertThat(ops.explain(JobId.next())).isEqualTo(new Explanation.Unknown());
    }

    @Test
    void running() {
        JobId id = insert();
        claim();
        assertThat(ops.explain(id)).isEqualTo(new Explanation.Running(NOON, null));
        announce("w-2", WorkerInfo.State.RUNNING, QUEUE, List.of(new WorkerInfo.Running(id, "send", 1)));
        assertThat(ops.explain(id)).isEqualTo(new Explanation.Running(NOON, "w-2"));
    }

    @Test
    void finished() {
        JobId id = insert();
        settle(new Settlement.Discard(claim().lease(), Report.NOTHING, null, "hopeless"));
        assertThat(ops.explain(id)).isEqualTo(new Explanation.Finished(JobState.DEAD, NOON, "hopeless"));
        assertThat(ops.explain(id).text()).isEqualTo("it is DEAD since 2026-03-01T12:00:00Z: hopeless");
    }

    @Test
    void scheduledOrBetweenAttempts() {
        JobId later = insert(JobOptions.DEFAULT.withDue(new Due.In(Duration.ofHours(1))));
        assertThat(ops.explain(later)).isEqualTo(new Explanation.Scheduled(NOON.plus(Duration.ofHours(1)), 1, null));
        JobId snoozed = insert();
        settle(new Settlement.Snooze(claim().lease(), Report.NOTHING, Duration.ofMinutes(1), "rate limited"));
        assertThat(ops.explain(snoozed).text()).isEqualTo("it waits until 2026-03-01T12:01:00Z: rate limited");
    }

    @Test
    void queuePaused() {
        announce();
        JobId id = insert();
        ops.pause(QUEUE);
        assertThat(ops.explain(id)).isEqualTo(new Explanation.Paused(QUEUE));
        ops.resume(QUEUE);
        assertThat(ops.explain(id)).isEqualTo(new Explanation.InLine(0, true));
    }

    @Test
    void noWorkerForTheQueue() {
        JobId id = insert();
        announce("w-1", WorkerInfo.State.RUNNING, "other", List.of());
        assertThat(ops.explain(id)).isEqualTo(new Explanation.NoWorker(QUEUE, Set.of()));
        announce("w-2", WorkerInfo.State.QUIET, QUEUE, List.of());
        assertThat(ops.explain(id)).isEqualTo(new Explanation.NoWorker(QUEUE, Set.of("w-2")));
        assertThat(ops.explain(id).text()).contains("quiet: [w-2]");
    }

    @Test
    void noHandlerForTheType() {
        announce();
        JobId id = insert();
        settle(new Settlement.Park(claim().lease(), Report.NOTHING));
        assertThat(ops.explain(id)).isEqualTo(new Explanation.NoHandler("send", 1));
    }

    private JobId insert(String tenant) {
        return insert(JobOptions.DEFAULT.withTenant(tenant));
    }

    @Test
    void throttled() {
        announce();
        Limits.of(storage, QUEUE).eachTenant(Limit.rate(Rate.perMinute(10).withBurst(1)));
        insert("acme");
        claim();
        JobId id = insert("acme");
        assertThat(ops.explain(id)).isEqualTo(new Explanation.InLine(0, false));
        claimNothing();

        Instant until = NOON.plusSeconds(6);
        Limit limit = Limit.rate(Rate.perMinute(10).withBurst(1));
        assertThat(ops.explain(id))
                .isEqualTo(new Explanation.HeldBack(new HoldingRule(Target.TENANT, "acme", limit, 1, until)));
        assertThat(ops.explain(id).text())
                .isEqualTo("tenant 'acme' is throttled until 2026-03-01T12:00:06Z by its rate of 10/min; 1 job waits");
    }

    @Test
    void limitReachedOrPaused() {
        announce();
        Limits limits = Limits.of(storage, QUEUE).type("send", Limit.concurrency(1));
        insert();
        claim();
        JobId second = insert();
        JobId third = insert();
        claimNothing();
        assertThat(ops.explain(second).text())
                .isEqualTo("type 'send' has as many jobs running as its limit of 1 allows; 2 jobs wait");
        limits.pauseType("send");
        assertThat(ops.explain(third).text()).isEqualTo("type 'send' is paused; 2 jobs wait");
        limits.resumeType("send").type("send", Limit.NONE);
        assertThat(ops.explain(second)).isEqualTo(new Explanation.InLine(0, true));
    }

    @Test
    void theQueueIsThrottledAsAWhole() {
        announce();
        Limits.of(storage, QUEUE).queue(Limit.rate(new Rate(1, Duration.ofSeconds(90), 1)));
        insert();
        claim();
        JobId id = insert();
        assertThat(ops.explain(id).text())
                .isEqualTo(
                        "the queue is throttled until 2026-03-01T12:01:30Z by its rate of 1/1 min 30 s; 1 job waits");
    }

    @Test
    void placeInLine() {
        announce();
        List<JobId> ids = new ArrayList<>();
        for (int i = 0; i < 150; i++) {
            ids.add(insert());
        }
        JobId urgent = insert(JobOptions.DEFAULT.withPriority(Priority.CRITICAL));

        assertThat(ops.explain(urgent)).isEqualTo(new Explanation.InLine(0, true));
        assertThat(ops.explain(urgent).text()).isEqualTo("it is the next of its queue");
        assertThat(ops.explain(ids.get(0))).isEqualTo(new Explanation.InLine(1, false));
        assertThat(ops.explain(ids.get(149))).isEqualTo(new Explanation.InLine(100, false));
        assertThat(ops.explain(ids.get(149)).text()).isEqualTo("about 100 or more jobs are before it in its queue");
        ids.subList(99, 150).forEach(ops::delete);
        assertThat(ops.explain(ids.get(0)).text()).isEqualTo("1 job is before it in its queue");
        assertThat(ops.explain(ids.get(98))).isEqualTo(new Explanation.InLine(99, true));
        assertThat(ops.audit()).as("what was deleted, and no question").hasSize(51);
    }

    @Test
    void itsPlaceIsAGuessWhileTenantsTakeTurns() {
        announce();
        JobId nobodys = insert();
        JobId second = insert();
        JobId urgent = insert(JobOptions.DEFAULT.withPriority(Priority.CRITICAL));
        assertThat(ops.explain(second)).isEqualTo(new Explanation.InLine(2, true));
        JobId acmes = insert("acme");
        assertThat(ops.explain(urgent)).isEqualTo(new Explanation.InLine(0, true));
        assertThat(ops.explain(nobodys)).isEqualTo(new Explanation.InLine(1, false));
        assertThat(ops.explain(second).text()).isEqualTo("about 2 jobs are before it in its queue");
        assertThat(ops.explain(acmes)).isEqualTo(new Explanation.InLine(3, false));
        ops.delete(urgent);
        assertThat(ops.explain(nobodys).text()).isEqualTo("it is in its queue's line, and may be the next");

        claim();
        assertThat(claim().job().job().id())
                .as("listed last, claimed before others")
                .isEqualTo(acmes);
    }

    @Test
    void itsPlaceIsAGuessWhileLevelsTakeTurns() {
        announce();
        JobId id = insert();
        Limits limits = Limits.of(storage, QUEUE).level(Priority.LOW, 0, Duration.ofHours(1));
        assertThat(ops.explain(id)).isEqualTo(new Explanation.InLine(0, false));
        limits.level(Priority.LOW, 5, null);
        assertThat(ops.explain(id)).isEqualTo(new Explanation.InLine(0, false));
        limits.strictLevels();
        assertThat(ops.explain(id)).isEqualTo(new Explanation.InLine(0, true));
    }

    @Test
    void itsPlaceIsAGuessWhereOthersMayStandAside() {
        announce();
        insert(JobOptions.DEFAULT.withLimitKey("stripe"));
        JobId id = insert();
        assertThat(ops.explain(id)).isEqualTo(new Explanation.InLine(1, true));
        Limits.of(storage, QUEUE).eachKey(Limit.concurrency(1));
        assertThat(ops.explain(id)).isEqualTo(new Explanation.InLine(1, false));
    }

    @Test
    void itsPlaceIsAGuessInAQueueOfParts() {
        announce();
        JobId id = insert();
        Storage parted = new Parted(storage);
        assertThat(Operations.of(parted, "ada").explain(id)).isEqualTo(new Explanation.InLine(0, false));
    }

    /** A pause is told of jobs that no claim has looked at since. */
    @Test
    void pausedButNotMetByAClaim() {
        announce();
        JobId id = insert(JobOptions.DEFAULT.withTenant("acme").withLimitKey("stripe"));
        JobId other = insert(JobOptions.DEFAULT.withTenant("globex"));
        ops.pauseType(QUEUE, "send");
        assertThat(ops.explain(id))
                .isEqualTo(new Explanation.HeldBack(new HoldingRule(Target.TYPE, "send", Limit.PAUSED, 0, null)));
        assertThat(ops.explain(id).text()).isEqualTo("type 'send' is paused");
        ops.resumeType(QUEUE, "send");
        ops.pauseTenant(QUEUE, "acme");
        assertThat(ops.explain(id).text()).isEqualTo("tenant 'acme' is paused");
        assertThat(ops.explain(other)).isInstanceOf(Explanation.InLine.class);
        ops.resumeTenant(QUEUE, "acme");
        Limits limits = Limits.of(storage, QUEUE).eachKey(Limit.PAUSED);
        assertThat(ops.explain(id).text()).isEqualTo("limit key 'stripe' is paused");
        limits.key("stripe", Limit.concurrency(3));
        assertThat(ops.explain(id)).isInstanceOf(Explanation.InLine.class);
        limits.tenantClass("free", Limit.PAUSED).assign("globex", "free");
        assertThat(ops.explain(other).text()).isEqualTo("tenant 'globex' is paused");
    }

    @Test
    void aPauseIsToldBeforeAMissingWorker() {
        JobId id = insert();
        ops.pauseType(QUEUE, "send");
        assertThat(ops.explain(id).text()).isEqualTo("type 'send' is paused");
    }

    @Test
    void aFullLimitIsToldOfJobsBehindThoseItHoldsBack() {
        announce();
        Limits.of(storage, QUEUE).eachTenant(Limit.concurrency(1));
        insert("acme");
        insert("acme");
        claim();
        claimNothing();
        JobId third = insert("acme");
        assertThat(ops.explain(third).text())
                .isEqualTo("tenant 'acme' has as many jobs running as its limit of 1 allows; 1 job waits");
    }

    /** A storage that keeps each queue in parts. */
    private record Parted(Storage storage) implements Storage {
        @Override
        public JobStore jobs() {
            return storage.jobs();
        }

        @Override
        public JobAdmin admin() {
            return (JobAdmin) Proxy.newProxyInstance(
                    JobAdmin.class.getClassLoader(),
                    new Class<?>[] {JobAdmin.class},
                    (proxy, method, args) ->
                            method.getName().equals("listsAsClaimed") ? false : method.invoke(storage.admin(), args));
        }

        @Override
        public Registry registry() {
            return storage.registry();
        }

        @Override
        public void close() {
            storage.close();
        }
    }

    @Test
    @SuppressWarnings("NullAway")
    void nothingIsRejected() {
        assertThatThrownBy(() -> ops.explain(null)).isInstanceOf(NullPointerException.class);
    }
}
