package io.jobq.examples;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Rows under titles that fit a width: long texts are shortened first, then columns left out, the least important first. For one thread. */
final class TextTable {
    /** Texts are not shortened below this as long as a column can be left out instead. */
    private static final int READABLE = 16;

    private static final int SHORTEST = 4;
    private static final String GAP = "  ";

    /**
     * A column.
     *
     * @param isText whether it is put to the left and may be shortened; else it is a number
     * @param rank 0 if it always stays; of the others the greatest goes first
     */
    record Column(String title, boolean isText, int rank) {
        static Column text(String title, int rank) {
            return new Column(title, true, rank);
        }

        static Column number(String title, int rank) {
            return new Column(title, false, rank);
        }
    }

    private final List<Column> columns;
    private final List<List<String>> rows = new ArrayList<>();

    TextTable(Column... columns) {
        this.columns = List.of(columns);
    }

    void add(Object... cells) {
        List<String> row = new ArrayList<>();
        for (Object each : cells) {
            row.add(String.valueOf(each));
        }
        rows.add(row);
    }

    /** The titles and the rows, none wider than this. */
    List<String> lines(int width) {
        int[] widths = new int[columns.size()];
        int[] readable = new int[columns.size()];
        List<Integer> kept = new ArrayList<>();
        for (int i = 0; i < widths.length; i++) {
            widths[i] = widest(i);
            readable[i] = columns.get(i).isText() ? Math.min(READABLE, widths[i]) : widths[i];
            kept.add(i);
        }
        while (total(readable, kept) > width
                && kept.stream().anyMatch(i -> columns.get(i).rank() > 0)) {
            kept.remove(kept.stream()
                    .max(Comparator.comparingInt(i -> columns.get(i).rank()))
                    .orElseThrow());
        }
        shorten(widths, kept, width);
        List<String> lines = new ArrayList<>();
        lines.add(line(columns.stream().map(Column::title).toList(), widths, kept));
        rows.forEach(row -> lines.add(line(row, widths, kept)));
        return lines;
    }

    private int widest(int column) {
        return rows.stream()
                .mapToInt(row -> row.get(column).length())
                .reduce(columns.get(column).title().length(), Math::max);
    }

    private static int total(int[] widths, List<Integer> kept) {
        return kept.stream().mapToInt(i -> widths[i]).sum() + GAP.length() * (kept.size() - 1);
    }

    private void shorten(int[] widths, List<Integer> kept, int width) {
        for (int over = total(widths, kept) - width; over > 0; over--) {
            int widest = kept.stream()
                    .filter(i -> columns.get(i).isText())
                    .max(Comparator.comparingInt(i -> widths[i]))
                    .orElse(-1);
            if (widest < 0 || widths[widest] <= SHORTEST) {
                return;
            }
            widths[widest]--;
        }
    }

    private String line(List<String> cells, int[] widths, List<Integer> kept) {
        List<String> parts = new ArrayList<>();
        for (int i : kept) {
            String cell = cells.get(i);
            String fits = cell.length() <= widths[i] ? cell : cell.substring(0, widths[i] - 1) + "…";
            String blanks = " ".repeat(widths[i] - fits.length());
            parts.add(columns.get(i).isText() ? fits + blanks : blanks + fits);
        }
        return String.join(GAP, parts).stripTrailing();
    }
}
