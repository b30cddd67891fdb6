package io.jobq.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobq.JobHandler;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class CrossCheckTest {
    static class Handlers {
        @JobHandler(value = "send_email", aliases = "mail")
        void sendEmail() {}

        @JobHandler("report")
        void report() {}
    }

    static final class MoreHandlers extends Handlers {
        @JobHandler("thumbnail")
        private void thumbnail() {}
    }

    private static SystemConfig withTypes(String... types) {
        SystemConfig config = SystemConfig.DEFAULT;
        for (String each : types) {
            config = config.withType(each, TypeConfig.DEFAULT);
        }
        return config;
    }

    private static CrossCheck check(SystemConfig config, Object... handlers) {
        return new CrossCheck(config, HandlerAnnotations.of(handlers));
    }

    @Test
    void typesWithoutHandlerAreNamedWithTheNearest() {
        SystemConfig config = withTypes("send_emial", "report", "mail", "thumbnail", "charge");
        assertThat(check(config, new Handlers()).typesWithoutHandler())
                .containsExactly("send_emial (did you mean 'send_email'?)", "thumbnail", "charge");
        assertThat(check(config, new MoreHandlers()).typesWithoutHandler())
                .containsExactly("send_emial (did you mean 'send_email'?)", "charge");
    }

    @Test
    void whereHandlersAreNotKnownNoTypeIsWithout() {
        assertThat(check(withTypes("report")).typesWithoutHandler()).isEmpty();
        assertThat(new CrossCheck(withTypes("report"), HandlerAnnotations.NONE).typesWithoutHandler())
                .isEmpty();
    }

    private static String logOf(Runnable action) {
        PrintStream before = System.err;
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        System.setErr(new PrintStream(output, true, StandardCharsets.UTF_8));
        try {
            action.run();
        } finally {
            System.setErr(before);
        }
        return output.toString(StandardCharsets.UTF_8);
    }

    @Test
    void theLogNamesThemUnlessTheProcessOnlyEnqueues() {
        SystemConfig config = withTypes("reprot", "report");
        assertThat(logOf(() -> JobQSystem.start(config, new Handlers()).close()))
                .contains("jobq.types has types that no handler here is for", ": reprot (did you mean 'report'?)\n");
        SystemConfig producer = config.withWorker(WorkerConfig.DEFAULT.withEnabled(false));
        assertThat(logOf(() -> JobQSystem.start(producer, new Handlers()).close()))
                .doesNotContain("jobq.types");
    }
}
