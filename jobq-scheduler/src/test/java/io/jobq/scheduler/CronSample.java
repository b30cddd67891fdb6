package io.jobq.scheduler;

import io.jobq.scheduler.Cron.Dialect;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * A random expression together with what it means, each item's meaning written down where its text is: the oracle shares
 * no code with the parser or the search.
 */
record CronSample(Dialect dialect, String text, Predicate<LocalDate> date, List<Set<Integer>> times) {
    boolean fits(LocalDateTime local) {
        return date.test(local.toLocalDate()) && fits(local.getHour(), local.getMinute(), local.getSecond());
    }

    boolean fits(int hour, int minute, int second) {
        return times.get(0).contains(hour)
                && times.get(1).contains(minute)
                && times.get(2).contains(second);
    }

    boolean everyHour() {
        return times.get(0).size() == 24;
    }

    static CronSample random(Dialect dialect, Random random) {
        return new Maker(dialect, random).make();
    }

    private record Field(String text, Predicate<LocalDate> date) {}

    private record Ends(int low, int high, Set<Integer> allowed) {}

    /** Puts random fields together. */
    private static final class Maker {
        private final Dialect dialect;
        private final Random random;

        Maker(Dialect dialect, Random random) {
            this.dialect = dialect;
            this.random = random;
        }

        CronSample make() {
            List<String> texts = new ArrayList<>();
            Set<Integer> seconds = dialect == Dialect.UNIX ? Set.of(0) : numbers(0, 59, texts, List.of());
            Set<Integer> minutes = numbers(0, 59, texts, List.of());
            Set<Integer> hours = numbers(0, 23, texts, List.of());
            Field dates = dates();
            texts.add(dates.text);
            Set<Integer> months = numbers(
                    1,
                    12,
                    texts,
                    List.of("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"));
            Field weekdays = weekdays(dates);
            texts.add(weekdays.text);
            Predicate<LocalDate> day =
                    either(dates, weekdays) ? dates.date.or(weekdays.date) : dates.date.and(weekdays.date);
            Predicate<LocalDate> date = day.and(each -> months.contains(each.getMonthValue()));
            if (dialect == Dialect.QUARTZ && random.nextInt(4) == 0) {
                Set<Integer> years = years(texts);
                date = date.and(each -> years.contains(each.getYear()));
            }
            return new CronSample(dialect, String.join(" ", texts), date, List.of(hours, minutes, seconds));
        }

        private boolean either(Field dates, Field weekdays) {
            return dialect == Dialect.UNIX && !dates.text.startsWith("*") && !weekdays.text.startsWith("*");
        }

        private Field dates() {
            if (dialect == Dialect.QUARTZ && random.nextBoolean()) {
                return new Field("?", each -> true);
            }
            if (dialect != Dialect.UNIX && random.nextInt(3) == 0) {
                return specialDate();
            }
            List<String> text = new ArrayList<>();
            Set<Integer> days = numbers(1, 31, text, List.of());
            return new Field(text.get(0), each -> days.contains(each.getDayOfMonth()));
        }

        private Field specialDate() {
            int number = 1 + random.nextInt(31);
            int before = 1 + random.nextInt(30);
            return switch (random.nextInt(4)) {
                case 0 -> new Field("L", each -> each.getDayOfMonth() == each.lengthOfMonth());
                case 1 -> new Field("L-" + before, each -> each.getDayOfMonth() == each.lengthOfMonth() - before);
                case 2 -> new Field("LW", each -> isNearest(each, each.lengthOfMonth()));
                default -> new Field(number + "W", each -> isNearest(each, number));
            };
        }

        /** By looking around the wanted day for the closest weekday in its month. */
        private static boolean isNearest(LocalDate date, int wanted) {
            if (wanted < 1 || wanted > date.lengthOfMonth()) {
                return false;
            }
            LocalDate middle = date.withDayOfMonth(wanted);
            for (int distance : new int[] {0, -1, 1, -2, 2}) {
                LocalDate candidate = middle.plusDays(distance);
                if (candidate.getMonth() == date.getMonth()
                        && candidate.getDayOfWeek().getValue() <= 5) {
                    return candidate.equals(date);
                }
            }
            throw new AssertionError();
        }

        private Field weekdays(Field dates) {
            if (dialect == Dialect.QUARTZ && !dates.text.equals("?")) {
                return new Field("?", each -> true);
            }
            if (dialect == Dialect.SPRING && random.nextInt(3) == 0) {
                return new Field(random.nextBoolean() ? "?" : "*", each -> true);
            }
            if (dialect != Dialect.UNIX && random.nextInt(3) == 0) {
                return specialWeekday();
            }
            List<String> text = new ArrayList<>();
            List<String> week = List.of("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT");
            // The second Sunday of UNIX and the first of Spring have tables of their own.
            Set<Integer> days = switch (dialect) {
                case UNIX -> numbers(0, 6, text, week);
                case QUARTZ -> numbers(1, 7, text, week);
                case SPRING -> numbers(1, 7, text, List.of("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"));
            };
            return new Field(text.get(0), each -> days.contains(number(each.getDayOfWeek())));
        }

        private int number(DayOfWeek day) {
            return switch (dialect) {
                case UNIX -> day.getValue() % 7;
                case QUARTZ -> day.getValue() % 7 + 1;
                case SPRING -> day.getValue();
            };
        }

        private Field specialWeekday() {
            DayOfWeek day = DayOfWeek.of(1 + random.nextInt(7));
            String name = random.nextBoolean() ? day.name().substring(0, 3) : "" + number(day);
            if (random.nextBoolean()) {
                return new Field(name + "L", each -> each.equals(each.with(TemporalAdjusters.lastInMonth(day))));
            }
            int nth = 1 + random.nextInt(5);
            return new Field(
                    name + "#" + nth, each -> each.getDayOfWeek() == day && (each.getDayOfMonth() - 1) / 7 == nth - 1);
        }

        private Set<Integer> years(List<String> texts) {
            int first = 1980 + random.nextInt(100);
            int last = first + random.nextInt(10);
            int step = 1 + random.nextInt(3);
            texts.add(first + "-" + last + "/" + step);
            Set<Integer> years = new TreeSet<>();
            for (int year = first; year <= last; year++) {
                if ((year - first) % step == 0) {
                    years.add(year);
                }
            }
            return years;
        }

        private Set<Integer> numbers(int low, int high, List<String> texts, List<String> names) {
            Set<Integer> allowed = new TreeSet<>();
            List<String> items = new ArrayList<>();
            for (int n = random.nextInt(3) == 0 ? 1 + random.nextInt(4) : 1; n > 0; n--) {
                items.add(item(low, high, allowed, names));
            }
            texts.add(String.join(",", items));
            return allowed;
        }

        private String item(int low, int high, Set<Integer> allowed, List<String> names) {
            int from = low + random.nextInt(high - low + 1);
            int to = low + random.nextInt(high - low + 1);
            int step = 1 + random.nextInt(Math.min(20, high - 1));
            String first = word(from, low, names);
            return switch (random.nextInt(dialect == Dialect.UNIX ? 5 : 6)) {
                case 0 -> walk("*", low, high, 1, new Ends(low, high, allowed));
                case 1 -> walk("*/" + step, low, high, step, new Ends(low, high, allowed));
                case 2 -> walk(first + "-" + word(to, low, names), from, to, 1, new Ends(low, high, allowed));
                case 3 ->
                    walk(first + "-" + word(to, low, names) + "/" + step, from, to, step, new Ends(low, high, allowed));
                case 4 -> walk(first, from, from, 1, new Ends(low, high, allowed));
                default -> walk(first + "/" + step, from, high, step, new Ends(low, high, allowed));
            };
        }

        /** One value after the other, round the end of the range. */
        private static String walk(String text, int from, int to, int step, Ends ends) {
            int value = from;
            for (int n = 0; ; n++) {
                if (n % step == 0) {
                    ends.allowed.add(value);
                }
                if (value == to) {
                    return text;
                }
                value = value == ends.high ? ends.low : value + 1;
            }
        }

        private String word(int value, int low, List<String> names) {
            if (names.isEmpty() || random.nextBoolean()) {
                return Integer.toString(value);
            }
            String name = names.get(value - low);
            return random.nextInt(4) == 0 ? name.toLowerCase(java.util.Locale.ROOT) : name;
        }
    }
}
