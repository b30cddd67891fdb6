package io.jobq.benchmarks.peers;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * One experiment with one library in one process, as {@code name=value} words.
 *
 * @param mode which code runs it
 * @param options numbers that the mode reads
 */
record Trial(String mode, String peer, Setup setup, Map<String, Integer> options) {
    private static final String FRAME_MODE = "mode";
    private static final String FRAME_PEER = "peer";
    private static final String FRAME_SETTINGS = "settings";
    private static final String FRAME_URI = "uri";
    private static final String SLOTS = "slots";

    List<String> words() {
        Map<String, String> all = new LinkedHashMap<>();
        all.put(FRAME_MODE, mode);
        all.put(FRAME_PEER, peer);
        all.put(FRAME_SETTINGS, setup.settings().word());
        all.put(FRAME_URI, setup.uri());
        all.put(SLOTS, Integer.toString(setup.slots()));
        options.forEach((name, value) -> all.put(name, value.toString()));
        return all.entrySet().stream()
                .map(option -> option.getKey() + "=" + option.getValue())
                .toList();
    }

    static Trial parse(String... words) {
        Map<String, String> all = new LinkedHashMap<>();
        Stream.of(words).map(word -> word.split("=", 2)).forEach(word -> all.put(word[0], word[1]));
        Setup setup = new Setup(
                take(all, FRAME_URI), Settings.of(take(all, FRAME_SETTINGS)), Integer.parseInt(take(all, SLOTS)));
        String mode = take(all, FRAME_MODE);
        String peer = take(all, FRAME_PEER);
        Map<String, Integer> options = new LinkedHashMap<>();
        all.forEach((name, value) -> options.put(name, Integer.valueOf(value)));
        return new Trial(mode, peer, setup, options);
    }

    private static String take(Map<String, String> all, String name) {
        return Objects.requireNonNull(all.remove(name), name);
    }

    /** A number that must be there. */
    int number(String name) {
        return Objects.requireNonNull(options.get(name), name);
    }

    /** A number of milliseconds that must be there. */
    Duration millis(String name) {
        return Duration.ofMillis(number(name));
    }
}
