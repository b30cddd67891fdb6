package io.jobq.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the command line asks for.
 *
 * @param directory where to look, as a real path
 * @param slots how many files to read at once
 * @param out where the listing goes, as a real path as far as it exists
 */
record ChecksumArguments(Path directory, int slots, Path out) {
    static final String USAGE = """
            usage: checksum [DIR] [--slots N] [--out FILE]
              DIR         the directory to look through, the working directory by default
              --slots N   files read at once, 1 to 10000; by default one per processor
              --out FILE  where the listing goes, checksums.sha256 by default""";

    /** Reads a command line, relative names relative to a directory. */
    static ChecksumArguments parse(List<String> words, Path home) throws UsageException {
        Deque<String> rest = new ArrayDeque<>(words);
        String directory = null;
        String out = "checksums.sha256";
        int slots = Runtime.getRuntime().availableProcessors();
        while (!rest.isEmpty()) {
            String word = rest.remove();
            switch (word) {
                case "--slots" -> slots = slots(value(word, rest.poll()));
                case "--out" -> out = value(word, rest.poll());
                default -> directory = directory(word, directory);
            }
        }
        return new ChecksumArguments(existing(home, directory == null ? "." : directory), slots, writable(home, out));
    }

    private static String directory(String word, @Nullable String before) throws UsageException {
        if (word.startsWith("-")) {
            throw new UsageException("unknown option: " + word);
        } else if (before != null) {
            throw new UsageException("one directory, please, not both '" + before + "' and '" + word + "'");
        }
        return word;
    }

    private static String value(String option, @Nullable String value) throws UsageException {
        if (value == null || value.isEmpty()) {
            throw new UsageException(option + " needs a value");
        }
        return value;
    }

    private static int slots(String text) throws UsageException {
        try {
            int slots = Integer.parseInt(text);
            if (slots >= 1 && slots <= 10_000) {
                return slots;
            }
        } catch (NumberFormatException noNumber) {
            // said below
        }
        throw new UsageException("--slots must be a number from 1 to 10000, but is '" + text + "'");
    }

    private static Path existing(Path home, String name) throws UsageException {
        Path directory = resolve(home, name);
        if (!Files.isDirectory(directory)) {
            throw new UsageException((Files.exists(directory) ? "not a directory: " : "no such directory: ") + name);
        }
        return real(directory);
    }

    private static Path writable(Path home, String name) throws UsageException {
        Path file = resolve(home, name);
        if (Files.isDirectory(file)) {
            throw new UsageException("--out is a directory: " + name);
        } else if (Files.exists(file)) {
            return real(file);
        }
        Path parent = file.getParent();
        if (parent == null || !Files.isDirectory(parent)) {
            throw new UsageException("--out is in a directory that does not exist: " + name);
        }
        return real(parent).resolve(file.getFileName());
    }

    private static Path resolve(Path home, String name) throws UsageException {
        try {
            return home.resolve(name);
        } catch (InvalidPathException invalid) {
            throw new UsageException("not a file name: " + invalid.getMessage());
        }
    }

    private static Path real(Path path) throws UsageException {
        try {
            return path.toRealPath();
        } catch (IOException unreachable) {
            throw new UsageException("can't be reached: " + unreachable);
        }
    }
}
