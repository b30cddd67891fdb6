package io.jobq.examples;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A listing that {@code sha256sum -c} takes, sorted by file name as bytes. Names are written as the bytes that the file
 * system has, whatever the charset. For one thread.
 */
final class ChecksumListing {
    private final Path home;
    private final SortedMap<byte[], String> sums = new TreeMap<>(Arrays::compareUnsigned);

    /** A listing whose names are relative to a directory. */
    ChecksumListing(Path home) {
        this.home = home;
    }

    void add(FileChecksum sum) {
        sums.put(nameOf(home.relativize(Path.of(sum.file()))), sum.sha256());
    }

    void write(Path to) throws IOException {
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(to))) {
            for (var entry : sums.entrySet()) {
                out.write(line(entry.getKey(), entry.getValue()));
            }
        }
    }

    /** As sha256sum does it: a line starts with a backslash if its name has something escaped. */
    private static byte[] line(byte[] name, String sum) {
        ByteArrayOutputStream escaped = new ByteArrayOutputStream();
        for (byte each : name) {
            switch (each) {
                case '\\' -> escaped.writeBytes(ascii("\\\\"));
                case '\n' -> escaped.writeBytes(ascii("\\n"));
                case '\r' -> escaped.writeBytes(ascii("\\r"));
                default -> escaped.write(each);
            }
        }
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        line.writeBytes(ascii((escaped.size() == name.length ? "" : "\\") + sum + "  "));
        line.writeBytes(escaped.toByteArray());
        line.write('\n');
        return line.toByteArray();
    }

    /** The bytes of a relative path. On Unix only its URI has them; a String would lose what is not in the charset. */
    private static byte[] nameOf(Path relative) {
        if (File.separatorChar != '/') {
            return relative.toString().replace(File.separatorChar, '/').getBytes(StandardCharsets.UTF_8);
        }
        byte[] absolute = unquote(Path.of("/").resolve(relative).toUri());
        boolean stdin = absolute.length == 2 && absolute[1] == '-'; // to sha256sum, a bare "-" is its standard input
        return stdin ? ascii("./-") : Arrays.copyOfRange(absolute, 1, absolute.length);
    }

    private static byte[] unquote(URI uri) {
        String path = uri.getRawPath();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < path.length(); i++) {
            if (path.charAt(i) == '%') {
                bytes.write(Integer.parseInt(path, i + 1, i + 3, 16));
                i += 2;
            } else {
                bytes.write(path.charAt(i));
            }
        }
        return bytes.toByteArray();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
