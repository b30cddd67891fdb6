package io.jobq.memory;

import io.jobq.spi.Rule.Target;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The gates of a queue. Those that nobody uses are forgotten, so there are about as many as are in use. */
final class Gates {
    private static final int FEW = 1_000;

    private final Map<Target, Map<String, Gate>> gates = new EnumMap<>(Target.class);
    private int size;
    private int kept = FEW;

    Gates() {
        for (Target target : Target.values()) {
            gates.put(target, new HashMap<>());
        }
    }

    @Nullable
    Gate find(Target target, String name) {
        return named(target).get(name);
    }

    Gate get(Target target, String name, long now) {
        Gate gate = find(target, name);
        if (gate == null) {
            if (size > 2 * kept) {
                forget(now);
            }
            gate = new Gate(target, name);
            named(target).put(name, gate);
            size++;
        }
        return gate;
    }

    private void forget(long now) {
        size = 0;
        for (Map<String, Gate> named : gates.values()) {
            named.values().removeIf(gate -> gate.isIdle(now));
            size += named.size();
        }
        kept = Math.max(FEW, size);
    }

    /** All of a target, or one of them. */
    List<Gate> named(Target target, @Nullable String name) {
        if (name == null) {
            return new ArrayList<>(named(target).values());
        }
        Gate gate = find(target, name);
        return gate == null ? List.of() : List.of(gate);
    }

    private Map<String, Gate> named(Target target) {
        return Objects.requireNonNull(gates.get(target));
    }
}
