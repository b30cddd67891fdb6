package io.jobq.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jobq.scheduler.Cron.Dialect;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.LongStream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A bad expression is refused with the position of the error. */
@Timeout(30)
class CronSyntaxTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            # dialect | expression           | at | message holds
            UNIX      | "0 75 * * *"         | 2  | "hour: '75': Value 75 not in range [0, 23]"
            UNIX      | "60 * * * *"         | 0  | "minute: '60': Value 60 not in range [0, 59]"
            UNIX      | "0 9 0 * *"          | 4  | "day-of-month: '0': Value 0 not in range [1, 31]"
            UNIX      | "0 9 * 13 *"         | 6  | "month: '13'"
            UNIX      | "0 9 * * 8"          | 8  | "day-of-week: '8': Value 8 not in range [0, 7]"
            UNIX      | "0 9 * * 1-8"        | 8  | "day-of-week: '1-8': Value 8 not in range [0, 7]"
            UNIX      | "0,5,99 * * * *"     | 4  | "minute: '99'"
            UNIX      | "0 9 * * MON-FOO"    | 8  | "day-of-week: 'MON-FOO': Invalid chars in expression! Expression: FOO"
            UNIX      | "0 9 * * MONDAY"     | 8  | "day-of-week: 'MONDAY' is not expected here"
            UNIX      | "0 9 * * FR"         | 8  | "'FR' is not expected here"
            UNIX      | "0 MON * * *"        | 2  | "hour: 'MON'"
            UNIX      | "0 9 * MON *"        | 6  | "month: 'MON'"
            UNIX      | "1,,2 * * * *"       | 2  | "minute: a value is missing"
            UNIX      | "1, * * * *"         | 2  | "minute: a value is missing"
            UNIX      | "1- * * * *"         | 0  | "minute: '1-' is not expected here"
            UNIX      | "1-5- * * * *"       | 0  | "minute: '1-5-' is not expected here"
            UNIX      | "*/ * * * *"         | 0  | "minute: '*/' is not expected here"
            UNIX      | "1-5/ * * * *"       | 0  | "minute: '1-5/' is not expected here"
            UNIX      | "1-9/2/3 * * * *"    | 0  | "minute: '1-9/2/3' is not expected here"
            UNIX      | "/5 * * * *"         | 0  | "minute: '/5' is not expected here"
            UNIX      | "+5 * * * *"         | 0  | "minute: '+5' is not expected here"
            UNIX      | "1-L * * * *"        | 0  | "minute: '1-L' is not expected here"
            UNIX      | "*/0 * * * *"        | 0  | "'*/0': Period 0 not in range"
            UNIX      | "*/60 * * * *"       | 0  | "'*/60': Period 60 not in range"
            UNIX      | "1,5/15 * * * *"     | 2  | "'5/15': a step needs a range before it, or *"
            UNIX      | "-5 * * * *"         | 0  | "'-5' is not expected here"
            UNIX      | "5-10-20 * * * *"    | 0  | "'5-10-20' is not expected here"
            UNIX      | "** * * * *"         | 0  | "'**' is not expected here"
            UNIX      | "1.5 * * * *"        | 0  | "'1.5' is not expected here"
            UNIX      | "999999999 * * * *"  | 0  | "'999999999': Value 999999999 not in range [0, 59]"
            UNIX      | "99999999999 * * * *"| 0  | "'99999999999' is not expected here"
            UNIX      | "0 0 L * *"          | 4  | "day-of-month: 'L'"
            UNIX      | "0 0 15W * *"        | 4  | "day-of-month: '15W'"
            UNIX      | "0 0 ? * *"          | 4  | "day-of-month: '?'"
            UNIX      | "0 0 * * FRIL"       | 8  | "day-of-week: 'FRIL'"
            UNIX      | "0 0 * * FRI#2"      | 8  | "day-of-week: 'FRI#2'"
            UNIX      | "0 0 * *"            | 7  | "4 fields, but unix cron has 5: minute hour day-of-month month day-of-week"
            UNIX      | "0 0 * * * 2026"     | 10 | "6 fields"
            UNIX      | ""                   | 0  | "0 fields"
            UNIX      | "   "                | 3  | "0 fields"
            UNIX      | "@reboot"            | 0  | "no such alias; there are [@annually, @daily"
            UNIX      | "@daily * * * *"     | 0  | "no such alias"
            UNIX      | " @"                 | 1  | "no such alias"
            UNIX      | "0 0 30 2 *"         | 4  | "no date has such a day, month and weekday"
            UNIX      | "  0 0 31 4,6 *"     | 6  | "no date has such"
            UNIX      | "0 0 * * *|5"        | 8  | "'*|5' is not expected here"
            UNIX      | "0 0 * * *||0 1 * * *" | 13 | "9 fields"
            QUARTZ    | "0 0 0 * * *"        | 10 | "one of day-of-month and day-of-week must be ?"
            QUARTZ    | "0 0 0 ? * ?"        | 10 | "one of day-of-month and day-of-week must be ?"
            QUARTZ    | "0 0 0 1 * MON"      | 10 | "one of day-of-month and day-of-week must be ?"
            QUARTZ    | "0 0 0 ? * 0"        | 10 | "'0': Value 0 not in range [1, 7]"
            QUARTZ    | "0 0 0 ? * 8"        | 10 | "'8': Value 8 not in range [1, 7]"
            QUARTZ    | "0 0 0 ? * 6#6"      | 10 | "'6#6' is not expected here"
            QUARTZ    | "0 0 0 ? * 6#"       | 10 | "'6#' is not expected here"
            QUARTZ    | "0 0 0 ? * 1#2#3"    | 10 | "'1#2#3' is not expected here"
            QUARTZ    | "0 0 0 ? * MON,8L"   | 14 | "'8L': Value 8 not in range [1, 7]"
            QUARTZ    | "0 0 0 ? * L-3"      | 10 | "'L-3': L is the last day of the month, FRIL its last Friday"
            QUARTZ    | "0 0 0 ? * 5W"       | 10 | "day-of-week: '5W'"
            QUARTZ    | "0 0 0 32W * ?"      | 6  | "'32W': Value 32 not in range [1, 31]"
            QUARTZ    | "0 0 0 L-32 * ?"     | 6  | "'L-32': Value 32 not in range [1, 31]"
            QUARTZ    | "0 0 0 L-31 * ?"     | 6  | "no date has such"
            QUARTZ    | "0 0 0 L-0 * ?"      | 6  | "'L-0': Value 0 not in range [1, 31]"
            QUARTZ    | "0 0 0 L-3W * ?"     | 6  | "'L-3W' is not expected here"
            QUARTZ    | "0 0 0 5L * ?"       | 6  | "'5L': L is the last day of the month"
            QUARTZ    | "0 0 0 5L3 * ?"      | 6  | "'5L3' is not expected here"
            QUARTZ    | "0 0 0 1#2 * ?"      | 6  | "day-of-month: '1#2'"
            QUARTZ    | "0 0 0 1-5W * ?"     | 6  | "'1-5W' is not expected here"
            QUARTZ    | "0 0 0 ?,1 * MON"    | 6  | "'?' is not expected here"
            QUARTZ    | "0 0 0 1,? * MON"    | 8  | "'?' is not expected here"
            QUARTZ    | "0 0 LW 1 * ?"       | 4  | "hour: 'LW'"
            QUARTZ    | "0 ? 0 1 * ?"        | 2  | "minute: '?'"
            QUARTZ    | "0 0 0 1 * ? 1969"   | 12 | "year: '1969': Value 1969 not in range [1970, 2099]"
            QUARTZ    | "0 0 0 1 * ? 2030-2020" | 12 | "year: '2030-2020': Invalid range! [2030,2020]"
            QUARTZ    | "0 0 0 1 1 ? 2026 1" | 17 | "8 fields, but quartz cron has 6 or 7"
            QUARTZ    | "0 0 1 * ?"          | 9  | "5 fields"
            QUARTZ    | "@daily"             | 0  | "quartz cron has no aliases"
            QUARTZ    | "0 0 0 29 2 ? 2026"  | 6  | "no date has such"
            SPRING    | "0 0 0 * * L"        | 10 | "'L': L is the last day of the month, FRIL its last Friday"
            SPRING    | "0 0 0 L-3W * *"     | 6  | "'L-3W' is not expected here"
            SPRING    | "0 0 0 31 2 *"       | 6  | "no date has such"
            SPRING    | "0 0 * * *"          | 9  | "5 fields, but spring cron has 6: second minute hour"
            SPRING    | "0 0 0 * * * 2026"   | 12 | "7 fields"
            """)
    void errorsNameThePosition(Dialect dialect, String expression, int position, String message) {
        assertThatThrownBy(() -> Cron.of(dialect, expression, ZoneOffset.UTC))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at position " + position + ": ")
                .hasMessageContaining(message)
                .asInstanceOf(InstanceOfAssertFactories.type(CronSyntaxException.class))
                .extracting(CronSyntaxException::position)
                .isEqualTo(position);
    }

    @Test
    void messagesSayWhatIsAllowed() {
        assertThatThrownBy(() -> Cron.unix("0 75 * * *", ZoneOffset.UTC))
                .hasMessage("cron expression '0 75 * * *' at position 2: hour: '75': Value 75 not in range [0, 23];"
                        + " allowed in unix cron: 0-23 with * , - /");
        assertThatThrownBy(() -> Cron.quartz("0 0 0 ? * X", ZoneOffset.UTC))
                .hasMessageContaining("allowed in quartz cron: 1-7 or SUN-SAT with * , - / ? L #");
        assertThatThrownBy(() -> Cron.spring("0 0 0 X * *", ZoneOffset.UTC))
                .hasMessageContaining("allowed in spring cron: 1-31 with * , - / ? L W");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0,", "{", "(", "* ", "@", "*|", "||", "L", "-", "\\", "%s"})
    @Timeout(5)
    void longExpressionsAreRefusedUnread(String piece) {
        for (int length : new int[] {1, 60, 250 / piece.length()}) {
            String hostile = piece.repeat(length) + (piece.endsWith(" ") ? "! * * * * *" : "");
            for (Dialect dialect : Dialect.values()) {
                assertThatThrownBy(() -> Cron.of(dialect, hostile, ZoneOffset.UTC))
                        .isInstanceOf(CronSyntaxException.class);
            }
        }
        assertThatThrownBy(() -> Cron.unix(piece.repeat(1_000_000 / piece.length()), ZoneOffset.UTC))
                .isInstanceOf(CronSyntaxException.class)
                .hasMessageContaining("longer than 250 characters")
                .extracting(each -> each.getMessage().length())
                .asInstanceOf(InstanceOfAssertFactories.INTEGER)
                .isLessThan(200);
    }

    @Test
    void messagesHoldNoControlCharacters() {
        assertThatThrownBy(() -> Cron.unix("0 9\n* \u0000 \u202e*\u001b[31m", ZoneOffset.UTC))
                .isInstanceOf(CronSyntaxException.class)
                .extracting(Throwable::getMessage)
                .asString()
                .doesNotContainPattern("[\\p{Cntrl}\\p{Cf}]");
    }

    @Test
    void theLocaleOfTheMachineDoesNotMatter() {
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.forLanguageTag("tr"));
        try {
            assertThat(Cron.unix("0 9 * * fri", ZoneOffset.UTC).expression()).isEqualTo("0 9 * * FRI");
            assertThat(Cron.unix("@MIDNIGHT", ZoneOffset.UTC).expression()).isEqualTo("@midnight");
            assertThatThrownBy(() -> Cron.unix("0 9 * * fr\u0131", ZoneOffset.UTC))
                    .isInstanceOf(CronSyntaxException.class);
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void anyTextIsReadOrRefusedInsideItself() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        String alphabet = "0123456789*/,-?LW# \tMONFRIJAN@a|+{%\u0660\ud83d\udca3";
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int length = random.nextInt(30); length > 0; length--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            Dialect dialect = List.of(Dialect.values()).get(random.nextInt(3));
            try {
                Cron.of(dialect, text.toString(), ZoneOffset.UTC);
            } catch (CronSyntaxException refused) {
                assertThat(refused.position())
                        .as("seed %d, %s '%s'", seed, dialect, text)
                        .isBetween(0, text.length());
            }
        }
    }

    /** Well-formed words in the wrong fields: whatever cron-utils throws on them comes out as ours. */
    @Test
    void anyItemIsReadOrRefusedInAnyField() {
        List<String> items = List.of(
                "*",
                "?",
                "0",
                "7",
                "31",
                "59",
                "2026",
                "999999999",
                "FRI",
                "JAN",
                "LWW",
                "XLW",
                "L",
                "LW",
                "L-3",
                "L-31",
                "15W",
                "5L",
                "0L",
                "FRIL",
                "JANL",
                "FRI#2",
                "9#1",
                "JAN#1",
                "5#1",
                "*/1",
                "*/7",
                "*/999999999",
                "1/2",
                "JAN/2",
                "L/2",
                "1-5",
                "5-1",
                "FRI-MON",
                "JAN-MON",
                "0-0/1",
                "1-5/9",
                "1-99",
                "NON-HAS");
        for (Dialect dialect : Dialect.values()) {
            int fields = dialect == Dialect.UNIX ? 5 : dialect == Dialect.QUARTZ ? 7 : 6;
            for (int field = 0; field < fields; field++) {
                for (String item : items) {
                    String[] parts =
                            "* * * * * * *".substring(0, 2 * fields - 1).split(" ", -1);
                    if (dialect == Dialect.QUARTZ) {
                        parts[field == 3 ? 5 : 3] = "?";
                    }
                    parts[field] = item;
                    String text = String.join(" ", parts);
                    try {
                        assertThat(Cron.of(dialect, text, ZoneOffset.UTC).expression())
                                .isEqualTo(text);
                    } catch (CronSyntaxException refused) {
                        assertThat(refused.position()).as(text).isBetween(0, text.length());
                    }
                }
            }
        }
    }

    @Test
    void threadsMayReadAtOnce() {
        List<Long> seeds = LongStream.range(0, 5_000).boxed().toList();
        assertThat(seeds.parallelStream().map(CronSyntaxTest::outcome))
                .containsExactlyElementsOf(
                        seeds.stream().map(CronSyntaxTest::outcome).toList());
    }

    private static String outcome(long seed) {
        Dialect dialect = List.of(Dialect.values()).get((int) (seed % 3));
        try {
            Cron cron = Cron.of(
                    dialect, CronSample.random(dialect, new Random(seed)).text(), ZoneOffset.UTC);
            return cron + " " + cron.next(Instant.EPOCH);
        } catch (CronSyntaxException refused) {
            return refused.getMessage();
        }
    }
}
