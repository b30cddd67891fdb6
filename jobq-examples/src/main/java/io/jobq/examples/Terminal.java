package io.jobq.examples;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** What the terminal is like, and what is typed there. For one thread. */
final class Terminal {
    private static final int USUAL_COLUMNS = 80;
    private static final long ASKED_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(2);

    /** Wide enough for all that is shown, where no terminal is to be fitted. */
    static final int UNLIMITED = 200;

    private final InputStream in;
    private int columns = USUAL_COLUMNS;
    private long askedNanos = System.nanoTime() - ASKED_AGAIN_NANOS;

    Terminal(InputStream in) {
        this.in = in;
    }

    /** How wide it is; 80 where that can't be found out. People change that, so it is asked now and then. */
    int columns() {
        if (System.nanoTime() - askedNanos >= ASKED_AGAIN_NANOS) {
            columns = ask();
            askedNanos = System.nanoTime();
        }
        return columns;
    }

    private static int ask() {
        try {
            Process stty = new ProcessBuilder("stty", "size")
                    .redirectInput(new File("/dev/tty"))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String size = new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
            return size.matches("\\d+ [1-9]\\d{0,3}")
                    ? Integer.parseInt(size.substring(size.indexOf(' ') + 1))
                    : USUAL_COLUMNS;
        } catch (IOException withoutTerminal) {
            return USUAL_COLUMNS;
        }
    }

    /** Whether a q is among what has been typed since the last call. */
    boolean isLeft() {
        try {
            boolean left = false;
            while (in.available() > 0) {
                left |= in.read() == 'q';
            }
            return left;
        } catch (IOException closed) {
            return false;
        }
    }
}
