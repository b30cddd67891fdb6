package io.jobq.benchmarks.chaos;

import io.jobq.benchmarks.Main;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The worker processes, and whatever else may be killed, each with its own way to Redis. */
final class Fleet implements AutoCloseable {
    private static final long START_SECONDS = 60;
    static final String WORKER = "worker";
    static final String PRODUCER = "producer";
    private static final long STOP_SECONDS = 60;

    /** A place for a process; when it is killed, another takes it. */
    private static final class Place {
        final String role;
        final String way;
        volatile Process process;
        volatile String name;
        volatile boolean paused;

        Place(String role, String way, String name, Process process) {
            this.role = role;
            this.way = way;
            this.name = name;
            this.process = process;
        }
    }

    private final ChaosSettings settings;
    private final History history;
    private final Skew skew;
    private final Path logs;
    private final List<Place> places = new ArrayList<>();
    private int count;

    Fleet(ChaosSettings settings, History history, Skew skew, Path logs) {
        this.settings = settings;
        this.history = history;
        this.skew = skew;
        this.logs = logs;
        Runtime.getRuntime().addShutdownHook(new Thread(this::close)); // for who interrupts it
    }

    /** Starts a process of a role, {@link #WORKER} or {@link #PRODUCER}, that reaches Redis by a way. */
    void add(String role, String way) {
        String name = nextName(role);
        places.add(new Place(role, way, name, launch(role, name, way)));
    }

    private String nextName(String role) {
        return role + ++count;
    }

    private Process launch(String role, String name, String way) {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        List<String> command =
                new ArrayList<>(List.of(java, "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp"));
        command.addAll(List.of(System.getProperty("java.class.path"), Main.class.getName(), "chaos-" + role));
        command.addAll(List.of("--name", name, "--storage", way));
        command.addAll(settings.words());
        ProcessBuilder process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(logs.resolve(name + ".log").toFile());
        process.environment().putAll(skew.environment(count));
        try {
            return process.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until a worker has begun a job: on a busy machine processes take long to start, and faults before met nobody. */
    void awaitWork() throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (!history.hasBegun() && System.nanoTime() < deadline) {
            Thread.sleep(50);
        }
    }

    /** Kills a process and starts another. Of workers, it is the first prey from some place on, if there is any. */
    void kill(int index) {
        Place place = preyFrom(index);
        history.fault(Event.Kind.KILL, place.name);
        place.process.destroyForcibly().onExit().join();
        place.name = nextName(place.role);
        place.process = launch(place.role, place.name, place.way);
        place.paused = false;
    }

    private Place preyFrom(int index) {
        Place chosen = places.get(index % places.size());
        if (!chosen.role.equals(WORKER)) {
            return chosen;
        }
        Set<String> prey = settings.scenario().prey(settings, history);
        for (int i = 0; i < places.size(); i++) {
            Place place = places.get((index + i) % places.size());
            if (prey.contains(place.name)) {
                return place;
            }
        }
        return chosen;
    }

    /** Pauses a worker, and returns what lets it go on; null when it is paused already. Prey comes first, as for a kill. */
    @Nullable
    Runnable pause(int index) {
        Place place = preyFrom(index);
        if (place.paused) {
            return null;
        }
        Process paused = place.process;
        history.fault(Event.Kind.PAUSE, place.name);
        signal("STOP", paused);
        place.paused = true;
        return () -> {
            signal("CONT", paused);
            if (place.process == paused) {
                place.paused = false;
            }
        };
    }

    private static void signal(String signal, Process process) {
        if (!process.isAlive()) {
            return;
        }
        try {
            new ProcessBuilder("sh", "-c", "kill -" + signal + " " + process.pid())
                    .start()
                    .onExit()
                    .join();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits for those of a role that end by themselves. */
    void awaitEnd(String role) {
        places.stream()
                .filter(place -> place.role.equals(role))
                .forEach(place -> place.process.onExit().join());
    }

    /** Lets all workers finish what they have, and end. Returns complaints about those that do not. */
    List<String> stop() throws InterruptedException {
        List<String> complaints = new ArrayList<>();
        for (Place place : places) {
            endInput(place.process);
        }
        for (Place place : places) {
            if (!place.process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                complaints.add(place.name + " does not end");
            } else if (place.process.exitValue() != 0) {
                complaints.add(place.name + " ended with " + place.process.exitValue());
            }
        }
        return complaints;
    }

    private static void endInput(Process process) {
        try {
            process.getOutputStream().close();
        } catch (IOException dead) {
            return; // stop() will say how it ended
        }
    }

    @Override
    public void close() {
        places.forEach(place -> place.process.destroyForcibly());
    }
}
