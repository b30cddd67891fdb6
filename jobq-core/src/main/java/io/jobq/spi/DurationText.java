package io.jobq.spi;

import java.math.BigDecimal;
import java.time.Duration;

/** Durations as people write them: {@code 200 ms}, {@code 1.5 s}, {@code 1 h 30 min}. Thread-safe. */
public final class DurationText {
    private DurationText() {}

    /** Returns all of the duration, exact to the nanosecond, in days, hours, minutes and seconds, or below a second in milliseconds. */
    public static String of(Duration duration) {
        if (duration.isZero()) {
            return "0 s";
        } else if (duration.isNegative()) {
            boolean least = duration.toSeconds() == Long.MIN_VALUE; // which has no opposite
            return "-" + of(least ? Duration.ofSeconds(Long.MAX_VALUE) : duration.negated());
        } else if (duration.toSeconds() == 0) {
            return number(BigDecimal.valueOf(duration.toNanosPart(), 6)) + " ms";
        }
        StringBuilder text = new StringBuilder();
        append(text, duration.toDaysPart(), " d");
        append(text, duration.toHoursPart(), " h");
        append(text, duration.toMinutesPart(), " min");
        BigDecimal seconds =
                BigDecimal.valueOf(duration.toSecondsPart()).add(BigDecimal.valueOf(duration.toNanosPart(), 9));
        if (seconds.signum() > 0) {
            text.append(' ').append(number(seconds)).append(" s");
        }
        return text.substring(1);
    }

    private static void append(StringBuilder text, long number, String unit) {
        if (number > 0) {
            text.append(' ').append(number).append(unit);
        }
    }

    private static String number(BigDecimal value) {
        return value.stripTrailingZeros().toPlainString();
    }
}
