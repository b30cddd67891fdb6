package io.jobq;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** Where the tests' log goes. */
public final class StandardError {
    private StandardError() {}

    /** What an action, or anything else meanwhile, writes there. */
    public static String during(Runnable action) {
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
}
