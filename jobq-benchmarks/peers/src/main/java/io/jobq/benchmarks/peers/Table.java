package io.jobq.benchmarks.peers;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * The results in Markdown: a row for each metric and settings, a column for each library, the first of which is ours. In
 * the other columns stands, behind each median, how many times better ours is; less than once is set in bold.
 */
final class Table {
    private static final double WHOLE = 100;
    private static final double TENTHS = 10;

    private final Results results;
    private final List<String> peers;
    private final List<Settings> settings;
    private final List<String> notes = new ArrayList<>();
    private final List<Lag> lags = new ArrayList<>();
    private boolean anyCompared;

    Table(Results results, List<String> peers, List<Settings> settings) {
        this.results = results;
        this.peers = peers;
        this.settings = settings;
    }

    /** The table, the reasons of what is missing, and where ours is behind. */
    String print(List<Metric> metrics) {
        StringBuilder text = new StringBuilder("| | settings | " + String.join(" | ", peers) + " |\n|");
        text.append("---|".repeat(peers.size() + 2)).append('\n');
        for (Metric metric : metrics) {
            for (Settings which : settings) {
                text.append("| ").append(metric.label()).append(" | ").append(which.word());
                peers.forEach(peer -> text.append(" | ").append(cell(metric, which, peer)));
                text.append(" |\n");
            }
        }
        return text.append(explained()).append(behind()).toString();
    }

    private String cell(Metric metric, Settings which, String peer) {
        OptionalDouble value = results.median(metric, which, peer);
        if (value.isEmpty()) {
            return "n/a (" + note(results.reason(metric, which, peer)) + ")";
        }
        return number(value.getAsDouble()) + compared(metric, which, peer, value.getAsDouble());
    }

    private String compared(Metric metric, Settings which, String peer, double theirs) {
        String us = peers.get(0);
        OptionalDouble ours = results.median(metric, which, us);
        double ratio = peer.equals(us) || ours.isEmpty() ? Double.NaN : metric.ratio(ours.getAsDouble(), theirs);
        if (Double.isNaN(ratio)) {
            return "";
        }
        anyCompared = true;
        String times = number(ratio) + "×";
        if (ratio >= 1) {
            return " (" + times + ")";
        }
        lags.add(new Lag(
                ratio,
                metric.label() + ", " + which.word() + ": " + us + " " + number(ours.getAsDouble()) + ", " + peer + " "
                        + number(theirs) + ", which is " + times));
        return " (**" + times + "**)";
    }

    /** The number of the note that says so. */
    private int note(String reason) {
        if (!notes.contains(reason)) {
            notes.add(reason);
        }
        return notes.indexOf(reason) + 1;
    }

    private String explained() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < notes.size(); i++) {
            text.append('\n')
                    .append('(')
                    .append(i + 1)
                    .append(") ")
                    .append(notes.get(i))
                    .append('\n');
        }
        return text.toString();
    }

    private String behind() {
        if (!anyCompared) {
            return "";
        }
        StringBuilder text = new StringBuilder("\nWhere " + peers.get(0) + " is behind:\n\n");
        lags.stream()
                .sorted(Comparator.comparingDouble(Lag::ratio))
                .forEach(lag -> text.append("- ").append(lag.words()).append('\n'));
        return lags.isEmpty() ? "\n" + peers.get(0) + " is behind nowhere in this table.\n" : text.toString();
    }

    /** With three digits or all before the point. */
    static String number(double value) {
        String format = value >= WHOLE || value == Math.rint(value) ? "%,.0f" : value >= TENTHS ? "%.1f" : "%.2f";
        return String.format(Locale.ROOT, format, value);
    }

    private record Lag(double ratio, String words) {}
}
