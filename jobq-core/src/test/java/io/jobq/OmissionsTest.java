package io.jobq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a system was told and will not do is refused, or said in the log. */
@Timeout(60)
class OmissionsTest {
    private static JobQ.Builder system() {
        return JobQ.builder().closeOnShutdown(false).handle("work", Void.class, (nothing, job) -> {});
    }

    @Test
    void aProducerWithAWorkerIsRefused() {
        WorkerOptions worker = WorkerOptions.DEFAULT.withName("images");
        for (JobQ.Builder both : new JobQ.Builder[] {
            system().producerOnly().worker(worker), system().worker(worker).producerOnly()
        }) {
            assertThatThrownBy(both::build)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(
                            "producerOnly() says that this system has no worker, but worker(…) gives it 'images'; leave"
                                    + " out one of them");
        }
    }

    @Test
    void optionsOfATypeWithoutHandlerAreNamedWhereJobsRun() {
        String said =
                "options are given for types [wrok], for which no handler is here, so they matter only to jobs that"
                        + " are enqueued here; is each name spelt right? There are handlers for [work]";
        assertThat(StandardError.during(() -> system().type("wrok", type -> type.withTimeout(Duration.ofSeconds(1)))
                        .type("work", type -> type.withTimeout(Duration.ofSeconds(1)))
                        .start()
                        .close()))
                .containsOnlyOnce(said);
        assertThat(StandardError.during(() -> system().producerOnly()
                        .type("wrok", type -> type.withQueue("q"))
                        .start()
                        .close()))
                .doesNotContain("options are given");
        assertThat(StandardError.during(() -> JobQ.builder()
                        .type("wrok", type -> type.withQueue("q"))
                        .start()
                        .close()))
                .doesNotContain("options are given");
    }

    @Test
    void aRetryPolicyThatIsNotKnownIsSaidOncePerName() {
        try (JobQ jobq = system().retryPolicy("gentle", RetryPolicy.never()).build()) {
            JobHandle first = jobq.enqueue(Job.of("work").retryPolicy("gentel"));
            jobq.enqueue(Job.of("work").retryPolicy("gentel"));
            jobq.enqueue(Job.of("work").retryPolicy("gentle"));
            jobq.enqueue(Job.of("work"));
            assertThat(StandardError.during(() -> jobq.workers().get(0).runPending()))
                    .containsOnlyOnce("names the retry policy")
                    .contains("job " + first.id() + " of type 'work' names the retry policy 'gentel', which this system"
                            + " does not have, so that of its type, queue or system counts; policies here: [gentle]");
        }
    }
}
