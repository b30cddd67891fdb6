package io.jobq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jobq.RoundTripTypes.Bare;
import io.jobq.RoundTripTypes.Bean;
import io.jobq.RoundTripTypes.Box;
import io.jobq.RoundTripTypes.Boxes;
import io.jobq.RoundTripTypes.ByContent;
import io.jobq.RoundTripTypes.CalculatedProperty;
import io.jobq.RoundTripTypes.Circle;
import io.jobq.RoundTripTypes.Colour;
import io.jobq.RoundTripTypes.Computed;
import io.jobq.RoundTripTypes.Dot;
import io.jobq.RoundTripTypes.FinalFields;
import io.jobq.RoundTripTypes.GetterOnly;
import io.jobq.RoundTripTypes.Hidden;
import io.jobq.RoundTripTypes.Holder;
import io.jobq.RoundTripTypes.Holders;
import io.jobq.RoundTripTypes.IgnoredProperty;
import io.jobq.RoundTripTypes.Immutable;
import io.jobq.RoundTripTypes.Keys;
import io.jobq.RoundTripTypes.Maps;
import io.jobq.RoundTripTypes.Named;
import io.jobq.RoundTripTypes.NoWayIn;
import io.jobq.RoundTripTypes.One;
import io.jobq.RoundTripTypes.Optionals;
import io.jobq.RoundTripTypes.Primitives;
import io.jobq.RoundTripTypes.RenamedGetterOnly;
import io.jobq.RoundTripTypes.Times;
import io.jobq.RoundTripTypes.Tree;
import io.jobq.RoundTripTypes.Two;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.Month;
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
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What the default codec writes it reads back equal, or it refuses to write it. */
class RoundTripTest {
    private static final int ROUNDS = 40;

    private final JacksonCodec codec = new JacksonCodec();

    class Inner extends ByContent {
        public int a = codec.hashCode();

        @Override
        List<?> content() {
            return List.of(a);
        }
    }

    /** A kind of value: what makes one, and what it is read as. */
    record Shape(String name, Type type, Function<Random, ?> values) {}

    private static Shape shape(Class<?> type, Function<Random, ?> values) {
        return new Shape(type.getSimpleName(), type, values);
    }

    /** The type of a payload as a handler's method declares it: that of a component of this record. */
    @SuppressWarnings("unused") // by reflection
    record Generic(
            List<Box> boxes,
            Map<String, List<Dot>> dots,
            One<Immutable> one,
            Two<Colour, Named> two,
            Optional<Box> optional,
            Set<Colour> colours,
            One<One<List<OffsetDateTime>>> nested,
            Map<String, BigDecimal> prices,
            One<Optional<String>> oneOptional,
            EnumMap<Colour, String> enums,
            List<Named> shapes,
            One<Named> named) {}

    private static Shape generic(String component, Function<Random, ?> values) {
        Type type = Stream.of(Generic.class.getRecordComponents())
                .filter(each -> each.getName().equals(component))
                .findFirst()
                .orElseThrow()
                .getGenericType();
        return new Shape(component, type, values);
    }

    private static <T> List<T> some(Random random, Function<Random, T> each) {
        return IntStream.range(0, random.nextInt(5))
                .mapToObj(i -> each.apply(random))
                .collect(Collectors.toCollection(ArrayList::new));
    }

    private static <T> T maybe(Random random, T value) {
        return random.nextInt(4) == 0 ? null : value;
    }

    private static String text(Random random) {
        String[] parts = {"", "ä", "\"", "\\", "\u0000", "😀", "a", "\u2028", "1", "null", " ", "</x>"};
        return IntStream.range(0, random.nextInt(8))
                .mapToObj(i -> parts[random.nextInt(parts.length)])
                .collect(Collectors.joining());
    }

    private static Instant instant(Random random) {
        return Instant.ofEpochSecond(
                random.nextLong(-60_000_000_000L, 200_000_000_000L), random.nextInt(1_000_000_000));
    }

    private static ZoneOffset offset(Random random) {
        return ZoneOffset.ofTotalSeconds(random.nextInt(-64_800, 64_801) / 60 * 60);
    }

    private static ZoneId zone(Random random) {
        List<ZoneId> zones = List.of(
                ZoneId.of("Europe/Berlin"),
                ZoneId.of("UTC"),
                ZoneOffset.UTC,
                ZoneId.of("America/New_York"),
                offset(random));
        return zones.get(random.nextInt(zones.size()));
    }

    private static Colour colour(Random random) {
        return random.nextBoolean() ? Colour.RED : Colour.GREEN;
    }

    private static Named named(Random random) {
        return random.nextBoolean() ? new Circle(random.nextGaussian()) : new Box(random.nextInt(), random.nextInt());
    }

    private static Tree tree(Random random, int depth) {
        return new Tree(text(random), depth == 0 ? List.of() : some(random, r -> tree(r, depth - 1)));
    }

    private static BigDecimal decimal(Random random) {
        return new BigDecimal(new BigInteger(random.nextInt(20_000), random), random.nextInt(-400, 400));
    }

    private static Stream<Shape> scalars() {
        return Stream.of(
                shape(String.class, RoundTripTest::text),
                shape(Integer.class, Random::nextInt),
                shape(Long.class, Random::nextLong),
                shape(Double.class, r -> r.nextInt(5) == 0 ? Double.NaN : Double.longBitsToDouble(r.nextLong())),
                shape(Float.class, r -> r.nextInt(5) == 0 ? Float.POSITIVE_INFINITY : r.nextFloat()),
                shape(Boolean.class, Random::nextBoolean),
                shape(Character.class, r -> (char) ('a' + r.nextInt(26))),
                shape(BigInteger.class, r -> new BigInteger(r.nextInt(40_000), r).negate()),
                shape(BigDecimal.class, RoundTripTest::decimal),
                shape(UUID.class, r -> new UUID(r.nextLong(), r.nextLong())),
                shape(URI.class, r -> URI.create("https://example.org/" + r.nextInt())),
                shape(Locale.class, r -> r.nextBoolean() ? Locale.CANADA_FRENCH : Locale.ROOT),
                shape(Colour.class, RoundTripTest::colour),
                shape(byte[].class, r -> text(r).getBytes(java.nio.charset.StandardCharsets.UTF_8)),
                shape(int[].class, r -> r.ints(r.nextInt(5)).toArray()),
                shape(String[][].class, r -> new String[][] {{text(r), null}, {}, null}),
                shape(Box[].class, r -> new Box[] {new Box(r.nextInt(), 1), null}));
    }

    private static Stream<Shape> times() {
        return Stream.of(
                shape(Instant.class, RoundTripTest::instant),
                shape(OffsetDateTime.class, r -> instant(r).atOffset(offset(r))),
                shape(ZonedDateTime.class, r -> instant(r).atZone(zone(r))),
                shape(LocalDateTime.class, r -> instant(r).atOffset(offset(r)).toLocalDateTime()),
                shape(LocalDate.class, r -> instant(r).atOffset(offset(r)).toLocalDate()),
                shape(LocalTime.class, r -> LocalTime.ofNanoOfDay(r.nextLong(86_400_000_000_000L))),
                shape(OffsetTime.class, r -> instant(r).atOffset(offset(r)).toOffsetTime()),
                shape(Duration.class, r -> Duration.ofSeconds(r.nextLong() / 4, r.nextInt())),
                shape(Period.class, r -> Period.of(r.nextInt(9), -r.nextInt(9), r.nextInt(99))),
                shape(Year.class, r -> Year.of(r.nextInt(9_999))),
                shape(YearMonth.class, r -> YearMonth.of(r.nextInt(9_999), Month.MAY)),
                shape(MonthDay.class, r -> MonthDay.of(2, 1 + r.nextInt(29))),
                shape(ZoneId.class, RoundTripTest::zone),
                shape(ZoneOffset.class, RoundTripTest::offset),
                shape(DayOfWeek.class, r -> DayOfWeek.of(1 + r.nextInt(7))),
                shape(java.util.Date.class, r -> java.util.Date.from(instant(r))),
                shape(Times.class, RoundTripTest::allTimes));
    }

    private static Times allTimes(Random r) {
        Instant at = instant(r);
        OffsetDateTime day = at.atOffset(offset(r));
        return new Times(
                maybe(r, at),
                maybe(r, day),
                at.atZone(zone(r)),
                day.toLocalDateTime(),
                day.toLocalDate(),
                day.toLocalTime(),
                day.toOffsetTime(),
                Duration.ofNanos(r.nextLong()),
                Period.ofWeeks(r.nextInt(9)),
                Year.of(2_000),
                YearMonth.of(2_000, 2),
                MonthDay.of(2, 29),
                zone(r),
                offset(r));
    }

    private static Stream<Shape> classes() {
        return Stream.of(
                shape(Box.class, r -> new Box(r.nextInt(), r.nextInt())),
                shape(
                        Primitives.class,
                        r -> new Primitives(
                                r.nextBoolean(),
                                (byte) r.nextInt(),
                                (short) r.nextInt(),
                                r.nextInt(),
                                r.nextLong(),
                                r.nextFloat(),
                                r.nextDouble(),
                                'x')),
                shape(
                        Boxes.class,
                        r -> new Boxes(
                                maybe(r, true),
                                maybe(r, (byte) 1),
                                maybe(r, (short) 2),
                                maybe(r, 3),
                                maybe(r, 4L),
                                maybe(r, 5f),
                                maybe(r, 6d),
                                maybe(r, 'y'))),
                shape(Tree.class, r -> tree(r, 5)),
                shape(Named.class, RoundTripTest::named),
                shape(Computed.class, r -> new Computed(r.nextInt())),
                shape(Maps.class, RoundTripTest::maps),
                shape(
                        Optionals.class,
                        r -> new Optionals(
                                Optional.ofNullable(maybe(r, text(r))),
                                Optional.of(new One<>(1)),
                                OptionalInt.of(r.nextInt()),
                                OptionalLong.empty())),
                shape(Bean.class, RoundTripTest::bean),
                shape(FinalFields.class, RoundTripTest::finalFields),
                shape(GetterOnly.class, r -> RoundTripTypes.getterOnly(text(r))),
                shape(RenamedGetterOnly.class, r -> RoundTripTypes.renamed(text(r))),
                shape(Immutable.class, RoundTripTest::immutable),
                shape(NoWayIn.class, r -> RoundTripTypes.noWayIn(text(r))),
                shape(Hidden.class, r -> RoundTripTypes.hidden(1 + r.nextInt(9))),
                shape(CalculatedProperty.class, r -> new CalculatedProperty()),
                shape(IgnoredProperty.class, RoundTripTest::ignored),
                shape(Inner.class, r -> new RoundTripTest().new Inner()),
                shape(Holder.class, r -> new Holder(new Dot(r.nextInt()))),
                shape(Holders.class, r -> new Holders(List.of(new Dot(1)))),
                shape(Keys.class, r -> new Keys(Map.of(new Dot(1), text(r)))));
    }

    private static Maps maps(Random r) {
        Map<Colour, Integer> byColour = new EnumMap<>(Colour.class);
        byColour.put(colour(r), r.nextInt());
        return new Maps(
                byColour,
                Map.of(new UUID(r.nextLong(), 1), text(r)),
                new TreeMap<>(Map.of(LocalDate.EPOCH, r.nextLong())),
                new LinkedHashMap<>(Map.of(r.nextInt(), colour(r))));
    }

    private static Bean bean(Random r) {
        Bean bean = new Bean();
        bean.setName(text(r));
        bean.setNumbers(some(r, Random::nextInt));
        return bean;
    }

    private static FinalFields finalFields(Random r) {
        FinalFields made = new FinalFields();
        made.items.addAll(some(r, RoundTripTest::text));
        made.counts.put(text(r), r.nextInt());
        return made;
    }

    private static Immutable immutable(Random r) {
        return new Immutable(text(r), r.nextInt());
    }

    private static IgnoredProperty ignored(Random r) {
        IgnoredProperty made = new IgnoredProperty();
        made.a = r.nextInt();
        return made;
    }

    private static Stream<Shape> generics() {
        return Stream.of(
                generic("boxes", r -> some(r, each -> maybe(r, new Box(r.nextInt(), 2)))),
                generic("dots", r -> Map.of(text(r), some(r, each -> new Dot(r.nextInt())))),
                generic("one", r -> new One<>(immutable(r))),
                generic("two", r -> new Two<>(colour(r), some(r, RoundTripTest::named))),
                generic("optional", r -> Optional.of(new Box(r.nextInt(), 3))),
                generic("colours", r -> new LinkedHashSet<>(EnumSet.allOf(Colour.class))),
                generic(
                        "nested",
                        r -> new One<>(new One<>(some(r, each -> instant(r).atOffset(offset(r)))))),
                generic("prices", r -> Map.of(text(r), decimal(r))),
                generic("oneOptional", r -> new One<>(Optional.ofNullable(maybe(r, text(r))))),
                generic("enums", r -> new EnumMap<>(Map.of(colour(r), text(r)))),
                generic("shapes", r -> some(r, RoundTripTest::named)),
                generic("named", r -> new One<>(named(r))));
    }

    @TestFactory
    Stream<DynamicTest> arrivesEqualOrIsRefused() {
        return Stream.of(scalars(), times(), classes(), generics())
                .flatMap(each -> each)
                .map(shape -> DynamicTest.dynamicTest(shape.name(), () -> check(shape)));
    }

    private void check(Shape shape) {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < ROUNDS; i++) {
            Object value = shape.values().apply(random);
            byte[] written;
            try {
                written = codec.encode(value);
            } catch (JobQException refused) {
                assertThat(REFUSED).as("%s", refused.getMessage()).contains(shape.name());
                continue;
            }
            Object read = codec.decode(written, shape.type());
            assertThat(Objects.deepEquals(read, value))
                    .as("seed %d: %s as %s was %s", seed, shape.name(), read, value)
                    .isTrue();
            assertThat(REFUSED).as("accepted").doesNotContain(shape.name());
        }
    }

    private static final Set<String> REFUSED = Set.of(
            "RenamedGetterOnly", "NoWayIn", "Hidden", "CalculatedProperty", "Inner", "Holder", "Holders", "Keys");

    @Test
    void aRefusalNamesClassAndProperty() {
        for (int i = 0; i < 2; i++) { // the second time as the first
            assertThatThrownBy(() -> codec.encode(List.of(new One<>(new CalculatedProperty()))))
                    .isInstanceOf(JobQException.class)
                    .hasMessageContainingAll(CalculatedProperty.class.getName(), "'twice'", "@JsonIgnore");
        }
        assertThatThrownBy(() -> codec.encode(new Holder(null)))
                .hasMessageContainingAll(Holder.class.getName(), "'shape'", Bare.class.getName(), "@JsonTypeInfo");
    }

    record Big(BigInteger number, Map<String, String> map, String text) {}

    @Test
    void onlyTheSizeOfThePayloadLimitsItsParts() {
        Big big = new Big(BigInteger.TWO.pow(400_000), Map.of("k".repeat(200_000), ""), "x".repeat(30_000_000));
        assertThat(codec.decode(codec.encode(big), Big.class)).isEqualTo(big);
    }

    @Test
    void whatIsNestedTooDeepToReadIsNotWritten() {
        for (int depth : new int[] {200, 249, 250, 251, 2_000, 100_000}) {
            Tree tree = new Tree("leaf", List.of());
            for (int i = 0; i < depth; i++) {
                tree = new Tree("", List.of(tree));
            }
            try {
                byte[] written = codec.encode(tree);
                codec.decode(written, Tree.class);
                assertThat(depth).isLessThanOrEqualTo(250);
            } catch (JobQException refused) {
                assertThat(refused).hasMessageContaining("can't write");
            }
        }
    }

    static class Cycle {
        public Cycle next = this;
        public Cycle other = this;
    }

    record Ring(List<Object> ring) {}

    @Test
    void aCycleIsRefusedInOneLine() {
        List<Object> ring = new ArrayList<>();
        ring.add(new Ring(ring));
        for (Object cyclic : new Object[] {new Cycle(), new Ring(ring)}) {
            assertThatThrownBy(() -> codec.encode(cyclic))
                    .isInstanceOf(JobQException.class)
                    .satisfies(
                            refused -> assertThat(refused.getMessage().length()).isLessThan(1_100));
        }
    }
}
