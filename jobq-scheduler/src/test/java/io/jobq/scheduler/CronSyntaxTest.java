package io.jobq.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jobq.scheduler.Cron.Dialect;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A bad expression is refused with the position of the error. */
@Timeout(30)
class CronSyntaxTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            # dialect | expression           | at | message holds
            UNIX      | "0 75 * * *"         | 2  | "hour: '75' is not 0 to 23"
            UNIX      | "60 * * * *"         | 0  | "minute: '60' is not 0 to 59"
            UNIX      | "0 9 0 * *"          | 4  | "day-of-month: '0' is not 1 to 31"
            UNIX      | "0 9 * 13 *"         | 6  | "month: '13' is not 1 to 12"
            UNIX      | "0 9 * * 8"          | 8  | "day-of-week: '8' is not 0 to 7"
            UNIX      | "0,5,99 * * * *"     | 4  | "minute: '99'"
            UNIX      | "0 9 * * MON-FOO"    | 12 | "day-of-week: 'FOO' is not expected here"
            UNIX      | "0 9 * * MONDAY"     | 11 | "day-of-week: 'DAY' is not expected here"
            UNIX      | "0 9 * * FR"         | 8  | "'FR' is not expected here"
            UNIX      | "0 MON * * *"        | 2  | "hour: 'MON' is not expected here"
            UNIX      | "0 9 * MON *"        | 6  | "month: 'MON' is not expected here"
            UNIX      | "1,,2 * * * *"       | 2  | "minute: ',' is not expected here"
            UNIX      | "1, * * * *"         | 2  | "minute: a value is missing"
            UNIX      | "1- * * * *"         | 2  | "minute: a value is missing"
            UNIX      | "*/ * * * *"         | 2  | "minute: a step is missing"
            UNIX      | "*/0 * * * *"        | 2  | "'0' is not 1 to 59 (a step)"
            UNIX      | "*/60 * * * *"       | 2  | "'60' is not 1 to 59 (a step)"
            UNIX      | "5/15 * * * *"       | 1  | "a step needs a range before it, such as 5-59/…"
            UNIX      | "-5 * * * *"         | 0  | "'-' is not expected here"
            UNIX      | "5-10-20 * * * *"    | 4  | "'-' is not expected here"
            UNIX      | "** * * * *"         | 1  | "'*' is not expected here"
            UNIX      | "1.5 * * * *"        | 1  | "'.' is not expected here"
            UNIX      | "99999999999 * * * *"| 0  | "'99999999999' is not 0 to 59"
            UNIX      | "0 0 L * *"          | 4  | "day-of-month: 'L' is not expected here"
            UNIX      | "0 0 15W * *"        | 6  | "day-of-month: 'W' is not expected here"
            UNIX      | "0 0 ? * *"          | 4  | "day-of-month: '?' is not expected here"
            UNIX      | "0 0 * * FRI#2"      | 11 | "day-of-week: '#' is not expected here"
            UNIX      | "0 0 * *"            | 7  | "4 fields, but unix cron has 5: minute hour day-of-month month day-of-week"
            UNIX      | "0 0 * * * 2026"     | 10 | "6 fields"
            UNIX      | ""                   | 0  | "0 fields"
            UNIX      | "   "                | 3  | "0 fields"
            UNIX      | "@reboot"            | 0  | "no such alias; there are [@annually, @daily"
            UNIX      | " @"                 | 1  | "no such alias"
            UNIX      | "0 0 30 2 *"         | 4  | "no date has such a day, month and weekday"
            UNIX      | "  0 0 31 4,6 *"     | 6  | "no date has such"
            QUARTZ    | "0 0 0 * * *"        | 10 | "one of day-of-month and day-of-week must be ?"
            QUARTZ    | "0 0 0 ? * ?"        | 10 | "one of day-of-month and day-of-week must be ?"
            QUARTZ    | "0 0 0 1 * MON"      | 10 | "one of day-of-month and day-of-week must be ?"
            QUARTZ    | "0 0 0 ? * 0"        | 10 | "'0' is not 1 to 7"
            QUARTZ    | "0 0 0 ? * 8"        | 10 | "'8' is not 1 to 7"
            QUARTZ    | "0 0 0 ? * 6#6"      | 12 | "'6' is not 1 to 5 (which of them in the month)"
            QUARTZ    | "0 0 0 ? * 6#"       | 12 | "which of them in the month is missing"
            QUARTZ    | "0 0 0 32W * ?"      | 6  | "'32' is not 1 to 31"
            QUARTZ    | "0 0 0 L-31 * ?"     | 8  | "'31' is not 1 to 30 (days before the last)"
            QUARTZ    | "0 0 0 L-0 * ?"      | 8  | "'0' is not 1 to 30"
            QUARTZ    | "0 0 0 1-5W * ?"     | 9  | "'W' is not expected here"
            QUARTZ    | "0 0 0 ?,1 * MON"    | 7  | "',' is not expected here"
            QUARTZ    | "0 ? 0 1 * ?"        | 2  | "minute: '?' is not expected here"
            QUARTZ    | "0 0 0 1 * ? 1969"   | 12 | "year: '1969' is not 1970 to 2099"
            QUARTZ    | "0 0 0 1 * ? 2030-2020" | 17 | "the range ends before it begins"
            QUARTZ    | "0 0 0 1 1 ? 2026 1" | 17 | "8 fields, but quartz cron has 6 or 7"
            QUARTZ    | "0 0 1 * ?"          | 9  | "5 fields"
            QUARTZ    | "@daily"             | 0  | "quartz cron has no aliases"
            QUARTZ    | "0 0 0 29 2 ? 2026"  | 6  | "no date has such"
            SPRING    | "0 0 0 * * L"        | 10 | "'L' needs a weekday before it, such as FRIL"
            SPRING    | "0 0 0 L-3W * *"     | 9  | "'W' is not expected here"
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
                .hasMessage("cron expression '0 75 * * *' at position 2: hour: '75' is not 0 to 23 (a value);"
                        + " allowed in unix cron: 0-23 with * , - /");
        assertThatThrownBy(() -> Cron.quartz("0 0 0 ? * X", ZoneOffset.UTC))
                .hasMessageContaining("allowed in quartz cron: 1-7 or SUN-SAT with * , - / ? L #");
        assertThatThrownBy(() -> Cron.spring("0 0 0 X * *", ZoneOffset.UTC))
                .hasMessageContaining("allowed in spring cron: 1-31 with * , - / ? L W");
    }

    @Test
    void longExpressionsAreRefusedUnread() {
        assertThatThrownBy(() -> Cron.unix("0,".repeat(500_000), ZoneOffset.UTC))
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
        String alphabet = "0123456789*/,-?LW# \tMONFRIJAN@a\u0660\ud83d\udca3";
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
}
