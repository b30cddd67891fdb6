package io.jobq.benchmarks.peers;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Runs trials, each on an empty store and in a process of its own. */
final class Trials {
    private static final Duration LONGEST = Duration.ofMinutes(5);
    /** For the server to free what it had for the connections of a process that has ended. */
    private static final long TO_FORGET_MILLIS = 300;

    private static final Pattern FIGURE = Pattern.compile("([a-z0-9_]+) (-?[0-9][0-9.eE+-]*)");

    private Trials() {}

    /** Runs one, for no longer than this. Whatever goes wrong with it is the reason why it has no figures. */
    static Outcome run(Trial trial, Peer peer, Store store, Duration atMost) throws InterruptedException {
        store.reset();
        try {
            return trial.mode().equals(KillTrial.MODE)
                    ? KillTrial.run(peer, trial)
                    : alone(peer.command(trial), store, atMost);
        } catch (UnavailableException missing) {
            return Outcome.missing(missing.reason());
        }
    }

    private static Outcome alone(List<String> command, Store store, Duration atMost) throws InterruptedException {
        Footprint before = store.footprint();
        Map<String, Double> printed = new ConcurrentHashMap<>();
        try (Launch launch = new Launch(command, line -> {
            Matcher figure = FIGURE.matcher(line);
            if (figure.matches()) {
                printed.put(figure.group(1), Double.valueOf(figure.group(2)));
            }
        })) {
            launch.await(atMost.compareTo(LONGEST) < 0 ? atMost : LONGEST);
        }
        Map<String, Double> figures = new LinkedHashMap<>(printed);
        if (figures.getOrDefault("emptied", 1.0) == 0) {
            return new Outcome(figures, "the backlog was not empty when the time was up");
        }
        Patience.sleep(TO_FORGET_MILLIS);
        Footprint left = store.footprint().minus(before);
        figures.put("entries", (double) left.entries());
        figures.put("bytes", (double) left.bytes());
        Double stored = printed.get("stored");
        if (stored != null) {
            figures.put("bytes_per_job", left.bytes() / stored);
        }
        return Outcome.of(figures);
    }
}
