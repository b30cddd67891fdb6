package io.jobq.testkit;

import io.jobq.idempotency.IdempotencyStore.Run;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a storm's handlers have done to the outside world, and which repetitions the contract allows: those after a crash
 * between effect and record, and those of runs that were overtaken after they had lost their lease.
 */
final class EffectLedger {
    private final Map<Integer, List<Effect>> effects = new TreeMap<>();
    private final Set<Run> started = new HashSet<>();
    private final Set<Run> crashed = new HashSet<>();
    private final Set<Run> answered = new HashSet<>();
    private int count;
    private long ended;

    /**
     * Something that should happen once per key.
     *
     * @param number in the order in which effects took place; a run returns that of its own
     */
    record Effect(int number, int key, Run run, MortalProcess process) {}

    synchronized int add(int key, Run run, MortalProcess process) {
        Effect effect = new Effect(++count, key, run, process);
        effects.computeIfAbsent(key, k -> new ArrayList<>()).add(effect);
        return effect.number;
    }

    /** The handler of a run throws after its effect. */
    synchronized void crash(Run run) {
        crashed.add(run);
    }

    /** The store has let a run start. */
    synchronized void start(Run run) {
        started.add(run);
    }

    /** The store has answered what the run returned, whether it took it or not, and its process lived to hear that. */
    synchronized void answer(Run run) {
        answered.add(run);
        ended++;
    }

    synchronized void duplicate() {
        ended++;
    }

    /** How many deliveries have ended; grows, and is good for nothing else. */
    synchronized long ended() {
        return ended;
    }

    synchronized List<Effect> of(int key) {
        return List.copyOf(effects.getOrDefault(key, List.of()));
    }

    /** How many effects took place more than once. */
    synchronized int repetitions() {
        return count - effects.size();
    }

    /** How many effects were made by runs that went on though they had lost their lease, and were overtaken. */
    synchronized long overtaken() {
        return effects.values().stream()
                .flatMap(Collection::stream)
                .filter(effect -> isOvertaken(effect.run) && !hasDied(effect) && !crashed.contains(effect.run))
                .count();
    }

    /** Whether the contract allows that this effect is not the one on record. */
    synchronized boolean isExcused(Effect effect) {
        return hasDied(effect) || crashed.contains(effect.run) || isOvertaken(effect.run);
    }

    private boolean hasDied(Effect effect) {
        return effect.process.isDead() && !answered.contains(effect.run);
    }

    /** Whether a later run of the same job was let start. */
    synchronized boolean isOvertaken(Run run) {
        return started.stream().anyMatch(other -> other.job().equals(run.job()) && other.token() > run.token());
    }
}
