package io.jobq.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jobq.JobId;
import io.jobq.JobState;
import io.jobq.spi.Exchange;
import io.jobq.spi.Exchange.Claimed;
import io.jobq.spi.JobOptions;
import io.jobq.spi.RenewResult;
import io.jobq.spi.StorageStats.QueueStats;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Queues that give no jobs for a while. */
abstract class PauseContract extends ActionContract {
    @Nested
    class Pausing {
        @Test
        void aPausedQueueGivesNoJob() {
            insert(3);
            JobId elsewhere = insert(job(OTHER, JobOptions.DEFAULT)).get(0);
            Claimed running = claimOne();
            assertThat(admin().pause(QUEUE, true)).isTrue();
            assertThat(admin().pause(QUEUE, true)).isFalse();

            assertThat(claim(10)).isEmpty();
            assertThat(ids(jobs().exchange(List.of(), wanting(10, QUEUE, OTHER)).claimed()))
                    .containsExactly(elsewhere);
            apply(release(running));
            assertThat(exchange(List.of(), 10).claimed()).isEmpty();
        }

        @Test
        void itGoesOnInItsOrder() {
            List<JobId> ids = new ArrayList<>(insert(2));
            admin().pause(QUEUE, true);
            ids.addAll(insert(1));
            claim(10);
            assertThat(admin().pause(QUEUE, false)).isTrue();
            assertThat(admin().pause(QUEUE, false)).isFalse();

            assertThat(ids(claim(10))).isEqualTo(ids);
        }

        @Test
        void itsDueJobsBecomeReady() {
            JobId id = insert(job(delayed(LATER))).get(0);
            admin().pause(QUEUE, true);
            pass(LATER.plusSeconds(1));
            Exchange exchange = exchange(List.of(), 1);

            assertThat(exchange.claimed()).isEmpty();
            assertThat(exchange.nextDue()).isNull();
            assertThat(state(id)).isEqualTo(JobState.READY);
        }

        @Test
        void itsRunningJobsAreRenewedAndSettled() {
            insert(1);
            Claimed running = claimOne();
            admin().pause(QUEUE, true);

            assertThat(jobs().renew(WORKER, List.of(report(running)))).containsExactly(RenewResult.HELD);
            apply(succeeded(running));
        }

        @Test
        void isShownAndMayComeBeforeTheFirstJob() {
            admin().pause("later", true);
            QueueStats stats = Objects.requireNonNull(admin().stats().queues().get("later"));
            assertThat(stats.paused()).isTrue();
            assertThat(stats.count(JobState.READY)).isZero();
            insert(job("later", JobOptions.DEFAULT), job());
            assertThat(jobs().exchange(List.of(), wanting(1, "later")).claimed())
                    .isEmpty();

            assertThat(Objects.requireNonNull(admin().stats().queues().get(QUEUE))
                            .paused())
                    .isFalse();
            admin().pause("later", false);
            assertThat(Objects.requireNonNull(admin().stats().queues().get("later"))
                            .paused())
                    .isFalse();
        }

        @Test
        @SuppressWarnings("NullAway")
        void noQueueIsRejected() {
            assertThatThrownBy(() -> admin().pause(null, true)).isInstanceOf(NullPointerException.class);
        }
    }
}
