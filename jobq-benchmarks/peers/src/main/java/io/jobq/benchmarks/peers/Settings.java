package io.jobq.benchmarks.peers;

import java.util.Locale;

/** How a library is set up. The number of slots is the experiment's in both. */
enum Settings {
    /** As it comes. */
    DEFAULTS,
    /** As its own documentation advises for speed; where it lets one choose, a worker is given up on after about 10 s. */
    BEST;

    /** The word on command lines. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Settings of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
