package io.jobq;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;

/** Payloads of every shape that people write, and some that have no way back. */
final class RoundTripTypes {
    private RoundTripTypes() {}

    enum Colour {
        RED,
        GREEN {
            @Override
            public String toString() {
                return "RED";
            }
        }
    }

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = Circle.class, name = "circle"),
        @JsonSubTypes.Type(value = Box.class, name = "box")
    })
    sealed interface Named permits Circle, Box {}

    record Circle(double radius) implements Named {}

    record Box(int a, int b) implements Named {}

    sealed interface Bare permits Dot {}

    record Dot(int x) implements Bare {}

    record One<T>(T value) {}

    record Two<A, B>(A first, List<B> rest) {}

    record Primitives(boolean a, byte b, short c, int d, long e, float f, double g, char h) {}

    record Boxes(Boolean a, Byte b, Short c, Integer d, Long e, Float f, Double g, Character h) {}

    record Tree(String name, List<Tree> children) {}

    record Computed(int a) {
        public int getTwice() {
            return 2 * a;
        }
    }

    record Maps(
            Map<Colour, Integer> byColour,
            Map<UUID, String> byId,
            Map<LocalDate, Long> byDay,
            Map<Integer, Colour> byInt) {}

    record Times(
            Instant a,
            OffsetDateTime b,
            ZonedDateTime c,
            LocalDateTime d,
            LocalDate e,
            LocalTime f,
            OffsetTime g,
            Duration h,
            Period i,
            Year j,
            YearMonth k,
            MonthDay l,
            ZoneId m,
            ZoneOffset n) {}

    record Optionals(Optional<String> a, Optional<One<Integer>> b, OptionalInt c, OptionalLong d) {}

    record Holder(Bare shape) {}

    record Holders(List<Bare> shapes) {}

    record Keys(Map<Dot, String> byDot) {}

    /** Compares what subclasses say they hold. */
    abstract static class ByContent {
        abstract List<?> content();

        @Override
        public final boolean equals(Object other) {
            return other instanceof ByContent same && content().equals(same.content());
        }

        @Override
        public final int hashCode() {
            return content().hashCode();
        }
    }

    static class Bean extends ByContent {
        private String name = "";
        private List<Integer> numbers = new ArrayList<>();

        public String getName() {
            return name;
        }

        public void setName(String name) {
            this.name = name;
        }

        public List<Integer> getNumbers() {
            return numbers;
        }

        public void setNumbers(List<Integer> numbers) {
            this.numbers = numbers;
        }

        @Override
        List<?> content() {
            return List.of(name, numbers);
        }
    }

    static class FinalFields extends ByContent {
        public final List<String> items = new ArrayList<>();
        public final Map<String, Integer> counts = new HashMap<>();

        @Override
        List<?> content() {
            return List.of(items, counts);
        }
    }

    static class GetterOnly extends ByContent {
        private final List<String> items = new ArrayList<>();

        public List<String> getItems() {
            return List.copyOf(items);
        }

        @Override
        List<?> content() {
            return items;
        }
    }

    static class RenamedGetterOnly extends ByContent {
        private final List<String> theItems = new ArrayList<>();

        public List<String> getItems() {
            return new ArrayList<>(theItems);
        }

        @Override
        List<?> content() {
            return theItems;
        }
    }

    static class Immutable extends ByContent {
        private final String name;
        private final int size;

        @JsonCreator
        Immutable(@JsonProperty("name") String name, @JsonProperty("size") int size) {
            this.name = name;
            this.size = size;
        }

        public String getName() {
            return name;
        }

        public int getSize() {
            return size;
        }

        @Override
        List<?> content() {
            return List.of(name, size);
        }
    }

    static class NoWayIn extends ByContent {
        private final String name;

        private NoWayIn(String name, int unused) {
            this.name = name + unused;
        }

        public String getName() {
            return name;
        }

        @Override
        List<?> content() {
            return List.of(name);
        }
    }

    static class Hidden extends ByContent {
        private int secret;

        @Override
        List<?> content() {
            return List.of(secret);
        }
    }

    static class CalculatedProperty extends ByContent {
        public int a;

        public int getTwice() {
            return 2 * a;
        }

        @Override
        List<?> content() {
            return List.of(a);
        }
    }

    static class IgnoredProperty extends ByContent {
        public int a;

        @JsonIgnore
        public int getTwice() {
            return 2 * a;
        }

        @Override
        List<?> content() {
            return List.of(a);
        }
    }

    static GetterOnly getterOnly(String item) {
        GetterOnly made = new GetterOnly();
        made.items.add(item);
        return made;
    }

    static RenamedGetterOnly renamed(String item) {
        RenamedGetterOnly made = new RenamedGetterOnly();
        made.theItems.add(item);
        return made;
    }

    static NoWayIn noWayIn(String name) {
        return new NoWayIn(name, 1);
    }

    static Hidden hidden(int secret) {
        Hidden made = new Hidden();
        made.secret = secret;
        return made;
    }
}
