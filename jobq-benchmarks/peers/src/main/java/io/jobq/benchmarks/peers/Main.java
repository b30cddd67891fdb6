package io.jobq.benchmarks.peers;

import java.io.PrintStream;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * {@code java -jar jobq-peers.jar [--quick]}: measures JobQ and the other libraries in turns, tells on standard error
 * how far it is, and prints a table in Markdown on standard output. {@code --help} lists the options.
 */
public final class Main {
    private static final int USAGE = 2;

    private Main() {}

    /** Runs the comparison; exits with 2 when the command line makes no sense. */
    public static void main(String[] args) throws InterruptedException {
        List<String> words = List.of(args);
        if (words.contains("--help")) {
            System.out.print(Arguments.usage());
            return;
        }
        Arguments arguments;
        try {
            arguments = Arguments.parse(words);
        } catch (IllegalArgumentException | UnavailableException wrong) {
            System.err.println(wrong.getMessage());
            System.err.print(Arguments.usage());
            System.exit(USAGE);
            return;
        }
        String machine = Machine.description();
        Map<StoreKind, Store> stores = start(arguments);
        try {
            Results results = new Comparison(arguments, stores, System.err).run();
            print(System.out, String.join(" ", words), machine, arguments, stores);
            List<String> names = arguments.peers().stream().map(Peer::name).toList();
            List<Metric> metrics = arguments.experiments().stream()
                    .flatMap(experiment -> experiment.metrics().stream())
                    .toList();
            System.out.print(new Table(results, names, arguments.settings()).print(metrics));
        } finally {
            stores.values().forEach(Store::close);
        }
        System.exit(0); // the libraries of the servers leave threads
    }

    private static Map<StoreKind, Store> start(Arguments arguments) {
        Map<StoreKind, Store> stores = new EnumMap<>(StoreKind.class);
        for (StoreKind kind : arguments.peers().stream().map(Peer::store).collect(Collectors.toSet())) {
            try {
                stores.put(kind, kind.start());
            } catch (UnavailableException missing) {
                System.err.println(missing.reason());
            }
        }
        return stores;
    }

    private static void print(
            PrintStream out, String words, String machine, Arguments arguments, Map<StoreKind, Store> stores) {
        out.println("Command: `java -jar jobq-benchmarks/peers/target/jobq-peers.jar " + words + "`; medians of "
                + arguments.rounds() + ".");
        out.println();
        out.println("Machine: " + machine + "; "
                + stores.values().stream().map(Store::description).collect(Collectors.joining("; ")) + ".");
        out.println();
        out.println("| library | version | best settings, and where they come from |");
        out.println("|---|---|---|");
        arguments
                .peers()
                .forEach(peer ->
                        out.println("| " + peer.name() + " | " + peer.version() + " | " + peer.bestSettings() + " |"));
        out.println();
    }
}
