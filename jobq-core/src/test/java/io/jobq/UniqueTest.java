package io.jobq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jobq.spi.Due;
import io.jobq.spi.UniqueKey;
import io.jobq.spi.UniqueKey.Until;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class UniqueTest {
    record Address(String city, @Nullable String zip) {}

    record Order(long id, String customer, @Nullable Address address) {}

    private static final Order ORDER = new Order(7, "ada", new Address("Wien", null));

    private final JobQ jobq = JobQ.builder().build();
    private final Queue queue = jobq.queue("q");

    @AfterEach
    void close() {
        jobq.close();
    }

    private static String key(Unique unique, Job job) {
        return unique.of(job).key();
    }

    @Nested
    class Keys {
        @Test
        void thePayloadMakesTheKey() {
            Unique unique = Unique.payload();

            assertThat(key(unique, Job.of("ship", ORDER)))
                    .isEqualTo(key(unique, Job.of("ship", new Order(7, "ada", new Address("Wien", null)))))
                    .isNotEqualTo(key(unique, Job.of("ship", new Order(8, "ada", new Address("Wien", null)))))
                    .isNotEqualTo(key(unique, Job.of("bill", ORDER)));
        }

        @Test
        void theOrderOfPropertiesDoesNotMatter() {
            Map<String, Object> one = new LinkedHashMap<>(Map.of("a", 1));
            one.put("b", List.of(1, 2));
            Map<String, Object> other = new LinkedHashMap<>(Map.of("b", List.of(1, 2)));
            other.put("a", 1);

            assertThat(key(Unique.payload(), Job.of("t", one))).isEqualTo(key(Unique.payload(), Job.of("t", other)));
            assertThat(key(Unique.payload(), Job.of("t", one)))
                    .isNotEqualTo(key(Unique.payload(), Job.of("t", Map.of("a", 1, "b", List.of(2, 1)))));
        }

        @Test
        void aJobWithoutPayloadHasTheKeyOfItsType() {
            assertThat(key(Unique.payload(), Job.of("a")))
                    .isEqualTo(key(Unique.payload(), Job.of("a")))
                    .isNotEqualTo(key(Unique.payload(), Job.of("b")));
        }

        @Test
        void namedFieldsMakeTheKey() {
            Unique unique = Unique.fields("customer", "address.city");
            Job other = Job.of("ship", new Order(8, "ada", new Address("Wien", "1010")));

            assertThat(key(unique, Job.of("ship", ORDER))).isEqualTo(key(unique, other));
            assertThat(key(Unique.fields("customer", "id"), Job.of("ship", ORDER)))
                    .isNotEqualTo(key(Unique.fields("customer", "id"), other));
            assertThat(key(Unique.fields("address.zip"), Job.of("ship", ORDER)))
                    .isNotEqualTo(key(Unique.fields("address.zip"), other));
        }

        @Test
        void theNamesOfFieldsCountToo() {
            Job job = Job.of("send", Map.of("from", "ada", "to", "ada"));

            assertThat(key(Unique.fields("from"), job)).isNotEqualTo(key(Unique.fields("to"), job));
            assertThat(key(Unique.fields("from", "to"), job)).isEqualTo(key(Unique.fields("to", "from"), job));
        }

        @Test
        void aFieldThatIsNotThereIsAnError() {
            assertThatThrownBy(() -> queue.enqueue(Job.of("ship", ORDER).unique(Unique.fields("adress.city"))))
                    .isInstanceOf(JobQException.class)
                    .hasMessageContaining("'adress.city'")
                    .hasMessageContaining("no 'adress'");
            assertThatThrownBy(() -> queue.enqueue(Job.of("ship").unique(Unique.fields("id"))))
                    .hasMessageContaining("'id'");
        }

        @Test
        void aPayloadThatIsNoJsonIsAnError() {
            Object[] endless = new Object[1];
            endless[0] = endless;

            assertThatThrownBy(() -> key(Unique.payload(), Job.of("t", endless)))
                    .isInstanceOf(JobQException.class)
                    .hasMessageContaining("Unique.key(");
        }
    }

    @Test
    void scopesAndConflictsAreStored() {
        Duration window = Duration.ofSeconds(9);
        Job job = Job.of("a", 1);

        assertThat(Unique.key("k").of(job)).isEqualTo(UniqueKey.untilFinish("k"));
        assertThat(Unique.key("k").untilStart().replacing().of(job))
                .isEqualTo(new UniqueKey("k", Until.START, null, true));
        assertThat(Unique.key("k").throttle(window).rejecting().of(job))
                .isEqualTo(new UniqueKey("k", Until.WINDOW, window, false));
        assertThat(Unique.key("k").debounce(window).of(job)).isEqualTo(new UniqueKey("k", Until.WINDOW, window, true));
        assertThat(Unique.key("k").debounce(window).keeping().untilFinished().of(job))
                .isEqualTo(UniqueKey.untilFinish("k"));
    }

    @Test
    void aDebouncedJobWaitsForTheEndOfItsWindow() {
        Unique debounced = Unique.key("k").debounce(Duration.ofSeconds(9));

        assertThat(Job.of("a", 1).unique(debounced).options().due()).isEqualTo(new Due.In(Duration.ofSeconds(9)));
        JobHandle first = queue.enqueue(Job.of("a", 1).unique(debounced));
        JobHandle second = queue.enqueue(Job.of("a", 2).unique(debounced));

        assertThat(second.isDuplicate()).isFalse();
        assertThat(first.find().orElseThrow().state()).isEqualTo(JobState.CANCELLED);
        assertThat(second.find().orElseThrow().state()).isEqualTo(JobState.SCHEDULED);
    }

    @Test
    void keepingAnswersWithTheHolder() {
        JobHandle first = queue.enqueue(Job.of("ship", ORDER).unique(Unique.payload()));
        JobHandle second = queue.enqueue(Job.of("ship", ORDER).unique(Unique.payload()));

        assertThat(second.isDuplicate()).isTrue();
        assertThat(second.id()).isEqualTo(first.id());
    }

    @Nested
    class Rejecting {
        private final Unique unique = Unique.key("k").rejecting();

        @Test
        void saysWhoHoldsTheKey() {
            JobHandle first = queue.enqueue(Job.of("a", 1).unique(unique));

            assertThatThrownBy(() -> queue.enqueue(Job.of("a", 2).unique(unique)))
                    .isInstanceOfSatisfying(
                            DuplicateJobException.class,
                            rejected ->
                                    assertThat(rejected.handles().get(0).id()).isEqualTo(first.id()))
                    .hasMessageContaining("queue 'q'")
                    .hasMessageContaining(first.id().toString());
        }

        @Test
        void storesTheOthersOfABatch() {
            assertThatThrownBy(() -> queue.enqueueAll(List.of(
                            Job.of("a", 1).unique(unique), Job.of("a", 2).unique(unique), Job.of("a", 3))))
                    .isInstanceOfSatisfying(DuplicateJobException.class, rejected -> {
                        assertThat(rejected.handles())
                                .extracting(JobHandle::isDuplicate)
                                .containsExactly(false, true, false);
                        assertThat(rejected.handles().get(2).find()).isPresent();
                    })
                    .hasMessageContaining("1 of 3 jobs");
        }

        @Test
        void doesNotRejectTheSameJobRepeated() {
            Job job = Job.of("a", 1).id(JobId.next()).unique(unique);
            queue.enqueue(job);

            assertThat(queue.enqueue(job).isDuplicate()).isTrue();
        }
    }
}
