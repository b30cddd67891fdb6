package io.jobq.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jobq.JobId;
import io.jobq.memory.InMemoryStorage;
import io.jobq.spi.InsertResult;
import io.jobq.spi.JobOptions;
import io.jobq.spi.NewJob;
import io.jobq.spi.Payload;
import io.jobq.spi.Report;
import io.jobq.spi.StorageException;
import io.jobq.spi.WorkerLease;
import io.jobq.testkit.FaultyStorage.Call;
import io.jobq.testkit.FaultyStorage.Fault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FaultyStorageTest {
    private final FaultyStorage storage = new FaultyStorage(new InMemoryStorage());
    private final NewJob job =
            new NewJob(JobId.next(), "mail", "send", new Payload(1, new byte[0]), JobOptions.DEFAULT);

    @AfterEach
    void close() {
        storage.close();
    }

    @Test
    void worksUntilToldOtherwise() {
        assertThat(insert()).isInstanceOf(InsertResult.Inserted.class);
        assertThat(storage.faults()).isZero();
    }

    @Test
    void aLostRequestChangesNothing() {
        storage.next(Fault.FAIL_BEFORE);

        assertThatThrownBy(this::insert).isInstanceOf(StorageException.class);
        assertThat(storage.admin().find(job.id())).isEmpty();
        assertThat(insert()).isInstanceOf(InsertResult.Inserted.class);
    }

    @Test
    void aLostReplyHasTakenEffect() {
        storage.next(Fault.FAIL_AFTER);

        assertThatThrownBy(this::insert).isInstanceOf(StorageException.class).hasMessageContaining("INSERT");
        assertThat(insert()).isInstanceOf(InsertResult.Duplicate.class);
    }

    @Test
    void aRepeatedRequestAnswersWithTheSecondReply() {
        storage.next(Fault.REPEAT);

        assertThat(insert()).isInstanceOf(InsertResult.Duplicate.class);
    }

    @Test
    void aLateCallIsMadeAfterTheDelay() {
        storage.delay(Duration.ofMillis(20));
        storage.next(Fault.DELAY);
        long start = System.nanoTime();

        assertThat(insert()).isInstanceOf(InsertResult.Inserted.class);
        assertThat(System.nanoTime() - start)
                .isGreaterThanOrEqualTo(Duration.ofMillis(20).toNanos());
    }

    @Test
    void aScriptIsPlayedInOrderAndThenTheRuleCounts() {
        storage.rule(call -> call == Call.SWEEP ? Fault.FAIL_BEFORE : Fault.NONE);
        storage.next(Fault.NONE, Fault.FAIL_BEFORE);
        storage.jobs().sweep(1);
        assertThatThrownBy(this::insert).isInstanceOf(StorageException.class);
        insert();
        assertThatThrownBy(() -> storage.jobs().sweep(1)).isInstanceOf(StorageException.class);

        storage.heal();
        storage.jobs().sweep(1);
        assertThat(storage.faults()).isEqualTo(2);
    }

    @Test
    void aSeedRepeatsItsFaults() {
        assertThat(failures(7)).isEqualTo(failures(7)).contains(true, false).isNotEqualTo(failures(8));
    }

    private List<Boolean> failures(long seed) {
        storage.random(seed, 50, Fault.FAIL_BEFORE, Fault.FAIL_AFTER);
        List<Boolean> failed = new ArrayList<>();
        WorkerLease worker = new WorkerLease("w", Duration.ofSeconds(1));
        List<Report> nothing = List.of();
        for (int i = 0; i < 64; i++) {
            try {
                storage.jobs().renew(worker, nothing);
                failed.add(false);
            } catch (StorageException e) {
                failed.add(true);
            }
        }
        return failed;
    }

    private InsertResult insert() {
        return storage.jobs().insert(List.of(job)).get(0);
    }
}
