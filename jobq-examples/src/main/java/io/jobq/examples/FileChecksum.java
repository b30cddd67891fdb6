package io.jobq.examples;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What the job finds out about a file. The file goes by its URI, since that keeps names intact that are no text in the
 * system's charset.
 *
 * @param file where it is
 * @param size in bytes
 * @param lines how many line feeds it has
 * @param sha256 in hexadecimal
 */
record FileChecksum(URI file, long size, long lines, String sha256) {
    private static final int BUFFER = 1 << 16;

    /**
     * Reads a file once, in pieces, and no further than its size at the start: one that grows as fast as it is read has
     * no end.
     *
     * @throws IOException if it can't be read, is not a regular file any more, or changes meanwhile
     */
    static FileChecksum of(Path file) throws IOException {
        BasicFileAttributes before = attributes(file);
        MessageDigest digest = newDigest();
        long size = 0;
        long lines = 0;
        byte[] buffer = new byte[BUFFER];
        try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            for (int read = in.read(buffer); read >= 0 && size <= before.size(); read = in.read(buffer)) {
                digest.update(buffer, 0, read);
                size += read;
                lines += lineFeeds(buffer, read);
            }
        }
        BasicFileAttributes after = attributes(file);
        if (size != before.size()
                || size != after.size()
                || !before.lastModifiedTime().equals(after.lastModifiedTime())) {
            throw new IOException("changed while it was read: " + file);
        }
        return new FileChecksum(file.toUri(), size, lines, HexFormat.of().formatHex(digest.digest()));
    }

    /** Opening a pipe would block, so look before opening: a file may have been replaced since it was found. */
    private static BasicFileAttributes attributes(Path file) throws IOException {
        BasicFileAttributes attributes =
                Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (!attributes.isRegularFile()) {
            throw new IOException("not a regular file any more: " + file);
        }
        return attributes;
    }

    private static int lineFeeds(byte[] bytes, int length) {
        int count = 0;
        for (int i = 0; i < length; i++) {
            if (bytes[i] == '\n') {
                count++;
            }
        }
        return count;
    }

    private static MessageDigest newDigest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError("every Java platform has SHA-256", impossible);
        }
    }
}
