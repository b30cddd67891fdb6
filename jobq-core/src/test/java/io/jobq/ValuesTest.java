package io.jobq;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Ids and the autoscaling rule. */
class ValuesTest {
    @Test
    void idsGrowAndTheirTextSortsAlike() {
        List<JobId> ids = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            ids.add(JobId.next());
        }
        assertThat(ids).isSorted().doesNotHaveDuplicates();
        assertThat(ids.stream().map(JobId::toString).toList()).isSorted();
        JobId id = ids.get(0);
        assertThat(id.toUuid().version()).isEqualTo(7);
        assertThat(id.toUuid().variant()).isEqualTo(2);
        assertThat(Math.abs(System.currentTimeMillis() - (id.high() >>> 16))).isLessThan(60_000);
        assertThat(JobId.parse(id.toString())).isEqualTo(id);
        Collections.shuffle(ids);
    }

    @Test
    void idsOfManyThreadsAreUnique() {
        Set<JobId> ids = ConcurrentHashMap.newKeySet();
        IntStream.range(0, 100_000).parallel().forEach(i -> ids.add(JobId.next()));
        assertThat(ids).hasSize(100_000);
    }

    @Test
    void autoscaleFollowsTheAgeOfTheBacklog() {
        Autoscale scale = new Autoscale(2, 16, Duration.ofSeconds(10));
        assertThat(scale.wanted(4, 4, Duration.ofSeconds(20))).isEqualTo(8);
        assertThat(scale.wanted(4, 4, Duration.ofSeconds(1000))).isEqualTo(8);
        assertThat(scale.wanted(12, 12, Duration.ofSeconds(1000))).isEqualTo(16);
        assertThat(scale.wanted(4, 4, Duration.ofSeconds(10))).isEqualTo(4);
        assertThat(scale.wanted(4, 4, Duration.ZERO)).isEqualTo(4);
        assertThat(scale.wanted(4, 1, Duration.ZERO)).isEqualTo(3);
        assertThat(scale.wanted(2, 0, Duration.ZERO)).isEqualTo(2);
    }
}
