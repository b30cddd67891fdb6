package io.jobq.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Every Java sample of the README compiles, and its first program does what the text says. */
class ReadmeTest {
    private static final Path README = Path.of("..", "README.md");
    private static final Pattern JAVA_BLOCK = Pattern.compile("(?ms)^```java\\R(.*?)^```$");
    private static final Pattern PROGRAM = Pattern.compile("(?m)^public class (\\w+)");

    /** What samples that are not programs may take for granted. */
    private static final String PRELUDE = """
            import io.jobq.*;
            import io.jobq.codec.*;
            import io.jobq.dlq.DeadLetterQueue;
            import io.jobq.dlq.DeadLetterQueue.Filter;
            import io.jobq.idempotency.*;
            import io.jobq.limits.*;
            import io.jobq.memory.InMemoryStorage;
            import io.jobq.operations.*;
            import io.jobq.redis.*;
            import io.jobq.resilience.*;
            import io.jobq.scheduler.*;
            import io.jobq.spi.JobAction;
            import io.jobq.spi.JobFilter;
            import io.jobq.spi.Retention;
            import io.jobq.system.*;
            import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
            import java.io.IOException;
            import java.nio.file.Path;
            import java.time.*;
            import java.util.*;
            import java.util.concurrent.Callable;
            import java.util.concurrent.TimeUnit;
            import javax.crypto.SecretKey;
            import tools.jackson.databind.node.ObjectNode;

            class Sample {
                record SendEmail(String to) {}
                record Resize(String image, int width) {}
                record Charge(String account, long cents) {}
                interface Mailer { void send(SendEmail mail); }
                static Mailer mailer;
                static JobQ jobq;
                static SecretKey oldKey;
                static SecretKey newKey;

                static void sample() throws Exception {
            """;

    @TempDir
    Path dir;

    @TestFactory
    Stream<DynamicTest> everySampleCompiles() throws IOException {
        List<String> samples = samples();
        assertThat(samples).hasSizeGreaterThan(5);
        return IntStream.range(0, samples.size())
                .mapToObj(i -> DynamicTest.dynamicTest("java block " + (i + 1), () -> compile(i + 1, samples.get(i))));
    }

    @Test
    void theFirstProgramStandsOnTopAndPrintsWhatTheTextSays() throws Exception {
        assertThat(Files.readString(README).lines().limit(30)).contains("```java", "## Run it");
        String program = samples().get(0);
        assertThat(program).containsPattern(PROGRAM);
        compile(1, program);
        assertThat(outputOf("Hello")).isEqualTo("sent to ada@example.org" + System.lineSeparator());
    }

    private static List<String> samples() throws IOException {
        return JAVA_BLOCK
                .matcher(Files.readString(README))
                .results()
                .map(block -> block.group(1))
                .toList();
    }

    private void compile(int number, String sample) throws IOException {
        List<String> names = PROGRAM.matcher(sample)
                .results()
                .map((MatchResult found) -> found.group(1))
                .toList();
        boolean isProgram = !names.isEmpty();
        Path source = dir.resolve((isProgram ? names.get(0) : "Sample") + ".java");
        Files.writeString(source, isProgram ? sample : PRELUDE + sample + "    }\n}\n");

        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> problems = new DiagnosticCollector<>();
        try (StandardJavaFileManager files =
                compiler.getStandardFileManager(problems, Locale.ROOT, StandardCharsets.UTF_8)) {
            List<String> options =
                    List.of("-proc:none", "-d", dir.toString(), "-cp", System.getProperty("java.class.path"));
            boolean compiled = compiler.getTask(null, files, problems, options, null, files.getJavaFileObjects(source))
                    .call();
            assertThat(compiled)
                    .as("java block %d of README.md:%n%s%n%s", number, sample, problems.getDiagnostics())
                    .isTrue();
        }
    }

    private String outputOf(String program) throws Exception {
        PrintStream before = System.out;
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        try (URLClassLoader loader = new URLClassLoader(new URL[] {dir.toUri().toURL()});
                PrintStream captured = new PrintStream(output, true, StandardCharsets.UTF_8)) {
            System.setOut(captured);
            loader.loadClass(program).getMethod("main", String[].class).invoke(null, (Object) new String[0]);
        } finally {
            System.setOut(before);
        }
        return output.toString(StandardCharsets.UTF_8);
    }
}
