package io.jobq.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 120, unit = TimeUnit.SECONDS)
class ChecksumTest {
    private static final int SMALL_FILES = 2_000;

    private final Screen screen = new Screen();
    private final Screen errors = new Screen();

    @TempDir
    Path temporary;

    private Path home;

    @BeforeEach
    void resolveHome() throws IOException {
        home = temporary.toRealPath();
    }

    private int run(String... args) throws IOException, InterruptedException {
        return Checksum.run(List.of(args), home, screen.out, errors.out, () -> {});
    }

    /** Makes a file whose name is given as in a URI, so that any name can be had in any locale. */
    private Path write(String quotedName, byte[] content) throws IOException {
        Path file = Path.of(URI.create(home.toUri() + quotedName));
        Files.createDirectories(file.getParent());
        return Files.write(file, content);
    }

    private Path write(String quotedName, String content) throws IOException {
        return write(quotedName, content.getBytes(StandardCharsets.UTF_8));
    }

    private List<String> listing(String name) throws IOException {
        return Arrays.asList(Files.readString(home.resolve(name)).split("\n"));
    }

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (java.security.NoSuchAlgorithmException impossible) {
            throw new AssertionError(impossible);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 64})
    void listsATreeAndBuriesWhatVanishes(int slots) throws Exception {
        List<String> expected = plantTree();
        Path vanishing = write("tree/vanishing", "soon gone");
        Runnable vanish = () -> {
            try {
                Files.delete(vanishing);
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        };

        int status = Checksum.run(List.of("tree", "--slots", "" + slots), home, screen.out, errors.out, vanish);

        assertThat(status).isEqualTo(1);
        assertThat(listing("checksums.sha256")).isEqualTo(expected);
        assertThat(screen.text())
                .contains("not read, 3 attempts: java.nio.file.NoSuchFileException: " + vanishing)
                .contains("100 %  2009 of 2009 files")
                .containsPattern("jobs {6}2.009 in ")
                .containsPattern("retries {3}2\\R")
                .containsPattern("dead {6}1\\R")
                .containsPattern("run time  p50 [0-9.,]+ ms, p95 [0-9.,]+ ms");
        assertThat(errors.text()).isEmpty();
        assertSha256sumAgrees("checksums.sha256");
    }

    /** Makes a tree; returns its listing. */
    private List<String> plantTree() throws IOException {
        List<String> lines = new ArrayList<>();
        byte[] big = new byte[20_000_000];
        new Random(42).nextBytes(big);
        lines.add(sha256(big) + "  tree/big");
        write("tree/big", big);
        lines.add(sha256(new byte[0]) + "  tree/empty");
        write("tree/empty", "");
        plant(lines, "tree/no%20newline", "tree/no newline", "one\ntwo");
        plant(lines, "tree/gr%C3%BC%C3%9Fe%20%E2%98%83", "tree/grüße ☃", "snow\n");
        plant(lines, "tree/-", "tree/-", "not the standard input");
        plant(lines, "tree/back%5Cslash", "tree/back\\\\slash", "1");
        plant(lines, "tree/new%0Aline", "tree/new\\nline", "2");
        plant(lines, "tree/return%0D%5C", "tree/return\\r\\\\", "3");
        for (int i = 0; i < SMALL_FILES; i++) {
            plant(lines, "tree/small/" + i, "tree/small/" + i, "file " + i + "\n");
        }
        lines.sort(
                Comparator.comparing(line -> line.substring(line.indexOf("  ")).replace("\\n", "\n")));
        return lines;
    }

    private void plant(List<String> lines, String quoted, String listed, String content) throws IOException {
        write(quoted, content);
        String escape = listed.contains("\\") ? "\\" : "";
        lines.add(escape + sha256(content.getBytes(StandardCharsets.UTF_8)) + "  " + listed);
    }

    private void assertSha256sumAgrees(String listing) throws IOException, InterruptedException {
        boolean installed = Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, "sha256sum")));
        assumeTrue(installed, "sha256sum is not installed");
        Process check = new ProcessBuilder("sha256sum", "-c", "--strict", "--quiet", listing)
                .directory(home.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(check.waitFor()).as(said).isZero();
    }

    @Test
    void writesWhereItIsToldAndLeavesThatOut() throws Exception {
        write("docs/a", "a");
        write("docs/.git/config", "not wanted");
        write("docs/target/b", "b");
        write("docs/sums", "an old listing");
        Files.createSymbolicLink(home.resolve("docs/link"), home.resolve("docs/a"));

        int status = run("docs", "--out", "docs/sums");

        assertThat(status).isZero();
        assertThat(listing("docs/sums"))
                .containsExactly(sha256(new byte[] {'a'}) + "  docs/a", sha256(new byte[] {'b'}) + "  docs/target/b");
        assertThat(screen.text()).contains("left out: directories called .git and the listing itself");
    }

    @Test
    void namesFilesOutsideOfTheWorkingDirectory() throws Exception {
        write("a", "a");
        home = Files.createDirectory(home.resolve("inner"));

        assertThat(run("..")).isZero();
        assertThat(listing("checksums.sha256")).containsExactly(sha256(new byte[] {'a'}) + "  ../a");
        assertSha256sumAgrees("checksums.sha256");
    }

    @Test
    void escapesTheNameOfStandardInput() throws Exception {
        write("-", "a");

        assertThat(run()).isZero();
        assertThat(listing("checksums.sha256")).containsExactly(sha256(new byte[] {'a'}) + "  ./-");
        assertSha256sumAgrees("checksums.sha256");
    }

    @Test
    void hasNothingToDoInAnEmptyDirectory() throws Exception {
        assertThat(run()).isZero();
        assertThat(home.resolve("checksums.sha256")).isEmptyFile();
        assertThat(screen.text()).contains("0 files below", "p50 ");
    }

    @Test
    void countsLineFeeds() throws IOException {
        assertThat(FileChecksum.of(write("none", "")).lines()).isZero();
        assertThat(FileChecksum.of(write("open", "one\ntwo")).lines()).isEqualTo(1);
        assertThat(FileChecksum.of(write("closed", "one\ntwo\n")).lines()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--slots",
                "--slots 0",
                "--slots 10001",
                "--slots many",
                "--fast",
                "a b",
                "nowhere",
                "file",
                "--out",
                "--out nowhere/sums",
                "--out ."
            })
    void explainsBadArguments(String line) throws Exception {
        write("file", "no directory");

        assertThat(run(line.split(" "))).isEqualTo(2);
        assertThat(errors.lines()).first().asString().startsWith("checksum: ");
        assertThat(errors.text()).contains("usage: checksum [DIR] [--slots N] [--out FILE]");
        assertThat(screen.text()).isEmpty();
    }

    @Test
    void explainsItselfOnRequest() throws Exception {
        assertThat(run("--help")).isZero();
        assertThat(screen.text()).startsWith("usage: ");
    }
}
