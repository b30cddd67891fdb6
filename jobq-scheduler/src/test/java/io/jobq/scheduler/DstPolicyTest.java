package io.jobq.scheduler;

import static io.jobq.scheduler.DstPolicy.Gap.RUN_AFTER;
import static io.jobq.scheduler.DstPolicy.Gap.SKIP;
import static io.jobq.scheduler.DstPolicy.Overlap.ONCE;
import static io.jobq.scheduler.DstPolicy.Overlap.TWICE;
import static org.assertj.core.api.Assertions.assertThat;

import io.jobq.scheduler.DstPolicy.Gap;
import io.jobq.scheduler.DstPolicy.Overlap;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the clocks' changes do, in cases that were looked up. */
class DstPolicyTest {
    /** Berlin: 2026-03-29 02:00 to 03:00 does not exist. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            30 2 * * *        | SKIP      | 2026-03-30T02:30+02:00
            30 2 * * *        | RUN_AFTER | 2026-03-29T03:00+02:00 2026-03-30T02:30+02:00
            0 2 * * *         | RUN_AFTER | 2026-03-29T03:00+02:00 2026-03-30T02:00+02:00
            0 3 * * *         | SKIP      | 2026-03-29T03:00+02:00 2026-03-30T03:00+02:00
            0 2,3 * * *       | SKIP      | 2026-03-29T03:00+02:00 2026-03-30T02:00+02:00
            0 2,3 * * *       | RUN_AFTER | 2026-03-29T03:00+02:00 2026-03-30T02:00+02:00
            */20 2 * * *      | RUN_AFTER | 2026-03-29T03:00+02:00 2026-03-30T02:00+02:00 2026-03-30T02:20+02:00
            30 1,2,3 * * *    | RUN_AFTER | 2026-03-29T01:30+01:00 2026-03-29T03:00+02:00 2026-03-29T03:30+02:00
            30 1,2,3 * * *    | SKIP      | 2026-03-29T01:30+01:00 2026-03-29T03:30+02:00
            # every hour: elapsed time
            30 * * * *        | RUN_AFTER | 2026-03-29T00:30+01:00 2026-03-29T01:30+01:00 2026-03-29T03:30+02:00
            30 0-23 * * *     | RUN_AFTER | 2026-03-29T00:30+01:00 2026-03-29T01:30+01:00 2026-03-29T03:30+02:00
            30 2 29 3 *       | SKIP      | 2027-03-29T02:30+02:00
            30 2 29 3 *       | RUN_AFTER | 2026-03-29T03:00+02:00 2027-03-29T02:30+02:00
            30 2 * * MON      | RUN_AFTER | 2026-03-30T02:30+02:00
            """)
    void gap(String expression, Gap gap, String expected) {
        check("Europe/Berlin", "2026-03-28T23:00:00Z", expression, new DstPolicy(gap, ONCE), expected);
    }

    /** Berlin: 2026-10-25 02:00 to 03:00 occurs twice. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            30 2 * * *        | ONCE  | 2026-10-25T02:30+02:00 2026-10-26T02:30+01:00
            30 2 * * *        | TWICE | 2026-10-25T02:30+02:00 2026-10-25T02:30+01:00 2026-10-26T02:30+01:00
            0 3 * * *         | TWICE | 2026-10-25T03:00+01:00 2026-10-26T03:00+01:00
            0 2 * * *         | ONCE  | 2026-10-25T02:00+02:00 2026-10-26T02:00+01:00
            */30 2 * * *      | ONCE  | 2026-10-25T02:00+02:00 2026-10-25T02:30+02:00 2026-10-26T02:00+01:00
            */30 2 * * *      | TWICE | 2026-10-25T02:00+02:00 2026-10-25T02:30+02:00 2026-10-25T02:00+01:00 2026-10-25T02:30+01:00 2026-10-26T02:00+01:00
            # every hour: elapsed time
            30 * 25 10 *      | ONCE  | 2026-10-25T00:30+02:00 2026-10-25T01:30+02:00 2026-10-25T02:30+02:00 2026-10-25T02:30+01:00 2026-10-25T03:30+01:00
            """)
    void overlap(String expression, Overlap overlap, String expected) {
        check("Europe/Berlin", "2026-10-24T12:00:00Z", expression, new DstPolicy(SKIP, overlap), expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # Samoa had no 2011-12-30
            Pacific/Apia        | 2011-12-29T00:00:00Z | 0 9 * * *  | RUN_AFTER | 2011-12-29T09:00-10:00 2011-12-31T00:00+14:00 2011-12-31T09:00+14:00
            Pacific/Apia        | 2011-12-29T00:00:00Z | 0 9 * * *  | SKIP      | 2011-12-29T09:00-10:00 2011-12-31T09:00+14:00
            # Lord Howe Island changes by half an hour
            Australia/Lord_Howe | 2026-10-03T00:00:00Z | 15 2 * * * | RUN_AFTER | 2026-10-04T02:30+11:00 2026-10-05T02:15+11:00
            Australia/Lord_Howe | 2026-10-03T00:00:00Z | 30 2 * * * | SKIP      | 2026-10-04T02:30+11:00 2026-10-05T02:30+11:00
            # Cairo changes at midnight: the day begins at 01:00
            Africa/Cairo        | 2026-04-23T12:00:00Z | 0 0 * * *  | RUN_AFTER | 2026-04-24T01:00+03:00 2026-04-25T00:00+03:00
            # Liberia in 1972: 44 minutes and 30 seconds
            Africa/Monrovia     | 1972-01-06T12:00:00Z | 30 0 * * * | RUN_AFTER | 1972-01-07T00:44:30Z 1972-01-08T00:30Z
            """)
    void elsewhere(String zone, String after, String expression, Gap gap, String expected) {
        check(zone, after, expression, new DstPolicy(gap, ONCE), expected);
    }

    @Test
    void whatIsMadeUpIsFoundFromJustBeforeIt() {
        Cron cron = Cron.unix("30 2 * * *", ZoneId.of("Europe/Berlin"));
        Instant change = Instant.parse("2026-03-29T01:00:00Z");
        assertThat(cron.next(change.minusSeconds(1))).contains(change);
        assertThat(cron.next(change.minusNanos(1))).contains(change);
        assertThat(cron.next(change)).contains(Instant.parse("2026-03-30T00:30:00Z"));
    }

    @Test
    void secondPassesAreLeftOutFromWhereverTheSearchStarts() {
        Cron cron = Cron.unix("30 2 * * *", ZoneId.of("Europe/Berlin"));
        Instant tomorrow = Instant.parse("2026-10-26T01:30:00Z");
        for (String after : List.of("2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z", "2026-10-25T01:29:59.9Z")) {
            assertThat(cron.next(Instant.parse(after))).contains(tomorrow);
        }
    }

    @Test
    void theVeryLastTickMayBeASecondPass() {
        Cron cron =
                Cron.quartz("0 30 2 25 10 ? 2026", ZoneId.of("Europe/Berlin")).dst(new DstPolicy(SKIP, TWICE));
        assertThat(cron.next(Instant.parse("2026-10-25T00:30:00Z"))).contains(Instant.parse("2026-10-25T01:30:00Z"));
        assertThat(cron.next(Instant.parse("2026-10-25T01:30:00Z"))).isEmpty();
        assertThat(cron.dst(DstPolicy.DEFAULT).next(Instant.parse("2026-10-25T00:30:00Z")))
                .isEmpty();
    }

    @Test
    void theDefaultLosesNothingAndRepeatsNothing() {
        assertThat(DstPolicy.DEFAULT)
                .isEqualTo(new DstPolicy(RUN_AFTER, ONCE))
                .isNotEqualTo(new DstPolicy(SKIP, TWICE));
        assertThat(Cron.unix("@daily", ZoneId.of("UTC")).dst()).isEqualTo(DstPolicy.DEFAULT);
        assertThat(DstPolicy.DEFAULT).hasToString("gap: run_after, overlap: once");
    }

    private static void check(String zone, String after, String expression, DstPolicy dst, String expected) {
        Cron cron = Cron.unix(expression, ZoneId.of(zone)).dst(dst);
        List<Instant> wanted = Arrays.stream(expected.split(" "))
                .map(each -> OffsetDateTime.parse(each).toInstant())
                .toList();
        assertThat(Stream.iterate(cron.next(Instant.parse(after)), each -> each.flatMap(cron::next))
                        .map(Optional::orElseThrow)
                        .limit(wanted.size()))
                .isEqualTo(wanted);
        assertThat(wanted.get(0)).isAfter(Instant.parse(after));
    }
}
