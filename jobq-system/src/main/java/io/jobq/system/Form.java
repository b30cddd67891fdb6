package io.jobq.system;

import io.jobq.TypeOptions;
import io.jobq.scheduler.ExcludedDates;
import io.jobq.scheduler.Misfire;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * How a value is written.
 *
 * @param type for people
 * @param allowed for people too
 * @param parser throws IllegalArgumentException, whose message goes on after the quoted value: {@code is not …}
 */
record Form<T>(String type, String allowed, Function<String, T> parser) {
    private static final Pattern AMOUNT = Pattern.compile("(\\d{1,18})(ms|s|m|h|d)");
    private static final Pattern REDIS = Pattern.compile("(rediss?|redis-cluster)://\\S+|redis-sentinel://\\S+#\\S+");
    private static final Duration LONGEST = Duration.ofDays(36_500);
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    static Form<Integer> whole(int min, int max) {
        return new Form<>("whole number", min + " to " + max, text -> {
            require(text.matches("[+-]?\\d+"), "is not a whole number");
            try {
                int value = Integer.parseInt(text);
                require(value >= min && value <= max, "is out of range");
                return value;
            } catch (NumberFormatException tooLong) {
                throw new IllegalArgumentException("is out of range", tooLong);
            }
        });
    }

    static Form<Double> decimal(double min, double max) {
        return new Form<>("number", plain(min) + " to " + plain(max), text -> {
            require(text.matches("[+-]?\\d+(\\.\\d+)?"), "is not a number");
            double value = Double.parseDouble(text);
            require(value >= min && value <= max, "is out of range");
            return value;
        });
    }

    private static String plain(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }

    /** A fraction, or the word {@code full}, for which it gives {@link RetryConfig#FULL_JITTER}. */
    static Form<Double> jitter() {
        Form<Double> fraction = decimal(0, 1);
        return new Form<>(
                "number or word",
                fraction.allowed + ", or full",
                text -> text.equals("full") ? RetryConfig.FULL_JITTER : fraction.parser.apply(text));
    }

    static Form<Boolean> flag() {
        return new Form<>("flag", "true or false", text -> {
            require(text.equals("true") || text.equals("false"), "is neither true nor false");
            return text.equals("true");
        });
    }

    static Form<Duration> duration(String min, String max) {
        Duration least = duration(min);
        Duration most = duration(max);
        return new Form<>("duration", min + " to " + max + ", as 500ms, 30s, 5m, 2h, 7d or PT1M30S", text -> {
            Duration value = duration(text);
            require(value.compareTo(least) >= 0 && value.compareTo(most) <= 0, "is out of range");
            return value;
        });
    }

    private static Duration duration(String text) {
        Matcher amount = AMOUNT.matcher(text);
        try {
            return amount.matches() ? duration(Long.parseLong(amount.group(1)), amount.group(2)) : Duration.parse(text);
        } catch (DateTimeException notOne) {
            throw new IllegalArgumentException("is not a duration", notOne);
        } catch (ArithmeticException tooLong) {
            throw new IllegalArgumentException("is out of range", tooLong);
        }
    }

    private static Duration duration(long amount, String unit) {
        return switch (unit) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            default -> Duration.ofDays(amount);
        };
    }

    /** Up to a hundred years. */
    static Form<Duration> durationFrom(String min) {
        return duration(min, LONGEST.toDays() + "d");
    }

    static <E extends Enum<E>> Form<E> word(Class<E> type) {
        String words = String.join(
                ", ", Arrays.stream(type.getEnumConstants()).map(Form::wordOf).toList());
        return new Form<>(
                "word",
                words,
                text -> Arrays.stream(type.getEnumConstants())
                        .filter(each -> wordOf(each).equals(text))
                        .findFirst()
                        .orElseThrow(() -> new IllegalArgumentException("is none of the words")));
    }

    static String wordOf(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    static Form<String> text(String type, String allowed, String pattern) {
        return new Form<>(type, allowed, text -> {
            require(text.matches(pattern), "does not fit");
            return text;
        });
    }

    static Form<String> name() {
        return new Form<>("name", "1 to 200 characters without braces and control characters", text -> {
            require(isName(text), "is not a name");
            return text;
        });
    }

    /** Whether core takes it for the name of a queue or type. */
    static boolean isName(String text) {
        try {
            TypeOptions.DEFAULT.withQueue(text);
            return true;
        } catch (IllegalArgumentException notOne) {
            return false;
        }
    }

    static Form<String> redisUri() {
        String forms = "redis://host:6379, rediss://…, redis-sentinel://host,host#primary, redis-cluster://host,host";
        return new Form<>("address", forms, text -> {
            require(REDIS.matcher(text).matches(), "is not the address of a Redis");
            return text;
        });
    }

    static Form<ZoneId> zone() {
        return new Form<>("time zone", "UTC, Europe/Berlin, +02:00 …", text -> {
            try {
                return ZoneId.of(text);
            } catch (DateTimeException unknown) {
                throw new IllegalArgumentException("is not a time zone that this JVM knows", unknown);
            }
        });
    }

    static Form<Moment> moment() {
        return new Form<>(
                "time", "2026-12-24T18:00:00Z, or a local time or date: 2026-12-24T18:00, 2026-12-24", Moment::parse);
    }

    static Form<ExcludedDates> dates() {
        return new Form<>("dates", "dates with commas between them, as 2026-12-25, 2026-12-26", text -> {
            try {
                return ExcludedDates.of(Arrays.stream(text.split(","))
                        .map(each -> LocalDate.parse(each.strip()))
                        .toList());
            } catch (DateTimeException notOne) {
                throw new IllegalArgumentException("is not a list of dates", notOne);
            }
        });
    }

    /** Blanks between its parts are left out. */
    static Form<String> json() {
        return new Form<>("JSON", "one JSON value", text -> {
            try {
                JsonNode value = JSON.readTree(text);
                require(!value.isMissingNode(), "is empty");
                return value.toString();
            } catch (JacksonException notJson) {
                throw new IllegalArgumentException("is not JSON", notJson);
            }
        });
    }

    static Form<Misfire> misfire() {
        Form<Integer> limit = whole(1, 1_000);
        return new Form<>("word", "skip, run_once, catch_up:N with N from " + limit.allowed, text -> {
            if (text.startsWith("catch_up:")) {
                return Misfire.catchUp(limit.parser.apply(text.substring("catch_up:".length())));
            }
            require(text.equals("skip") || text.equals("run_once"), "is none of the words");
            return text.equals("skip") ? Misfire.skip() : Misfire.runOnce();
        });
    }

    private static void require(boolean held, String complaint) {
        if (!held) {
            throw new IllegalArgumentException(complaint);
        }
    }
}
