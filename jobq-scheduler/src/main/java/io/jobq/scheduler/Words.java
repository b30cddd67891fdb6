package io.jobq.scheduler;

import java.util.Arrays;
import java.util.Locale;

/** Constants as they are written and stored. */
final class Words {
    private static final int LONGEST_QUOTE = 80;

    private Words() {}

    static String of(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    static <E extends Enum<E>> E parse(String what, String word, Class<E> type) {
        for (E each : type.getEnumConstants()) {
            if (of(each).equals(word)) {
                return each;
            }
        }
        throw new IllegalArgumentException(what + " must be one of "
                + Arrays.stream(type.getEnumConstants()).map(Words::of).toList() + ", but is " + quote(word));
    }

    /** What somebody else has written, safe for a log line. */
    static String quote(String text) {
        String start = text.length() <= LONGEST_QUOTE ? text : text.substring(0, LONGEST_QUOTE) + "…";
        return "'" + start.replaceAll("[\\p{Cntrl}\\p{Cf}\u2028\u2029]", "?") + "'";
    }
}
