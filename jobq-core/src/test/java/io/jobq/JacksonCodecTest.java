package io.jobq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The wire format: bytes that must not change between versions, and data that must not be trusted. */
class JacksonCodecTest {
    record Order(
            long id, String name, Instant at, LocalDate day, Duration took, BigDecimal price, Optional<String> note) {}

    private final JacksonCodec codec = new JacksonCodec();

    private static byte[] bytes(String json) {
        return json.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void writesTheseVeryBytes() {
        Order order = new Order(
                7,
                "Zoë \"x\"",
                Instant.parse("2026-01-02T03:04:05.006Z"),
                LocalDate.of(2026, 1, 2),
                Duration.ofMillis(1_500),
                new BigDecimal("1.50"),
                Optional.empty());
        String json = "{\"id\":7,\"name\":\"Zoë \\\"x\\\"\",\"at\":\"2026-01-02T03:04:05.006Z\",\"day\":\"2026-01-02\","
                + "\"took\":\"PT1.5S\",\"price\":1.50,\"note\":null}";
        assertThat(new String(codec.encode(order), StandardCharsets.UTF_8)).isEqualTo(json);
        assertThat(codec.decode(bytes(json), Order.class)).isEqualTo(order);
    }

    record Point(int x, int y) {}

    @Test
    void readsWhatNewerCodeWroteAndRefusesWhatIsWrong() {
        assertThat(codec.decode(bytes("{\"x\":1,\"y\":2,\"z\":3}"), Point.class))
                .isEqualTo(new Point(1, 2));
        for (String wrong : new String[] {"{\"x\":1}", "{\"x\":1,\"y\":2.5}", "{\"x\":1,\"y\":2} {}", "", "[]"}) {
            assertThatThrownBy(() -> codec.decode(bytes(wrong), Point.class))
                    .as(wrong)
                    .isInstanceOf(JobQException.class)
                    .hasMessageContaining("can't read JSON as");
        }
    }

    @Test
    void neverLetsTheDataChooseAClass() {
        Object read =
                codec.decode(bytes("{\"@class\":\"java.lang.ProcessBuilder\",\"command\":[\"true\"]}"), Object.class);
        assertThat(read).isInstanceOf(java.util.Map.class);
    }

    @Test
    void deepNestingIsAnErrorNotACrash() {
        String deep = "[".repeat(100_000) + "]".repeat(100_000);
        assertThatThrownBy(() -> codec.decode(bytes(deep), Object.class)).isInstanceOf(JobQException.class);
    }
}
