package io.jobq.benchmarks.peers;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;

/** What the trials run on, for people. */
final class Machine {
    private static final Path PROCESSORS = Path.of("/proc/cpuinfo");
    private static final double GIBI = 1 << 30;

    private Machine() {}

    static String description() {
        OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        return String.format(
                Locale.ROOT,
                "%d processors (%s), %.0f GiB, %s %s, load %.1f; Java %s, Node %s, JobQ at commit %s",
                system.getAvailableProcessors(),
                processor(),
                system.getTotalMemorySize() / GIBI,
                System.getProperty("os.name"),
                System.getProperty("os.version"),
                system.getSystemLoadAverage(),
                Runtime.version(),
                said("node", "--version"),
                said("git", "rev-parse", "--short", "HEAD"));
    }

    private static String processor() {
        try (Stream<String> lines = Files.lines(PROCESSORS)) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(System.getProperty("os.arch"));
        } catch (IOException elsewhere) {
            return System.getProperty("os.arch");
        }
    }

    private static String said(String... command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String said = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
            return said.isEmpty() ? "unknown" : said;
        } catch (IOException missing) {
            return "unknown";
        }
    }
}
