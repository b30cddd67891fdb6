package io.jobq.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jobq.JobId;
import io.jobq.JobState;
import io.jobq.Priority;
import io.jobq.limits.Limit;
import io.jobq.limits.Limits;
import io.jobq.limits.Rate;
import io.jobq.memory.InMemoryStorage;
import io.jobq.spi.Claim;
import io.jobq.spi.Due;
import io.jobq.spi.Exchange.Claimed;
import io.jobq.spi.JobAction;
import io.jobq.spi.JobFilter;
import io.jobq.spi.JobOptions;
import io.jobq.spi.NewJob;
import io.jobq.spi.Payload;
import io.jobq.spi.Registry;
import io.jobq.spi.Report;
import io.jobq.spi.Settlement;
import io.jobq.spi.Storage;
import io.jobq.spi.StorageException;
import io.jobq.spi.WorkerLease;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The operator's hand on jobs and queues. */
@Timeout(60)
class OperationsTest {
    private static final String QUEUE = "mail";
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

    private final Storage storage = new InMemoryStorage();
    private final Operations ops = Operations.of(storage, "ada", InstantSource.fixed(NOON));

    @AfterEach
    void close() {
        storage.close();
    }

    private JobId insert(JobOptions options) {
        JobId id = JobId.next();
        storage.jobs().insert(List.of(new NewJob(id, QUEUE, "send", payload("1"), options)));
        return id;
    }

    private List<JobId> insert(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> insert(JobOptions.DEFAULT))
                .toList();
    }

    private static Payload payload(String json) {
        return new Payload(1, json.getBytes(StandardCharsets.UTF_8));
    }

    private List<Claimed> claim(int limit) {
        Claim want = new Claim(
                new WorkerLease("w", Duration.ofSeconds(30)), List.of(new Claim.Share(QUEUE, limit)), limit, Set.of());
        return storage.jobs().exchange(List.of(), want).claimed();
    }

    private void die(int count) {
        insert(count);
        List<Settlement> dead = new ArrayList<>();
        claim(count).forEach(c -> dead.add(new Settlement.Discard(c.lease(), Report.NOTHING, null, "hopeless")));
        storage.jobs().exchange(dead, new Claim(new WorkerLease("w", Duration.ofSeconds(30)), List.of(), 0, Set.of()));
    }

    private JobState state(JobId id) {
        return storage.admin().find(id).orElseThrow().state();
    }

    @Test
    void oneJobAtATime() {
        JobId later = insert(JobOptions.DEFAULT.withDue(new Due.In(Duration.ofHours(1))));
        assertThat(ops.runNow(later)).isTrue();
        assertThat(ops.runNow(later)).isFalse();
        assertThat(ops.reschedule(later, Duration.ofHours(2))).isTrue();
        assertThat(state(later)).isEqualTo(JobState.SCHEDULED);
        assertThat(ops.reschedule(later, Instant.now())).isTrue();
        assertThat(ops.changePriority(later, Priority.HIGH)).isTrue();
        assertThat(ops.editPayload(later, payload("2"))).isTrue();
        assertThat(ops.move(later, "other")).isTrue();
        assertThat(ops.move(later, QUEUE)).isTrue();
        NewJob job = claim(1).get(0).job().job();
        assertThat(job.payload()).isEqualTo(payload("2"));
        assertThat(job.options().priority()).isEqualTo(Priority.HIGH);

        assertThat(ops.editPayload(later, payload("3"))).isFalse();
        assertThat(ops.delete(later)).isFalse();
        assertThat(ops.cancel(later, "enough")).isTrue();
        JobId other = insert(1).get(0);
        assertThat(ops.cancel(other, "enough")).isTrue();
        assertThat(ops.replay(other)).isTrue();
        assertThat(ops.delete(other)).isTrue();
        assertThat(ops.delete(JobId.next())).isFalse();
    }

    @Test
    void aBulkActionGoesOnFromWhereItIs() {
        die(450);
        JobFilter dead = JobFilter.ALL.withStates(JobState.DEAD);
        Bulk first = ops.begin(dead, new JobAction.Replay(null));
        assertThat(first.done()).isEqualTo(200);
        assertThat(first.isComplete()).isFalse();

        Operations another = Operations.of(storage, "grace");
        Bulk second = another.goOn(first);
        Bulk third = another.goOn(second);
        assertThat(third.done()).isEqualTo(450);
        assertThat(third.isComplete()).isTrue();
        assertThat(another.goOn(third)).isEqualTo(third);
        assertThat(claim(1_000)).hasSize(450);
        assertThat(ops.audit()).containsExactly(third.entry());
    }

    static Stream<JobAction> bulkActions() {
        return Stream.of(
                new JobAction.Replay(null),
                new JobAction.Replay("other"),
                new JobAction.Delete(),
                new JobAction.Cancel("a \"reason\""),
                new JobAction.RunNow(),
                new JobAction.Reschedule(new Due.In(Duration.ofMinutes(90))),
                new JobAction.Reschedule(new Due.At(NOON)),
                new JobAction.Move("other"),
                new JobAction.ChangePriority(Priority.LOW));
    }

    @ParameterizedTest
    @MethodSource("bulkActions")
    void whatADeadProcessHasBegunIsFoundAndBroughtToItsEnd(JobAction action) {
        die(201);
        insert(201);
        IntStream.range(0, 201).forEach(i -> insert(JobOptions.DEFAULT.withDue(new Due.In(Duration.ofHours(1)))));
        Bulk begun = ops.begin(JobFilter.ALL.withQueue(QUEUE), action);

        Operations another = Operations.of(storage, "grace");
        assertThat(another.unfinished()).containsExactly(begun);
        Bulk bulk = another.unfinished().get(0);
        while (!bulk.isComplete()) {
            bulk = another.goOn(bulk);
            assertThat(ops.unfinished()).isEqualTo(bulk.isComplete() ? List.of() : List.of(bulk));
        }
        assertThat(bulk.done()).isGreaterThan(200);
        assertThat(ops.audit()).containsExactly(bulk.entry());
    }

    @Test
    void everyPartOfAFilterIsKeptWithAnUnfinishedAction() {
        JobFilter filter = new JobFilter(
                Set.of(JobState.SUCCEEDED),
                QUEUE,
                "send",
                "a\"b",
                Priority.LOW,
                "k",
                "java.io.IOException",
                new JobFilter.Span(NOON, null),
                new JobFilter.Span(null, NOON.plusNanos(1)),
                Set.copyOf(List.of(JobId.next(), JobId.next())));
        AuditEntry entry = new AuditEntry(7, NOON, "ada", "delete", "all", 3, false);
        Bulk bulk = new Bulk(filter, new JobAction.Delete(), entry, "somewhere");
        new BulkLog(storage.registry()).update(bulk);

        assertThat(ops.unfinished()).containsExactly(bulk);
        assertThat(ops.giveUp(bulk)).isTrue();
        assertThat(ops.audit().get(0)).isEqualTo(new AuditEntry(1, NOON, "ada", "give up", "7: delete", 0, true));
        assertThat(ops.giveUp(bulk)).isFalse();
        assertThat(ops.unfinished()).isEmpty();
    }

    @Test
    void anUnfinishedActionOfANewerVersionIsLeftAlone() {
        AuditEntry entry = new AuditEntry(7, NOON, "ada", "delete", "all", 3, false);
        new BulkLog(storage.registry()).update(new Bulk(JobFilter.ALL, new JobAction.Delete(), entry, "somewhere"));
        String json = storage.registry().list("bulk").get(0).json();
        for (String newer : List.of(
                json.replace("\"delete\",\"value\"", "\"paint\",\"value\""),
                json.replace("\"queue\":", "\"colour\":\"red\",\"queue\":"),
                json.replace("\"tenant\":null,", ""))) {
            assertThat(newer).isNotEqualTo(json);
            storage.registry().put(new Registry.Entry("bulk", "7", newer, 0), -1, null);
            assertThat(ops.unfinished()).hasSize(1);
        }
    }

    @Test
    void aBulkActionStopsWhenToldTo() {
        insert(1_000);
        JobAction cancel = new JobAction.Cancel("enough");
        List<Long> told = new ArrayList<>();
        Bulk stopped = ops.run(JobFilter.ALL, cancel, bulk -> {
            told.add(bulk.done());
            return bulk.done() < 400;
        });

        assertThat(told).containsExactly(200L, 400L);
        assertThat(stopped.done()).isEqualTo(400);
        assertThat(ops.audit().get(0).complete()).isFalse();
        assertThat(ops.audit().get(0).jobs()).isEqualTo(400);
        assertThat(ops.run(JobFilter.ALL, cancel, bulk -> true).done()).isEqualTo(600);
    }

    @Test
    void aDryRunChangesNothingAndCountsWhatTheActionFits() {
        die(20);
        insert(30);
        claim(10);

        assertThat(ops.count(JobFilter.ALL.withQueue(QUEUE), new JobAction.Delete()))
                .hasToString("40");
        assertThat(ops.count(JobFilter.ALL.withQueue("other"), new JobAction.Delete()))
                .hasToString("0");
        assertThat(claim(100)).hasSize(20);
    }

    @Test
    void aDryRunLooksAtABoundedNumberOfJobs() {
        insert(2_500);
        JobFilter sends = JobFilter.ALL.withType("send");
        Count first = ops.count(sends, new JobAction.RunNow());
        assertThat(first).hasToString("0");
        Count some = ops.count(sends, new JobAction.Cancel("no"));
        assertThat(some).hasToString("at least 1000");
        assertThat(ops.goOn(ops.goOn(some))).hasToString("2500");
        assertThat(ops.count(JobFilter.ALL, new JobAction.Cancel("no"))).hasToString("2500");
        assertThat(ops.count(JobFilter.ALL.withStates(JobState.DEAD), new JobAction.Cancel("no")))
                .hasToString("0");
        assertThat(ops.audit()).isEmpty();
    }

    @Test
    void anActionThatFitsNoStateOfTheFilterTouchesNothing() {
        insert(3);
        Bulk none = ops.begin(JobFilter.ALL.withStates(JobState.READY), new JobAction.Replay(null));

        assertThat(none.isComplete()).isTrue();
        assertThat(none.done()).isZero();
        assertThat(claim(10)).hasSize(3);
    }

    @Test
    void purgeTakesTheNameTwice() {
        insert(300);
        claim(1);
        assertThatThrownBy(() -> ops.purge(QUEUE, "mial"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'mial' is not its name")
                .hasMessageContaining("nothing was deleted");
        assertThatThrownBy(() -> ops.purge("mial", "mial"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no queue 'mial'")
                .hasMessageContaining(QUEUE);
        assertThat(ops.audit()).isEmpty();

        Bulk purge = ops.goOn(ops.purge(QUEUE, QUEUE));
        assertThat(purge.done()).isEqualTo(299);
        assertThat(storage.admin().list(JobFilter.ALL, null, 10).jobs()).hasSize(1);
    }

    @Test
    void pausesAndResumes() {
        insert(1);
        assertThat(ops.pause(QUEUE)).isTrue();
        assertThat(ops.pause(QUEUE)).isFalse();
        assertThat(claim(1)).isEmpty();
        assertThat(ops.resume(QUEUE)).isTrue();
        assertThat(ops.resume(QUEUE)).isFalse();
        assertThat(claim(1)).hasSize(1);
    }

    @Test
    void everythingIsWrittenDown() {
        JobId id = insert(1).get(0);
        ops.pause(QUEUE);
        ops.move(id, "other");
        Operations.of(storage, "grace").delete(JobId.next());
        ops.begin(JobFilter.ALL.withType("send").withQueue("other"), new JobAction.Cancel("enough"));

        assertThat(ops.audit())
                .extracting(entry -> entry.number() + " " + entry.who() + ": " + entry.action() + ", " + entry.target()
                        + ", " + entry.jobs() + (entry.complete() ? "" : "…"))
                .satisfiesExactly(
                        last -> assertThat(last)
                                .isEqualTo("4 ada: cancel: enough, jobs with queue 'other', type 'send', 1"),
                        third -> assertThat(third)
                                .startsWith("3 grace: delete, job ")
                                .endsWith(", 0"),
                        second -> assertThat(second).isEqualTo("2 ada: move to queue 'other', job " + id + ", 1"),
                        first -> assertThat(first).isEqualTo("1 ada: pause, queue 'mail', 0"));
        assertThat(ops.audit().get(0).at()).isEqualTo(NOON);
    }

    private List<String> written() {
        return ops.audit().stream()
                .map(entry ->
                        entry.who() + ": " + entry.action() + ", " + entry.target() + (entry.complete() ? "" : "…"))
                .toList();
    }

    @Test
    void pausesOfTypesAndTenantsAreWrittenDown() {
        insert(1);
        insert(JobOptions.DEFAULT.withTenant("acme"));
        ops.pauseType(QUEUE, "send");
        assertThat(claim(2)).isEmpty();
        ops.pauseTenant(QUEUE, "acme");
        ops.resumeType(QUEUE, "send");
        assertThat(claim(2)).hasSize(1);
        ops.resumeTenant(QUEUE, "acme");
        assertThat(claim(2)).hasSize(1);

        assertThat(written())
                .containsExactly(
                        "ada: resume, tenant 'acme' of queue 'mail'",
                        "ada: resume, type 'send' of queue 'mail'",
                        "ada: pause, tenant 'acme' of queue 'mail'",
                        "ada: pause, type 'send' of queue 'mail'");
    }

    @Test
    void changesOfLimitsAreWrittenDown() {
        Limits limits = ops.limits(QUEUE);
        limits.queue(Limit.concurrency(5)).type("send", Limit.rate(Rate.perMinute(10)));
        limits.level(Priority.LOW, 5, Duration.ofHours(1)).weight("acme", 3);
        limits.eachTenant(Limit.concurrency(1)).eachKey(Limit.NONE).classWeight("pro", 2);

        assertThat(written())
                .containsExactly(
                        "ada: set to weight 2, tenant class 'pro' of queue 'mail'",
                        "ada: set to no limit, each limit key of queue 'mail'",
                        "ada: set to at most 1 at once, each tenant of queue 'mail'",
                        "ada: set to weight 3, tenant 'acme' of queue 'mail'",
                        "ada: set to weight 5, longest wait 1 h, level 7 of queue 'mail'",
                        "ada: set to 10 per 1 min in bursts of 10, type 'send' of queue 'mail'",
                        "ada: set to at most 5 at once, queue 'mail'");
        assertThat(limits.rules()).isEqualTo(Limits.of(storage, QUEUE).rules()).hasSize(6);
        limits.pauseTenant("acme").assign("acme", "pro");
        assertThat(written().subList(0, 2)).allMatch(line -> line.endsWith("tenant 'acme' of queue 'mail'"));
    }

    @Test
    void whatProgramsDeclareIsNotWrittenDown() {
        Limits.of(storage, QUEUE).type("send", Limit.concurrency(1)).pauseTenant("acme");
        assertThatThrownBy(() -> ops.limits(QUEUE).type(" ", Limit.NONE)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ops.pauseType("a{b", "send")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ops.pauseTenant(QUEUE, " ")).isInstanceOf(IllegalArgumentException.class);

        assertThat(ops.audit()).isEmpty();
    }

    @Test
    void theAuditListIsBounded() {
        JobId id = JobId.next();
        Bulk old = ops.begin(JobFilter.ALL, new JobAction.Delete());
        for (int i = 0; i < AuditLog.KEPT + 50; i++) {
            ops.delete(id);
        }
        insert(1);
        ops.goOn(new Bulk(old.filter(), old.action(), old.entry(), "READY:0:0:0:"));

        assertThat(ops.audit()).hasSize(AuditLog.KEPT);
        assertThat(storage.registry().list("audit")).hasSize(AuditLog.KEPT);
        assertThat(ops.audit().get(0).number()).isEqualTo(AuditLog.KEPT + 51);
    }

    @Test
    void manyOperatorsGetNumbersOfTheirOwn() {
        List<CompletableFuture<Void>> all = IntStream.range(0, 8)
                .mapToObj(n -> CompletableFuture.runAsync(() -> {
                    Operations mine = Operations.of(storage, "operator " + n);
                    for (int i = 0; i < 50; i++) {
                        mine.delete(JobId.next());
                    }
                }))
                .toList();
        all.forEach(CompletableFuture::join);

        assertThat(ops.audit()).hasSize(400);
        assertThat(ops.audit()).extracting(AuditEntry::number).doesNotHaveDuplicates();
    }

    @Test
    void nothingIsDoneThatCannotBeWrittenDown() {
        Operations closed = Operations.of(storage, "ada");
        storage.close();
        assertThatThrownBy(() -> closed.pause(QUEUE)).isInstanceOf(StorageException.class);
    }

    @Test
    @SuppressWarnings("NullAway")
    void badInputIsRejectedBeforeAnythingIsDone() {
        JobId id = insert(1).get(0);
        for (String who : List.of("", " ", "a\nb", "x".repeat(201))) {
            assertThatThrownBy(() -> Operations.of(storage, who))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("operator's name");
        }
        for (String queue : List.of("", "\u0000", "a{b", "x".repeat(201))) {
            assertThatThrownBy(() -> ops.move(id, queue)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> ops.pause(queue)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> ops.begin(JobFilter.ALL, new JobAction.Replay(queue)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> ops.reschedule(id, Duration.ofSeconds(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("negative");
        assertThatThrownBy(() -> ops.begin(JobFilter.ALL, new JobAction.EditPayload(payload("1"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("one job");
        assertThatThrownBy(() -> ops.delete(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> ops.cancel(id, null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> Operations.of(storage, null)).isInstanceOf(NullPointerException.class);
        assertThat(ops.audit()).isEmpty();
        assertThat(state(id)).isEqualTo(JobState.READY);
    }
}
