package io.jobq.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jobq.JobId;
import io.jobq.scheduler.ScheduleRun.Result;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProgressTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private static ScheduleRun run(int i, Result result) {
        return new ScheduleRun(START.plusSeconds(i), JobId.next(), result, false);
    }

    @ParameterizedTest
    @EnumSource(names = {"SKIP", "QUEUE_ONE", "REPLACE"})
    void anUnfinishedRunIsNotForgottenForLaterOnes(Overlap overlap) {
        ScheduleRun open = run(0, Result.UNFINISHED);
        Progress progress = Progress.from(START).withRun(open, overlap);
        for (int i = 1; i <= 1_000; i++) {
            progress = progress.withRun(run(i, Result.SUCCEEDED), overlap);
        }
        assertThat(progress.open()).containsExactly(open.job());
        assertThat(progress.runs()).hasSize(10);

        progress = progress.withResults(Map.of(open.job(), Result.DEAD)).withRun(run(2_000, Result.SUCCEEDED), overlap);
        assertThat(progress.isBusy()).isFalse();
        assertThat(progress.runs()).hasSize(10);
    }

    @ParameterizedTest
    @EnumSource
    void howManyAreKeptIsBounded(Overlap overlap) {
        Progress progress = Progress.from(START);
        for (int i = 1; i <= 1_000; i++) {
            progress = progress.withRun(run(i, Result.UNFINISHED), overlap);
        }
        assertThat(progress.runs()).hasSize(overlap == Overlap.ALLOW ? 10 : 100);
        assertThat(progress.latest()).hasSize(10).isEqualTo(progress.runs().subList(0, 10));
        assertThat(progress.runs().get(0).tick()).isEqualTo(START.plusSeconds(1_000));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "{}",
                "{\"last\":null}",
                "{\"last\":1,\"waiting\":[null]}",
                "{\"last\":1,\"runs\":[null]}",
                "{\"last\":1,\"runs\":[{\"tick\":1,\"job\":\"x\"}]}",
                "{\"last\":1,\"runs\":[{\"tick\":1}]}",
                "{\"last\":9223372036854775807999}",
                "{\"last\":1,\"later\":1}",
            })
    void whatIsNotAProgressIsRefused(String json) {
        assertThatThrownBy(() -> Progress.parse(json)).isInstanceOf(IllegalArgumentException.class);
    }
}
