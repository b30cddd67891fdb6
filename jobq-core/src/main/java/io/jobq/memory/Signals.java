package io.jobq.memory;

import io.jobq.spi.Signal;
import io.jobq.spi.Subscription;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Collects what a call has changed, one signal per kind and queue, and delivers it when the lock is released. Adding is
 * guarded by the storage's lock.
 */
final class Signals {
    private static final Logger log = LoggerFactory.getLogger(Signals.class);

    private record Listener(Set<Signal.Kind> kinds, Consumer<Signal> hint) {}

    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private Map<String, Signal> ready = new LinkedHashMap<>();
    private Map<String, Signal> others = new LinkedHashMap<>();
    private volatile boolean finishedWanted;

    Subscription listen(Set<Signal.Kind> kinds, Consumer<Signal> hint) {
        Listener listener = new Listener(Set.copyOf(kinds), hint);
        listeners.add(listener);
        look();
        return () -> {
            listeners.remove(listener);
            look();
        };
    }

    private void look() {
        finishedWanted = listeners.stream().anyMatch(each -> each.kinds.contains(Signal.Kind.FINISHED));
    }

    void ready(String queue) {
        if (!ready.containsKey(queue)) {
            ready.put(queue, new Signal(Signal.Kind.READY, queue, List.of()));
        }
    }

    void finished(Entry entry) {
        if (finishedWanted) {
            add(Signal.Kind.FINISHED, entry);
        }
    }

    void cancelRequested(Entry entry) {
        add(Signal.Kind.CANCEL_REQUESTED, entry);
    }

    private void add(Signal.Kind kind, Entry entry) {
        String queue = entry.job.queue();
        others.computeIfAbsent(kind + queue, absent -> new Signal(kind, queue, new ArrayList<>()))
                .jobs()
                .add(entry.job.id());
    }

    /** What was collected since the last call. */
    List<Signal> take() {
        if (ready.isEmpty() && others.isEmpty()) {
            return List.of();
        }
        List<Signal> all = new ArrayList<>(ready.values());
        all.addAll(others.values());
        ready = new LinkedHashMap<>();
        others = new LinkedHashMap<>();
        return all;
    }

    /** Outside of the lock. */
    void deliver(List<Signal> signals) {
        for (Signal signal : signals) {
            for (Listener listener : listeners) {
                if (listener.kinds.contains(signal.kind())) {
                    tell(listener, signal);
                }
            }
        }
    }

    private static void tell(Listener listener, Signal signal) {
        try {
            listener.hint.accept(signal);
        } catch (RuntimeException ofTheListener) {
            log.warn("a listener threw on {}; the change itself is made", signal, ofTheListener);
        }
    }
}
