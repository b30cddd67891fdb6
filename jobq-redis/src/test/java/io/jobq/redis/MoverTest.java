package io.jobq.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobq.JobId;
import io.jobq.JobState;
import io.jobq.spi.Claim;
import io.jobq.spi.JobAction;
import io.jobq.spi.JobFilter;
import io.jobq.spi.JobOptions;
import io.jobq.spi.NewJob;
import io.jobq.spi.Payload;
import io.jobq.spi.UniqueKey;
import io.jobq.spi.WorkerLease;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Moves whose mover dies between two steps. */
class MoverTest {
    private final AtomicLong shift = new AtomicLong();
    private final RedisOptions options = RedisOptions.of(TestRedis.uri()).withPrefix(TestRedis.prefix());
    private final RedisStorage storage = RedisStorage.connect(options, shift::get);
    private final RedisLink link = RedisLink.open(options);
    private final Calls calls = new Calls(link, options, shift::get);
    private final Queues queues = Queues.open(link, options);
    private final Mover mover = new Mover(calls, queues);

    @AfterEach
    void close() {
        link.close();
        storage.close();
    }

    private JobId insert(String queue, JobOptions jobOptions) {
        JobId id = JobId.next();
        storage.jobs().insert(List.of(new NewJob(id, queue, "send", new Payload(1, new byte[] {'1'}), jobOptions)));
        return id;
    }

    private Row leave(JobId id) {
        List<Row> rows = Walk.rows(calls, queues.of("from"), List.of(id));
        assertThat(mover.act(rows, new Args().add("LEAVE").add("to"))).containsExactly(ActionCall.DONE);
        return Walk.rows(calls, queues.of("from"), List.of(id)).get(0);
    }

    private List<JobId> claim(String... names) {
        List<Claim.Share> shares =
                List.of(names).stream().map(name -> new Claim.Share(name, 10)).toList();
        Claim want = new Claim(new WorkerLease("w", Duration.ofSeconds(30)), shares, 10, Set.of());
        return storage.jobs().exchange(List.of(), want).claimed().stream()
                .map(claimed -> claimed.job().id())
                .toList();
    }

    private void passMoveLease() {
        shift.addAndGet(TimeUnit.SECONDS.toMicros(11));
    }

    private boolean hasMoveLease() {
        byte[] leases = queues.of("from").get(0).keys()[4];
        return link.await(link.commands().zcard(leases)) > 0;
    }

    @Test
    void oneThatHasOnlyLeftIsClaimedByNobodyAndIsMovedByASweep() {
        JobId id = insert("from", JobOptions.DEFAULT);
        leave(id);
        storage.jobs().sweep(100);
        assertThat(claim("from", "to")).isEmpty();
        assertThat(storage.admin().find(id).orElseThrow().queue()).isEqualTo("from");
        assertThat(storage.admin()
                        .list(JobFilter.ALL.withStates(JobState.RUNNING), null, 10)
                        .jobs())
                .isEmpty();

        passMoveLease();
        storage.jobs().sweep(100);
        assertThat(storage.admin().find(id).orElseThrow().queue()).isEqualTo("to");
        assertThat(claim("from", "to")).containsExactly(id);
        assertThat(hasMoveLease()).isFalse();
    }

    @Test
    void oneThatIsInBothQueuesRunsOnceAndIsSeenWhereItLives() {
        JobId id = insert("from", JobOptions.DEFAULT);
        link.await(mover.adopt(leave(id), "to", false));
        assertThat(storage.admin().find(id).orElseThrow().queue()).isEqualTo("to");
        assertThat(storage.admin().list(JobFilter.ALL, null, 10).jobs()).hasSize(1);
        assertThat(claim("from", "to")).containsExactly(id);

        passMoveLease();
        storage.jobs().sweep(100);
        assertThat(claim("from", "to")).isEmpty();
        assertThat(Walk.rows(calls, queues.of("from"), List.of(id))).isEmpty();
        assertThat(storage.admin().find(id).orElseThrow().state()).isEqualTo(JobState.RUNNING);
        assertThat(hasMoveLease()).isFalse();
    }

    @Test
    void oneWhoseUniqueKeyIsTakenOnTheWayGoesBack() {
        JobId id = insert("from", JobOptions.DEFAULT.withUnique(UniqueKey.untilFinish("k")));
        leave(id);
        JobId holder = insert("to", JobOptions.DEFAULT.withUnique(UniqueKey.untilFinish("k")));
        assertThat(mover.finish(queues.of("from").get(0), List.of(id))).isEmpty();

        assertThat(claim("from")).containsExactly(id);
        assertThat(claim("to")).containsExactly(holder);
        assertThat(hasMoveLease()).isTrue(); // that of the claim
    }

    @Test
    void actionsPassOverAJobOnItsWay() {
        JobId id = insert("from", JobOptions.DEFAULT);
        leave(id);
        JobFilter one = JobFilter.ALL.withIds(Set.of(id));
        for (JobAction action : List.of(
                new JobAction.Cancel("no"),
                new JobAction.Delete(),
                new JobAction.Move("elsewhere"),
                new JobAction.RunNow(),
                new JobAction.EditPayload(new Payload(1, new byte[0])))) {
            assertThat(storage.admin().apply(one, action, null, 1).count())
                    .as("%s", action)
                    .isZero();
        }
        assertThat(mover.finish(queues.of("from").get(0), List.of(id))).containsExactly(id);
    }

    @Test
    void aLeaseThatAMoveHasLeftBehindEnds() {
        insert("from", JobOptions.DEFAULT);
        byte[] leases = queues.of("from").get(0).keys()[4];
        link.await(link.commands().zadd(leases, 1, QueueKeys.bytes("move:" + JobId.next())));
        storage.jobs().sweep(100);

        assertThat(hasMoveLease()).isFalse();
    }
}
