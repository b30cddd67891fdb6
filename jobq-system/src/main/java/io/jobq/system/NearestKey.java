package io.jobq.system;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** Guesses which key was meant. */
final class NearestKey {
    private static final String SECTIONS = Keys.all().stream()
            .map(each -> each.pattern().replaceAll("^(jobq\\.[a-z]+).*", "$1"))
            .distinct()
            .reduce((left, right) -> left + ", " + right)
            .orElseThrow();

    private NearestKey() {}

    /** What to say of an unknown key. */
    static String advice(String key) {
        return Keys.all().stream()
                .map(each -> candidate(each, key))
                .min(Comparator.comparingInt(each -> distance(each, key)))
                .filter(nearest -> distance(nearest, key) <= Math.max(5, key.length() / 3))
                .map(nearest -> "did you mean '" + nearest + "'?")
                .orElse("keys begin with " + SECTIONS);
    }

    /** A known key with the name that stands where it has its placeholder. */
    private static String candidate(Key<?> known, String key) {
        List<String> pattern = Arrays.asList(known.pattern().split("\\."));
        List<String> parts = Arrays.asList(key.split("\\.", -1));
        int before =
                (int) pattern.stream().takeWhile(each -> !each.startsWith("<")).count();
        int after = pattern.size() - before - 1;
        boolean fits = known.isNamed() && parts.size() > before + after;
        return fits ? known.of(String.join(".", parts.subList(before, parts.size() - after))) : known.pattern();
    }

    /** Of Levenshtein: how many characters to insert, delete or replace. */
    static int distance(String one, String other) {
        int[] row = new int[other.length() + 1];
        Arrays.setAll(row, i -> i);
        for (int i = 1; i <= one.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= other.length(); j++) {
                int replaced = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[other.length()];
    }
}
