package io.jobq.benchmarks.peers;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What is asked for on the command line.
 *
 * @param atMost no trial starts later than this
 */
record Arguments(
        Scale scale,
        int rounds,
        Duration atMost,
        List<Peer> peers,
        List<Settings> settings,
        List<Experiment> experiments) {
    private static final int FULL_ROUNDS = 3;
    private static final int QUICK_MINUTES = 9;
    private static final int FULL_MINUTES = 240;

    static final String USAGE = """
            usage: java -jar jobq-peers.jar [--quick] [--rounds N] [--minutes N] [--kill-seconds N]
                     [--peers NAME,…] [--settings defaults,best] [--cases NAME,…]

              --quick         one round of short measurements, at most 10 minutes; else three of 45 minutes or so
              --rounds        medians are of so many
              --minutes       no measurement starts later; what is left out then is said
              --kill-seconds  how long jobs of a killed worker are waited for: 150, or 30 with --quick
              --peers         of %s; JobQ always takes part
              --cases         of %s
            """;

    /** Reads the words; throws {@link IllegalArgumentException} with what is wrong. */
    static Arguments parse(List<String> words) {
        boolean quick = words.contains("--quick");
        Words given = Words.parse(
                words.stream().filter(word -> !word.equals("--quick")).toList());
        Scale base = quick ? Scale.QUICK : Scale.FULL;
        Scale scale = base.withKillSeconds(given.number("kill-seconds", base.killMillis() / 1_000));
        Optional<String> cases = given.text("cases");
        List<Experiment> all = Experiment.all(scale);
        List<Experiment> chosen = cases.map(names -> Stream.of(names.split(","))
                        .map(name -> experiment(all, name))
                        .toList())
                .orElse(all);
        return new Arguments(
                scale,
                given.number("rounds", quick ? 1 : FULL_ROUNDS),
                Duration.ofMinutes(given.number("minutes", quick ? QUICK_MINUTES : FULL_MINUTES)),
                peers(given.text("peers")),
                given.text("settings")
                        .map(list ->
                                Stream.of(list.split(",")).map(Settings::of).toList())
                        .orElse(List.of(Settings.values())),
                chosen);
    }

    private static List<Peer> peers(Optional<String> names) {
        if (names.isEmpty()) {
            return Peers.ALL;
        }
        Stream<Peer> others = Stream.of(names.get().split(",")).map(Peers::named);
        return Stream.concat(Stream.of(Peers.ALL.get(0)), others).distinct().toList();
    }

    private static Experiment experiment(List<Experiment> all, String name) {
        return all.stream()
                .filter(experiment -> experiment.name().equals(name.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no case '" + name + "'"));
    }

    static String usage() {
        return String.format(
                USAGE,
                Peers.ALL.stream().map(Peer::name).toList(),
                Experiment.all(Scale.QUICK).stream().map(Experiment::name).toList());
    }
}
