package io.jobq.benchmarks.chaos;

import io.jobq.benchmarks.UsageException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Wrong clocks of processes: every third is ahead, every third behind. It takes libfaketime, which tells a process another time than the
 * machine's; the clock for intervals is left alone (what it does to
 * that by default makes a JVM spin).
 *
 * @param seconds by how much
 */
record Skew(int seconds) {
    private static final Path LIBRARIES = Path.of("/usr/lib");

    /** The environment of a process. */
    Map<String, String> environment(int place) {
        int own = (place % 3 - 1) * seconds;
        if (own == 0) {
            return Map.of();
        }
        return Map.of(
                "LD_PRELOAD",
                library().toString(),
                "FAKETIME",
                String.format("%+ds", own),
                "DONT_FAKE_MONOTONIC",
                "1",
                "FAKETIME_FORCE_MONOTONIC_FIX",
                "0");
    }

    private static Path library() {
        try (DirectoryStream<Path> architectures = Files.newDirectoryStream(LIBRARIES, Files::isDirectory)) {
            for (Path each : architectures) {
                Path library = each.resolve("faketime/libfaketime.so.1");
                if (Files.exists(library)) {
                    return library;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        throw new UsageException(
                "option --skew needs libfaketime below " + LIBRARIES + "; Debian's package is libfaketime");
    }

    /** How far the clocks of workers were from Redis', by what their handlers have noted; a fault if they were right though they should not. */
    static Check check(Scenario.Aftermath aftermath) {
        long most = aftermath.events().stream()
                .filter(event -> event.kind() == Event.Kind.START)
                .mapToLong(event -> Math.abs(Long.parseLong(event.note()) - event.millis()))
                .max()
                .orElse(0);
        int wanted = aftermath.course().skew().seconds();
        boolean wrong = most < Duration.ofSeconds(wanted).toMillis() / 2;
        List<String> faults = wrong ? List.of("clocks were to be wrong by " + wanted + " s") : List.of();
        return new Check("clock_skew_ms", most, "ms", Map.of(), faults);
    }
}
