package io.jobq.examples;

import java.io.Console;
import java.io.PrintStream;

/** One line that changes in place; or, where nobody watches, a new line about every ten percent. For one thread. */
final class ProgressBar {
    private static final int WIDTH = 30;
    private static final long REDRAW_NANOS = 100_000_000;

    private final PrintStream out;
    private final long total;
    private final boolean live;
    private long shownTenths;
    private long drawn;

    ProgressBar(PrintStream out, long total, boolean live) {
        this.out = out;
        this.total = total;
        this.live = live;
        this.drawn = System.nanoTime() - REDRAW_NANOS;
    }

    /** Whether somebody watches. From Java 22 on there is a console even when the output goes to a file. */
    @SuppressWarnings("SystemConsoleNull") // that it is not null from Java 22 on is seen to
    static boolean isWatched() {
        Console console = System.console();
        if (console == null) {
            return false;
        }
        try {
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (ReflectiveOperationException beforeJava22) {
            return true;
        }
    }

    void show(long done) {
        if (live && System.nanoTime() - drawn >= REDRAW_NANOS) {
            draw(done);
        } else if (!live && total > 0 && done * 10 / total > shownTenths) {
            shownTenths = done * 10 / total;
            out.println(bar(done));
        }
    }

    /** Shows the end, however lately it was shown how far things are. */
    void end() {
        if (live) {
            draw(total);
            out.println();
        } else {
            show(total);
        }
    }

    private void draw(long done) {
        out.print("\r" + bar(done));
        out.flush();
        drawn = System.nanoTime();
    }

    private String bar(long done) {
        int filled = (int) (total == 0 ? WIDTH : done * WIDTH / total);
        long percent = total == 0 ? 100 : done * 100 / total;
        return "[%s%s] %3d %%  %d of %d files"
                .formatted("#".repeat(filled), ".".repeat(WIDTH - filled), percent, done, total);
    }
}
