package io.jobq.scheduler;

import static io.jobq.scheduler.Cron.Dialect.QUARTZ;
import static io.jobq.scheduler.Cron.Dialect.SPRING;
import static io.jobq.scheduler.Cron.Dialect.UNIX;
import static org.assertj.core.api.Assertions.assertThat;

import io.jobq.scheduler.Cron.Dialect;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each feature of each dialect, by hand. In 2026 January 1 is a Thursday, and February has 28 days, from Sunday on. */
class CronDialectsTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # expression           | after            | next ones
            * * * * *              | 2026-01-01T00:00 | 2026-01-01T00:01 2026-01-01T00:02
            30 9 * * *             | 2026-01-01T09:30 | 2026-01-02T09:30 2026-01-03T09:30
            */15 * * * *           | 2026-01-01T23:40 | 2026-01-01T23:45 2026-01-02T00:00
            10-20/5 3 * * *        | 2026-01-01T00:00 | 2026-01-01T03:10 2026-01-01T03:15 2026-01-01T03:20 2026-01-02T03:10
            0,59,30 12 1 1 *       | 2026-01-01T12:00 | 2026-01-01T12:30 2026-01-01T12:59 2027-01-01T12:00
            0 9 * * MON-FRI        | 2026-01-02T09:00 | 2026-01-05T09:00 2026-01-06T09:00
            0 9 * * mon-fri        | 2026-01-02T09:00 | 2026-01-05T09:00
            0 0 * * 0              | 2026-01-01T00:00 | 2026-01-04T00:00 2026-01-11T00:00
            0 0 * * 7              | 2026-01-01T00:00 | 2026-01-04T00:00 2026-01-11T00:00
            0 0 * * SUN            | 2026-01-01T00:00 | 2026-01-04T00:00 2026-01-11T00:00
            0 0 * * 5-7            | 2026-01-01T00:00 | 2026-01-02T00:00 2026-01-03T00:00 2026-01-04T00:00 2026-01-09T00:00
            0 0 * * 0-7            | 2026-01-01T00:00 | 2026-01-02T00:00 2026-01-03T00:00 2026-01-04T00:00 2026-01-05T00:00
            0 0 * * 7-2            | 2026-01-01T00:00 | 2026-01-04T00:00 2026-01-05T00:00 2026-01-06T00:00 2026-01-11T00:00
            0 0 * * SUN-TUE        | 2026-01-01T00:00 | 2026-01-04T00:00 2026-01-05T00:00 2026-01-06T00:00 2026-01-11T00:00
            0 0 * * FRI-SUN        | 2026-01-01T00:00 | 2026-01-02T00:00 2026-01-03T00:00 2026-01-04T00:00 2026-01-09T00:00
            0 0 * * 0-SUN          | 2026-01-01T00:00 | 2026-01-04T00:00 2026-01-11T00:00
            0 0 * * FRI-MON        | 2026-01-01T00:00 | 2026-01-02T00:00 2026-01-03T00:00 2026-01-04T00:00 2026-01-05T00:00 2026-01-09T00:00
            0 0 * * */2            | 2026-01-01T00:00 | 2026-01-03T00:00 2026-01-04T00:00 2026-01-06T00:00 2026-01-08T00:00
            0 22-2 * * *           | 2026-01-01T01:00 | 2026-01-01T02:00 2026-01-01T22:00 2026-01-01T23:00 2026-01-02T00:00
            0 22-2/2 * * *         | 2026-01-01T03:00 | 2026-01-01T22:00 2026-01-02T00:00 2026-01-02T02:00 2026-01-02T22:00
            0 0 1 NOV-FEB *        | 2026-02-01T00:00 | 2026-11-01T00:00 2026-12-01T00:00 2027-01-01T00:00 2027-02-01T00:00
            0 0 29 2 *             | 2026-01-01T00:00 | 2028-02-29T00:00 2032-02-29T00:00
            0 0 29 FEB *           | 2096-02-29T00:00 | 2104-02-29T00:00
            0 0 31 * *             | 2026-01-01T00:00 | 2026-01-31T00:00 2026-03-31T00:00 2026-05-31T00:00
            # either day, if both are restricted; both, if one begins with a star
            0 0 13 * FRI           | 2026-02-01T00:00 | 2026-02-06T00:00 2026-02-13T00:00 2026-02-20T00:00 2026-02-27T00:00 2026-03-06T00:00
            0 0 15 * MON           | 2026-01-01T00:00 | 2026-01-05T00:00 2026-01-12T00:00 2026-01-15T00:00 2026-01-19T00:00
            0 0 */2 * MON          | 2026-01-01T00:00 | 2026-01-05T00:00 2026-01-19T00:00 2026-02-09T00:00
            0 0 15 * *             | 2026-01-01T00:00 | 2026-01-15T00:00 2026-02-15T00:00
            0 0 30 2 MON           | 2026-01-01T00:00 | 2026-02-02T00:00 2026-02-09T00:00
            @hourly                | 2026-01-01T00:00 | 2026-01-01T01:00 2026-01-01T02:00
            @daily                 | 2026-01-01T00:00 | 2026-01-02T00:00
            @midnight              | 2026-01-01T00:00 | 2026-01-02T00:00
            @weekly                | 2026-01-01T00:00 | 2026-01-04T00:00
            @monthly               | 2026-01-01T00:00 | 2026-02-01T00:00
            @YEARLY                | 2026-01-01T00:00 | 2027-01-01T00:00
            @annually              | 2026-01-01T00:00 | 2027-01-01T00:00
            """)
    void unix(String expression, String after, String expected) {
        check(UNIX, expression, after, expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # expression           | after               | next ones
            0 0 12 * * ?           | 2026-01-01T12:00    | 2026-01-02T12:00
            */20 59 23 ? * *       | 2026-01-01T23:59    | 2026-01-01T23:59:20 2026-01-01T23:59:40 2026-01-02T23:59
            5/20 0 0 1 1 ?         | 2026-01-01T00:00    | 2026-01-01T00:00:05 2026-01-01T00:00:25 2026-01-01T00:00:45 2027-01-01T00:00:05
            0 0/20 14 * * ?        | 2026-01-01T14:10    | 2026-01-01T14:20 2026-01-01T14:40 2026-01-02T14:00
            0 0 0 1 7/2 ?          | 2026-01-01T00:00    | 2026-07-01T00:00 2026-09-01T00:00 2026-11-01T00:00 2027-07-01T00:00
            # Sunday is 1
            0 0 0 ? * 1            | 2026-01-01T00:00    | 2026-01-04T00:00
            0 0 0 ? * SUN          | 2026-01-01T00:00    | 2026-01-04T00:00
            0 0 0 ? * 2-6          | 2026-01-02T00:00    | 2026-01-05T00:00
            0 0 0 ? * 7            | 2026-01-01T00:00    | 2026-01-03T00:00
            0 0 0 ? * L            | 2026-01-01T00:00    | 2026-01-03T00:00 2026-01-10T00:00
            0 0 0 ? * SAT-SUN      | 2026-01-01T00:00    | 2026-01-03T00:00 2026-01-04T00:00 2026-01-10T00:00
            0 0 0 ? * 2/2          | 2026-01-01T00:00    | 2026-01-02T00:00 2026-01-05T00:00 2026-01-07T00:00 2026-01-09T00:00
            0 0 0 ? * */3          | 2026-01-01T00:00    | 2026-01-03T00:00 2026-01-04T00:00 2026-01-07T00:00
            # last days
            0 0 0 L * ?            | 2026-01-31T00:00    | 2026-02-28T00:00 2026-03-31T00:00
            0 0 0 L-2 * ?          | 2026-01-31T00:00    | 2026-02-26T00:00 2026-03-29T00:00
            0 0 0 L-30 * ?         | 2026-01-31T00:00    | 2026-03-01T00:00 2026-05-01T00:00
            0 0 0 LW * ?           | 2026-01-01T00:00    | 2026-01-30T00:00 2026-02-27T00:00 2026-03-31T00:00
            0 0 0 ? * 6L           | 2026-01-01T00:00    | 2026-01-30T00:00 2026-02-27T00:00
            0 0 0 ? * FRIL         | 2026-01-01T00:00    | 2026-01-30T00:00 2026-02-27T00:00
            0 0 0 ? * FRIL,MONL    | 2026-01-01T00:00    | 2026-01-26T00:00 2026-01-30T00:00 2026-02-23T00:00
            # nearest weekday: Jan 3 is a Saturday, Jan 4 a Sunday; Aug 1 a Saturday; Feb 28 a Saturday, May 31 a Sunday
            0 0 0 3W 1 ?           | 2026-01-01T00:00    | 2026-01-02T00:00
            0 0 0 4W 1 ?           | 2026-01-01T00:00    | 2026-01-05T00:00
            0 0 0 1W 8 ?           | 2026-01-01T00:00    | 2026-08-03T00:00
            0 0 0 31W 5 ?          | 2026-01-01T00:00    | 2026-05-29T00:00
            0 0 0 31W * ?          | 2026-01-31T00:00    | 2026-03-31T00:00 2026-05-29T00:00
            0 0 0 7W 1 ?           | 2026-01-01T00:00    | 2026-01-07T00:00
            0 0 0 1,15W,L 2 ?      | 2026-01-01T00:00    | 2026-02-01T00:00 2026-02-16T00:00 2026-02-28T00:00
            # the nth of a weekday
            0 0 0 ? * 6#3          | 2026-01-01T00:00    | 2026-01-16T00:00 2026-02-20T00:00
            0 0 0 ? * FRI#1,MON#2  | 2026-01-01T00:00    | 2026-01-02T00:00 2026-01-12T00:00 2026-02-06T00:00 2026-02-09T00:00
            0 0 0 ? * 1#5          | 2026-01-01T00:00    | 2026-03-29T00:00 2026-05-31T00:00
            # years
            0 0 0 1 1 ? 2030       | 2026-01-01T00:00    | 2030-01-01T00:00 -
            0 0 0 1 1 ? 2020-2028/4| 2026-01-01T00:00    | 2028-01-01T00:00 -
            0 0 0 1 1 ? 2098/1     | 2026-01-01T00:00    | 2098-01-01T00:00 2099-01-01T00:00 -
            0 0 0 1 1 ? *          | 2098-06-01T00:00    | 2099-01-01T00:00 -
            0 0 0 1 1 ?            | 2099-06-01T00:00    | 2100-01-01T00:00
            0 0 0 29 2 ? 2000,2004 | 2026-01-01T00:00    | -
            """)
    void quartz(String expression, String after, String expected) {
        check(QUARTZ, expression, after, expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # expression           | after               | next ones
            0 0 * * * *            | 2026-01-01T12:00    | 2026-01-01T13:00
            */10 * * * * *         | 2026-01-01T12:00:55 | 2026-01-01T12:01 2026-01-01T12:01:10
            0 0/30 8-10 * * *      | 2026-01-01T10:00    | 2026-01-01T10:30 2026-01-02T08:00
            0 0 6,19 * * *         | 2026-01-01T10:00    | 2026-01-01T19:00 2026-01-02T06:00
            0 0 9-17 * * MON-FRI   | 2026-01-02T17:00    | 2026-01-05T09:00
            0 0 0 25 DEC ?         | 2026-01-01T00:00    | 2026-12-25T00:00
            0 0 0 ? * ?            | 2026-01-01T00:00    | 2026-01-02T00:00
            # both days must fit
            0 0 0 13 * FRI         | 2026-01-01T00:00    | 2026-02-13T00:00 2026-03-13T00:00 2026-11-13T00:00
            0 0 0 29 2 MON         | 2026-01-01T00:00    | 2044-02-29T00:00 2072-02-29T00:00 2112-02-29T00:00
            # Sunday is 0 and 7, the week of a star begins on Monday
            0 0 0 * * 0            | 2026-01-01T00:00    | 2026-01-04T00:00
            0 0 0 * * 7            | 2026-01-01T00:00    | 2026-01-04T00:00
            0 0 0 * * */2          | 2026-01-01T00:00    | 2026-01-02T00:00 2026-01-04T00:00 2026-01-05T00:00 2026-01-07T00:00
            0 0 0 * * SUN-TUE      | 2026-01-01T00:00    | 2026-01-04T00:00 2026-01-05T00:00 2026-01-06T00:00 2026-01-11T00:00
            0 0 0 * * SUN-SAT/2    | 2026-01-01T00:00    | 2026-01-03T00:00 2026-01-04T00:00 2026-01-06T00:00 2026-01-08T00:00
            0 0 0 * * SUN/2        | 2026-01-01T00:00    | 2026-01-04T00:00 2026-01-11T00:00
            0 0 0 * * 0/2          | 2026-01-01T00:00    | 2026-01-03T00:00 2026-01-04T00:00 2026-01-06T00:00 2026-01-08T00:00
            0 0 0 * * SUN-SUN      | 2026-01-01T00:00    | 2026-01-04T00:00 2026-01-11T00:00
            0 0 0 * * 0-7          | 2026-01-01T00:00    | 2026-01-02T00:00 2026-01-03T00:00 2026-01-04T00:00 2026-01-05T00:00
            0 0 0 * * 1/3          | 2026-01-01T00:00    | 2026-01-04T00:00 2026-01-05T00:00 2026-01-08T00:00
            0 0 0 L * *            | 2026-02-01T00:00    | 2026-02-28T00:00
            0 0 0 L-3 * *          | 2026-02-01T00:00    | 2026-02-25T00:00
            0 0 0 1W * *           | 2026-01-31T00:00    | 2026-02-02T00:00
            0 0 0 LW * *           | 2026-02-01T00:00    | 2026-02-27T00:00
            0 0 0 * * 5L           | 2026-01-01T00:00    | 2026-01-30T00:00
            0 0 0 * * THUL         | 2026-01-01T00:00    | 2026-01-29T00:00
            0 0 0 ? * 5#2          | 2026-01-01T00:00    | 2026-01-09T00:00
            0 0 0 ? * MON#1        | 2026-01-01T00:00    | 2026-01-05T00:00
            0 0 0 ? * 0#1          | 2026-01-01T00:00    | 2026-01-04T00:00
            @daily                 | 2026-01-01T00:00    | 2026-01-02T00:00
            @weekly                | 2026-01-01T00:00    | 2026-01-04T00:00
            @hourly                | 2026-01-01T00:00    | 2026-01-01T01:00
            """)
    void spring(String expression, String after, String expected) {
        check(SPRING, expression, after, expected);
    }

    @Test
    void blanksAndCaseDoNotMatter() {
        Cron one = Cron.unix("  0\t9  * * mon-Fri ", ZoneOffset.UTC);
        Cron other = Cron.unix("0 9 * * MON-FRI", ZoneOffset.UTC);
        assertThat(one).isEqualTo(other).hasSameHashCodeAs(other).hasToString(other.toString());
        assertThat(one.expression()).isEqualTo("0 9 * * MON-FRI");
        assertThat(Cron.spring(" @Daily ", ZoneOffset.UTC).expression()).isEqualTo("@daily");
        assertThat(other)
                .hasToString("cron '0 9 * * MON-FRI' (unix) in Z, gap: run_after, overlap: once")
                .isNotEqualTo(Cron.unix("0 9 * * 1-5", ZoneOffset.UTC))
                .isNotEqualTo(Cron.unix("0 9 * * MON-FRI", ZoneOffset.ofHours(1)))
                .isNotEqualTo(other.dst(new DstPolicy(DstPolicy.Gap.SKIP, DstPolicy.Overlap.ONCE)))
                .isNotEqualTo(Cron.spring("0 0 9 * * MON-FRI", ZoneOffset.UTC));
    }

    @Test
    void ticksAreStrictlyLater() {
        Cron cron = Cron.unix("0 9 * * *", ZoneOffset.UTC);
        Instant nine = Instant.parse("2026-01-01T09:00:00Z");
        assertThat(cron.next(nine.minusNanos(1))).contains(nine);
        assertThat(cron.next(nine.minusSeconds(1))).contains(nine);
        assertThat(cron.next(nine)).contains(nine.plusSeconds(86_400));
        assertThat(cron.next(nine.plusNanos(1))).contains(nine.plusSeconds(86_400));
    }

    @Test
    void timeHasEnds() {
        Cron cron = Cron.unix("0 9 * * *", ZoneOffset.UTC);
        assertThat(cron.next(Instant.MIN)).contains(Instant.parse("0001-01-01T09:00:00Z"));
        assertThat(cron.next(Instant.parse("9999-12-30T09:00:00Z"))).contains(Instant.parse("9999-12-31T09:00:00Z"));
        assertThat(cron.next(Instant.parse("9999-12-31T09:00:00Z"))).isEmpty();
        assertThat(cron.next(Instant.MAX)).isEmpty();
        Cron west = Cron.unix("0 9 * * *", ZoneOffset.ofHours(-18));
        assertThat(west.next(Instant.parse("9999-12-31T09:00:00Z"))).isEmpty();
        assertThat(Cron.unix("* * * * *", ZoneOffset.ofHours(18)).next(Instant.MAX))
                .isEmpty();
    }

    private static void check(Dialect dialect, String expression, String after, String expected) {
        Cron cron = Cron.of(dialect, expression, ZoneOffset.UTC);
        List<String> found = new ArrayList<>();
        Optional<Instant> tick = Optional.of(LocalDateTime.parse(after).toInstant(ZoneOffset.UTC));
        List<String> wanted = Arrays.asList(expected.split(" "));
        while (found.size() < wanted.size()) {
            tick = cron.next(tick.orElseThrow());
            found.add(tick.map(each ->
                            LocalDateTime.ofInstant(each, ZoneOffset.UTC).toString())
                    .orElse("-"));
        }
        assertThat(found).isEqualTo(wanted);
    }
}
