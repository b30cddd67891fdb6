package io.jobq.memory;

import io.jobq.spi.Signal;
import io.jobq.spi.Subscription;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who wants which hints. */
final class Signals {
    private static final Logger LOG = LoggerFactory.getLogger(Signals.class);

    private final List<Listener> listeners = new CopyOnWriteArrayList<>();

    private record Listener(Object identity, Set<Signal.Kind> kinds, Consumer<Signal> hint) {}

    Subscription add(Set<Signal.Kind> kinds, Consumer<Signal> hint) {
        Listener listener = new Listener(new Object(), Set.copyOf(kinds), hint);
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    void clear() {
        listeners.clear();
    }

    boolean isWanted(Signal.Kind kind) {
        for (Listener listener : listeners) {
            if (listener.kinds.contains(kind)) {
                return true;
            }
        }
        return false;
    }

    /** The change is made already: a listener that throws must not make its caller believe otherwise. */
    void deliver(Signal signal) {
        for (Listener listener : listeners) {
            if (listener.kinds.contains(signal.kind())) {
                try {
                    listener.hint.accept(signal);
                } catch (RuntimeException e) {
                    LOG.warn("a listener failed on {} of queue '{}'", signal.kind(), signal.queue(), e);
                }
            }
        }
    }
}
