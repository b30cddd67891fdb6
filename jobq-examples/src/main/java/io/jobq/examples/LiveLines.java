package io.jobq.examples;

import java.io.PrintStream;
import java.time.Duration;
import java.util.List;

/**
 * A few lines at the bottom of a terminal that change in place, below others that scroll; or, where nobody watches, all
 * of them one after another. For many threads.
 */
final class LiveLines {
    private static final String UP_AND_CLEAR = "\u001b[%dA\u001b[J";
    /** A line that wraps would be two to go up. */
    private static final String NO_WRAP = "\u001b[?7l";

    private static final String WRAP = "\u001b[?7h";

    private final PrintStream out;
    private final boolean live;
    private List<String> shown = List.of();

    LiveLines(PrintStream out, boolean live) {
        this.out = out;
        this.live = live;
    }

    /** Puts these lines in the place of those shown before. */
    synchronized void show(List<String> lines) {
        String frame = String.join(System.lineSeparator(), lines) + System.lineSeparator();
        out.print(live ? clear() + NO_WRAP + frame + WRAP : frame); // at once, so that it does not flicker
        out.flush();
        shown = live ? List.copyOf(lines) : List.of();
    }

    /** How long to leave the lines before the next are shown: a log should not grow as fast as a terminal may flicker. */
    Duration pause() {
        return Duration.ofMillis(live ? 250 : 1_000);
    }

    /** Adds a line that stays, above those that change. */
    synchronized void say(String line) {
        out.print(clear());
        out.println(line);
        List<String> below = shown;
        shown = List.of();
        if (!below.isEmpty()) {
            show(below);
        }
    }

    private String clear() {
        return shown.isEmpty() ? "" : UP_AND_CLEAR.formatted(shown.size());
    }
}
