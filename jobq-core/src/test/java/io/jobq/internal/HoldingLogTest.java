package io.jobq.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobq.JobId;
import io.jobq.StandardError;
import io.jobq.limits.Limit;
import io.jobq.limits.Limits;
import io.jobq.limits.Rate;
import io.jobq.memory.InMemoryStorage;
import io.jobq.spi.Claim;
import io.jobq.spi.JobOptions;
import io.jobq.spi.NewJob;
import io.jobq.spi.Payload;
import io.jobq.spi.Retention;
import io.jobq.spi.WorkerLease;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What people read of rules that hold jobs back. */
class HoldingLogTest {
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final WorkerLease WORKER = new WorkerLease("w", Duration.ofDays(1));

    private final AtomicReference<Instant> now = new AtomicReference<>(NOON);
    private final InMemoryStorage storage = new InMemoryStorage(Retention.DEFAULT, now::get);
    private final Limits limits = Limits.of(storage, "mail");
    private final HoldingLog here = new HoldingLog(storage);
    private final HoldingLog elsewhere = new HoldingLog(storage);

    @AfterEach
    void close() {
        storage.close();
    }

    private void insert(String tenant, int count) {
        for (int i = 0; i < count; i++) {
            JobOptions options = JobOptions.DEFAULT.withTenant(tenant);
            NewJob job = new NewJob(JobId.next(), "mail", "send", new Payload(1, new byte[0]), options);
            storage.jobs().insert(List.of(job));
        }
    }

    private void claim() {
        storage.jobs().exchange(List.of(), new Claim(WORKER, List.of(new Claim.Share("mail", 100)), 100, Set.of()));
    }

    private static List<String> saidBy(Runnable action) {
        return StandardError.during(action)
                .lines()
                .filter(line -> line.contains("HoldingLog"))
                .map(line -> line.substring(line.indexOf(" - ") + 3))
                .toList();
    }

    @Test
    void whoIsThrottledIsSaidOnceByWhoeverSeesItAndSoIsTheEnd() {
        limits.tenant("acme", Limit.rate(Rate.perMinute(10).withBurst(1)));
        assertThat(saidBy(here::look)).isEmpty();
        insert("acme", 2);
        claim();
        assertThat(saidBy(here::look))
                .containsExactly(
                        "queue 'mail': tenant 'acme' is throttled until 2026-03-01T12:00:06Z by its rate of 10/min; "
                                + "1 job waits");
        insert("acme", 1);
        claim();
        assertThat(saidBy(here::look)).isEmpty();
        assertThat(saidBy(elsewhere::look)).isEmpty();
        limits.tenant("acme", Limit.NONE);
        claim();

        assertThat(saidBy(elsewhere::look)).containsExactly("queue 'mail': tenant 'acme' runs again");
        assertThat(saidBy(here::look)).isEmpty();
    }

    @Test
    void whatGoesOnIsSaidAgainAfterAnHour() {
        limits.pauseType("send");
        insert("acme", 1);
        claim();
        assertThat(saidBy(here::look)).containsExactly("queue 'mail': type 'send' is paused; 1 job waits");
        now.set(NOON.plus(HoldingLog.SAID_AGAIN).minusMillis(1));
        assertThat(saidBy(here::look)).isEmpty();
        now.set(NOON.plus(HoldingLog.SAID_AGAIN));

        assertThat(saidBy(here::look)).hasSize(1);
    }

    @Test
    void someLinesArePrintedAndTheRestIsCounted() {
        limits.eachTenant(Limit.PAUSED);
        for (int i = 0; i < 20; i++) {
            insert("tenant " + i, 1);
        }
        claim();

        assertThat(saidBy(here::look))
                .hasSize(HoldingLog.LINES + 1)
                .endsWith("and 15 more rules hold jobs back, or do so no longer");
    }

    @Test
    void tooManyRulesAreOnlyCounted() {
        limits.eachTenant(Limit.concurrency(1));
        for (int i = 0; i < 30; i++) {
            insert("tenant " + i, 2);
        }
        claim();
        assertThat(saidBy(here::look))
                .containsExactly("queue 'mail': 30 rules hold 30 jobs back, which are too many to name each");
        insert("another", 2);
        claim();
        assertThat(saidBy(here::look)).isEmpty();
        limits.eachTenant(Limit.NONE);
        claim();

        assertThat(saidBy(here::look)).containsExactly("queue 'mail': 0 rules hold jobs back now");
    }

    @Test
    void onlyOneLooksInFiveSeconds() {
        limits.pauseType("send");
        assertThat(saidBy(here::takeTurn)).isEmpty();
        insert("acme", 1);
        claim();
        assertThat(saidBy(elsewhere::takeTurn)).isEmpty();
        now.set(NOON.plusSeconds(5));

        assertThat(saidBy(elsewhere::takeTurn)).hasSize(1);
    }
}
