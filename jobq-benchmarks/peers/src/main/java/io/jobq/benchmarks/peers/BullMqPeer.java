package io.jobq.benchmarks.peers;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** BullMQ, in Node: its trials are run by {@code bullmq/trial.mjs}, for which npm fetches the library once. */
final class BullMqPeer implements Peer {
    private static final String LIST = "package.json";
    private static final String PROGRAM = "trial.mjs";
    private static final Pattern VERSION = Pattern.compile("\"bullmq\": *\"([^\"]+)\"");

    private final Path folder =
            Path.of(System.getProperty("java.io.tmpdir"), "jobq-peers-" + name().toLowerCase(Locale.ROOT));
    /** Whether npm was asked; it is asked once. */
    private boolean asked;

    private @Nullable UnavailableException lacking;

    @Override
    public String name() {
        return "BullMQ";
    }

    @Override
    public String version() {
        Matcher version = VERSION.matcher(text(LIST));
        return version.find() ? version.group(1) : "unknown";
    }

    @Override
    public StoreKind store() {
        return StoreKind.REDIS;
    }

    @Override
    public String bestSettings() {
        return "`removeOnComplete` (Going to production, auto-job removal), `lockDuration` 10 s with `stalledInterval`"
                + " 5 s (API, worker options)";
    }

    @Override
    public List<String> command(Trial trial) {
        install();
        List<String> command =
                new ArrayList<>(List.of("node", folder.resolve(PROGRAM).toString()));
        command.addAll(trial.words());
        return command;
    }

    private synchronized void install() {
        if (!asked) {
            asked = true;
            try {
                unpack();
                require("node", "--version");
                require("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund");
            } catch (UnavailableException e) {
                lacking = e;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        if (lacking != null) {
            throw lacking;
        }
    }

    private void unpack() throws IOException {
        Files.createDirectories(folder);
        for (String file : List.of(LIST, "package-lock.json", PROGRAM)) {
            try (InputStream from = open(file)) {
                Files.copy(from, folder.resolve(file), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    private void require(String... command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.redirectErrorStream(true);
        Process process;
        try {
            process = builder.start();
        } catch (IOException missing) {
            throw new UnavailableException("BullMQ needs " + command[0] + ", which is not on the PATH");
        }
        try {
            String said = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
            if (process.waitFor() != 0) {
                throw new UnavailableException(String.join(" ", command) + " fails: " + said);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnavailableException("interrupted while " + command[0] + " ran");
        }
    }

    private static String text(String file) {
        try (InputStream from = open(file)) {
            return new String(from.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static InputStream open(String file) {
        return Objects.requireNonNull(BullMqPeer.class.getResourceAsStream("bullmq/" + file), file);
    }
}
