package io.jobq.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobq.JobId;
import io.jobq.JobState;
import io.jobq.spi.Due;
import io.jobq.spi.Exchange.Claimed;
import io.jobq.spi.Guard;
import io.jobq.spi.InsertResult.Duplicate;
import io.jobq.spi.InsertResult.Inserted;
import io.jobq.spi.InsertResult.Outdated;
import io.jobq.spi.JobAction;
import io.jobq.spi.JobFilter;
import io.jobq.spi.JobOptions;
import io.jobq.spi.NewJob;
import io.jobq.spi.Registry;
import io.jobq.spi.Registry.Changes;
import io.jobq.spi.Registry.Entry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Entries of the registry, and jobs that are stored together with one. */
abstract class RegistryContract extends PauseContract {
    private Registry registry() {
        return storage().registry();
    }

    private boolean put(String key, String json, long expected) {
        return registry().put(new Entry("worker", key, json, 0), expected, null);
    }

    private long version(String key) {
        return registry().find("worker", key).orElseThrow().version();
    }

    @Nested
    class RegistryEntries {
        @Test
        void versionsCountPuts() {
            assertThat(put("a", "{}", 0)).isTrue();
            assertThat(put("a", "{\"x\":1}", 1)).isTrue();
            assertThat(registry().list("worker")).containsExactly(new Entry("worker", "a", "{\"x\":1}", 2));
        }

        @Test
        void anotherVersionIsRefused() {
            assertThat(put("a", "{}", 1)).isFalse();
            assertThat(put("a", "{}", 0)).isTrue();
            assertThat(put("a", "{}", 0)).isFalse();
            assertThat(put("a", "{}", 5)).isFalse();
            assertThat(put("a", "{}", Registry.ANY_VERSION)).isTrue();
            assertThat(version("a")).isEqualTo(2);
        }

        @Test
        void kindsAreApartAndListedByKey() {
            put("b", "2", -1);
            put("a", "1", -1);
            registry().put(new Entry("schedule", "c", "3", 0), -1, null);

            assertThat(registry().list("worker")).extracting(Entry::key).containsExactly("a", "b");
            assertThat(registry().list("schedule")).extracting(Entry::json).containsExactly("3");
            assertThat(registry().list("nothing")).isEmpty();
        }

        @Test
        void oneIsFound() {
            put("a", "1", 0);
            put("b", "2", 0);
            assertThat(registry().find("worker", "b")).contains(new Entry("worker", "b", "2", 2));
            assertThat(registry().find("worker", "c")).isEmpty();
            assertThat(registry().find("other", "a")).isEmpty();
        }

        @Test
        void removedIsGone() {
            put("a", "1", -1);
            assertThat(registry().remove("worker", "a")).isTrue();
            assertThat(registry().remove("worker", "a")).isFalse();
            assertThat(registry().find("worker", "a")).isEmpty();
            assertThat(put("a", "1", 0)).isTrue();
        }

        @Test
        void anotherVersionIsNotRemoved() {
            put("a", "1", 0);
            put("a", "2", 1);
            assertThat(registry().remove("worker", "a", 1)).isFalse();
            assertThat(registry().remove("worker", "a", 2)).isTrue();
            assertThat(registry().remove("worker", "a", 2)).isFalse();
        }

        @Test
        void aVersionNeverComesAgain() {
            put("a", "1", 0);
            put("a", "2", 1);
            put("b", "1", 0);
            long last = version("a");
            registry().remove("worker", "a");
            put("a", "3", 0);
            assertThat(version("a")).isGreaterThan(last);
        }

        @Test
        void anEntryExpiresUnlessPutAgain() {
            registry().put(new Entry("worker", "a", "1", 0), -1, Duration.ofSeconds(10));
            pass(Duration.ofSeconds(7));
            registry().put(new Entry("worker", "a", "2", 0), -1, Duration.ofSeconds(10));
            pass(Duration.ofSeconds(7));
            assertThat(registry().list("worker")).hasSize(1);
            pass(Duration.ofSeconds(5));
            assertThat(registry().find("worker", "a")).isEmpty();
            assertThat(registry().list("worker")).isEmpty();
            assertThat(registry().remove("worker", "a")).isFalse();
            assertThat(put("a", "3", 0)).isTrue();
        }

        @Test
        void changesAreFollowed() {
            put("a", "1", 0);
            put("b", "1", 0);
            Changes first = registry().changes("worker", 0);
            assertThat(first.entries()).extracting(Entry::key).containsExactly("a", "b");
            assertThat(registry().changes("worker", first.mark())).isEqualTo(new Changes(first.mark(), List.of()));

            put("a", "2", -1);
            put("c", "1", 0);
            registry().remove("worker", "b");
            Changes second = registry().changes("worker", first.mark());
            assertThat(second.entries()).extracting(Entry::json).containsExactly("2", "1");
            assertThat(registry().changes("worker", second.mark()).entries()).isEmpty();
        }

        @Test
        void thousandsAreListedOnceEach() {
            for (int i = 0; i < 3_000; i++) {
                put(String.format("%04d", i), "{\"of\":\"" + i + "\"}", 0);
            }
            List<Entry> all = registry().list("worker");
            assertThat(all).hasSize(3_000).extracting(Entry::key).isSorted().doesNotHaveDuplicates();
            assertThat(all.get(2_999).json()).isEqualTo("{\"of\":\"2999\"}");
        }

        @Test
        void theClockIsThatOfDueTimes() {
            Instant before = registry().now();
            pass(Duration.ofSeconds(10));
            Instant after = registry().now();
            assertThat(Duration.between(before, after))
                    .isBetween(Duration.ofSeconds(10), Duration.ofSeconds(10).plus(patienceOfClock()));

            insert(job(JobOptions.DEFAULT.withDue(new Due.At(after.plusSeconds(60)))));
            assertThat(claim(1)).isEmpty();
            pass(Duration.ofSeconds(60));
            assertThat(claim(1)).hasSize(1);
        }

        private Duration patienceOfClock() {
            return Duration.ofSeconds(5); // a real clock goes on meanwhile
        }
    }

    @Nested
    class Guards {
        private final String kind = Guard.kind(QUEUE);

        private long guard(String key, String json) {
            assertThat(registry().put(new Entry(kind, key, json, 0), 0, null)).isTrue();
            return registry().find(kind, key).orElseThrow().version();
        }

        private NewJob guarded(String key, long version, String json) {
            return job().withGuard(new Guard(key, version, json));
        }

        @Test
        void aJobIsStoredWithItsGuard() {
            long version = guard("nightly:ü", "1");
            insert(guarded("nightly:ü", version, "{\"last\":2}"));

            assertThat(registry().list(kind))
                    .containsExactly(new Entry(kind, "nightly:ü", "{\"last\":2}", version + 1));
            Claimed claimed = claimOne();
            assertThat(claimed.job().job().guard()).isNull();
        }

        @Test
        void ofTwoThatSawTheSameOneIsStored() {
            long version = guard("nightly", "1");
            NewJob first = guarded("nightly", version, "2");
            NewJob second = guarded("nightly", version, "2");

            assertThat(jobs().insert(List.of(first, second)))
                    .containsExactly(new Inserted(first.id()), new Outdated(second.id()));
            assertThat(claim(10)).hasSize(1);
            assertThat(registry().find(kind, "nightly").orElseThrow().version()).isEqualTo(version + 1);
        }

        @Test
        void eachMayBuildOnTheOneBefore() {
            long version = guard("nightly", "1");
            insert(guarded("nightly", version, "2"), guarded("nightly", version + 1, "3"));
            assertThat(registry().find(kind, "nightly")).contains(new Entry(kind, "nightly", "3", version + 2));
        }

        @Test
        void repeatedItIsADuplicateAsLongAsTheJobIsStored() {
            NewJob job = guarded("nightly", guard("nightly", "1"), "2");
            insert(job);
            assertThat(jobs().insert(List.of(job))).containsExactly(new Duplicate(job.id()));

            apply(succeeded(claimOne()));
            admin().apply(JobFilter.ALL.withStates(JobState.SUCCEEDED), new JobAction.Delete(), null, 10);
            assertThat(jobs().insert(List.of(job))).containsExactly(new Outdated(job.id()));
        }

        @Test
        void withoutItsGuardNoJobIsStored() {
            JobId id = JobId.next();
            NewJob orphan = new NewJob(id, "elsewhere", TYPE, payload("{}"), JobOptions.DEFAULT);
            assertThat(jobs().insert(List.of(orphan.withGuard(new Guard("nightly", 1, "2")))))
                    .containsExactly(new Outdated(id));
            assertThat(registry().list(Guard.kind("elsewhere"))).isEmpty();
            assertThat(admin().find(id)).isEmpty();
        }

        @Test
        void anotherTakesThePlaceOfARemovedOneInVain() {
            long version = guard("nightly", "1");
            registry().remove(kind, "nightly");
            guard("nightly", "1");
            NewJob late = guarded("nightly", version, "2");
            assertThat(jobs().insert(List.of(late))).containsExactly(new Outdated(late.id()));
        }

        @Test
        void guardedAndOtherJobsMayBeMixed() {
            long version = guard("nightly", "1");
            NewJob plain = job();
            NewJob keyed = job(unique("k"));
            NewJob late = guarded("nightly", version + 7, "x");
            NewJob fine = guarded("nightly", version, "line one\nline \"two\":}");
            assertThat(jobs().insert(List.of(plain, late, keyed, fine)))
                    .containsExactly(
                            new Inserted(plain.id()),
                            new Outdated(late.id()),
                            new Inserted(keyed.id()),
                            new Inserted(fine.id()));
            assertThat(registry().find(kind, "nightly").orElseThrow().json()).isEqualTo("line one\nline \"two\":}");
        }
    }
}
