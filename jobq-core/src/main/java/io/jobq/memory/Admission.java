package io.jobq.memory;

import io.jobq.limits.Limit;
import io.jobq.limits.Rate;
import io.jobq.spi.HoldingRule;
import io.jobq.spi.JobOptions;
import io.jobq.spi.Rule;
import io.jobq.spi.Rule.Part;
import io.jobq.spi.Rule.Target;
import io.jobq.spi.StorageStats.Holding;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides which ready jobs of a queue with rules may start. A job passes up to four {@link Gate}s: the queue's, its type's,
 * its tenant's and its key's; it starts when all have room, and only then takes from any. When the queue has none, nothing
 * moves. When another gate has none, or others wait there, the job is set aside at that gate, out of the way of those behind
 * it. As much as a gate has room for comes back to where the turns of its tenants are, and is asked for everything again; what
 * another gate refuses even then goes there at once. So each claim looks at no job twice, whatever number waits where. Used under
 * the lock.
 */
final class Admission {
    /** How many jobs an exchange sets aside, and how many it brings back, beyond its limit. */
    private static final int EXTRA = 250;

    private static final long NEVER = Long.MAX_VALUE;
    private static final int MICROS = 1_000;
    private static final List<Target> SETTING_ASIDE = List.of(Target.TYPE, Target.TENANT, Target.KEY);

    final RuleBook rules = new RuleBook();
    private final QueueLines queue;
    private final Gate whole = new Gate(Target.QUEUE, "");
    private final Gates gates = new Gates();
    private final Returns returns = new Returns();
    /** How many jobs stand aside, by the target of their gate. */
    private final Map<Target, Long> aside = new EnumMap<>(Target.class);

    /** Jobs that came back from any gate and have not started. */
    private int returned;

    /** The limits of the job that was last asked whether it may start, by its targets. */
    private final Limit[] asked = new Limit[SETTING_ASIDE.size()];

    // of the exchange at hand
    private long now;
    private int looks;
    private int returnsLeft;
    private boolean cutShort;
    private long heldUntil;

    Admission(QueueLines queue) {
        this.queue = queue;
    }

    /** Whether it would let everybody pass. */
    boolean isIdle() {
        return rules.isEmpty() && returned == 0 && queue.line(Place.ASIDE).isEmpty();
    }

    /** Whether a job must stop before another may start, whichever that be. */
    boolean isFull() {
        return whole.usage.isFull(limit(whole));
    }

    /** Starts to count the work of a call, and brings back what has room. Returns whether anything came back. */
    boolean open(long nowMillis, int limit) {
        now = nowMillis * MICROS;
        looks = Math.min(limit, Integer.MAX_VALUE - EXTRA) + EXTRA;
        returnsLeft = looks;
        cutShort = false;
        heldUntil = NEVER;
        return bringBack();
    }

    /** Sets parts of a rule, and brings back what has room by it. */
    void change(Rule change, Set<Part> parts, long nowMillis) {
        Rule rule = rules.put(change, parts);
        if (rule.target() == Target.LEVEL) {
            queue.levels().put(Integer.parseInt(rule.name()), rule.weight(), rule.longestWait());
        }
        open(nowMillis, 0);
        boolean manyHave = rule.target() == Target.TENANT_CLASS || rule.name().isEmpty();
        Target target = rule.target() == Target.TENANT_CLASS ? Target.TENANT : rule.target();
        forgive(whole);
        for (Gate gate : gates.named(target, manyHave ? null : rule.name())) {
            forgive(gate);
            seeAnew(gate);
        }
        bringBack();
    }

    private void forgive(Gate gate) {
        Rate rate = limit(gate).rate();
        if (rate != null) {
            gate.usage.forgive(rate, now);
        }
    }

    private boolean bringBack() {
        int before = returned;
        for (Gate gate = returns.due(now); gate != null; gate = returns.due(now)) {
            see(gate);
        }
        for (Gate gate = returns.next(); gate != null && returnsLeft > 0; gate = returns.next()) {
            returnsLeft--;
            bringBack(gate);
        }
        return returned > before;
    }

    /** The first of those set aside, unless another gate refuses it: then it stands aside there. */
    private void bringBack(Gate gate) {
        Entry entry = gate.pollFirst();
        if (entry != null) {
            aside.merge(gate.target, -1L, Long::sum);
            queue.line(Place.ASIDE).remove(entry);
            Gate other = refusing(entry, gate.target);
            if (other == null) {
                queue.joinAgain(entry);
                gate.returned++;
                returned++;
                gate.patience().restore();
            } else {
                addAside(entry, other);
                gate.patience().refused(now);
                if (other.usage.room(limit(other), now) > other.returned) {
                    seeAnew(other); // for those before this one
                }
            }
        }
        see(gate);
    }

    private void see(Gate gate) {
        returns.see(gate, limit(gate), now);
    }

    /** The same for one that may have got room. */
    private void seeAnew(Gate gate) {
        gate.patience().restore();
        see(gate);
    }

    private Limit limit(Gate gate) {
        return rules.limit(gate.target, gate.name);
    }

    /** Takes the next ready job that may start out of its line; null when there is none, or enough was looked at. */
    @Nullable
    Entry next() {
        while (hasRoom()) {
            if (looks == 0) {
                cutShort = !queue.line(Place.READY).isEmpty();
                return null;
            }
            bringBack();
            Entry entry = queue.pollAny(now / MICROS);
            if (entry == null) {
                return null;
            }
            Gate refusing = refusing(entry, null);
            if (refusing == null) {
                admit(entry);
                return entry;
            }
            looks--;
            setAside(entry, refusing);
        }
        return null;
    }

    private boolean hasRoom() {
        Limit limit = limit(whole);
        if (whole.usage.hasRoom(limit, now)) {
            return true;
        }
        Rate rate = limit.rate();
        if (rate != null
                && !whole.usage.isFull(limit)
                && !queue.line(Place.READY).isEmpty()) {
            heldUntil = whole.usage.due(rate);
        }
        return false;
    }

    /** The first gate that refuses a job, but for the one of this target, if any. */
    private @Nullable Gate refusing(Entry entry, @Nullable Target but) {
        for (int i = 0; i < asked.length; i++) {
            Target target = SETTING_ASIDE.get(i);
            String name = target == but ? null : name(entry, target);
            asked[i] = name == null ? Limit.NONE : rules.limit(target, name);
            Gate gate = name == null ? null : refusing(entry, target, name, asked[i]);
            if (gate != null) {
                return gate;
            }
        }
        return null;
    }

    private @Nullable Gate refusing(Entry entry, Target target, String name, Limit limit) {
        Gate gate = gates.find(target, name);
        if (gate == null) {
            return limit.concurrency() == 0 ? gates.get(target, name, now) : null;
        }
        return gate.hasBefore(entry) || !gate.usage.hasRoom(limit, now) ? gate : null;
    }

    private static @Nullable String name(Entry entry, Target target) {
        JobOptions options = entry.job.options();
        return switch (target) {
            case QUEUE, TENANT_CLASS, LEVEL -> "";
            case TYPE -> entry.job.type();
            case TENANT -> options.tenant();
            case KEY -> options.limitKey();
        };
    }

    /** Starts a job that no gate has refused just now. */
    private void admit(Entry entry) {
        arrived(entry);
        entry.counting = null;
        count(entry, whole, limit(whole));
        for (int i = 0; i < asked.length; i++) {
            Target target = SETTING_ASIDE.get(i);
            String name = asked[i].equals(Limit.NONE) ? null : name(entry, target);
            if (name != null) {
                Gate gate = gates.get(target, name, now);
                count(entry, gate, asked[i]);
                see(gate);
            }
        }
    }

    private void count(Entry entry, Gate gate, Limit limit) {
        if (gate.usage.start(limit, now)) {
            List<Gate> counting = entry.counting == null ? new ArrayList<>(asked.length + 1) : entry.counting;
            counting.add(gate);
            entry.counting = counting;
        }
    }

    /** A job that may have come back from a gate is no longer on its way. */
    private void arrived(Entry entry) {
        Gate gate = entry.gate;
        if (gate != null) {
            entry.gate = null;
            gate.returned--;
            returned--;
            see(gate);
        }
    }

    private void setAside(Entry entry, Gate gate) {
        long major = gate.joining(entry, queue.weight(entry));
        arrived(entry);
        addAside(entry, gate, major);
    }

    private void addAside(Entry entry, Gate gate) {
        addAside(entry, gate, gate.joining(entry, queue.weight(entry)));
    }

    private void addAside(Entry entry, Gate gate, long major) {
        entry.gate = gate;
        queue.add(entry, Place.ASIDE, major, entry.turn);
        gate.add(entry);
        aside.merge(gate.target, 1L, Long::sum);
        see(gate);
    }

    /** A ready job with a gate has left its place, by other ways than {@link #next}. */
    void left(Entry entry) {
        Gate gate = entry.gate;
        if (gate != null && entry.place == Place.ASIDE) {
            entry.gate = null;
            gate.remove(entry);
            aside.merge(gate.target, -1L, Long::sum);
            see(gate);
        } else {
            arrived(entry);
        }
    }

    /** A job that counted has stopped. Returns whether another may start for it. */
    boolean stopped(Entry entry, long nowMillis) {
        now = nowMillis * MICROS;
        List<Gate> counting = entry.counting == null ? List.of() : entry.counting;
        entry.counting = null;
        boolean room = false;
        for (Gate gate : counting) {
            gate.usage.stop();
            seeAnew(gate);
            room |= gate == whole;
            if (returns.has(gate)) {
                bringBack(gate);
                room = true;
            }
        }
        return room;
    }

    /** When another claim may find more, in milliseconds: now if this one was cut short; the end of time for no time. */
    long nextDue() {
        if (cutShort || returns.next() != null) {
            return now / MICROS;
        }
        long due = Math.min(heldUntil, returns.nextDue());
        return due == NEVER ? NEVER : toMillis(due);
    }

    // ---- for whoever looks

    /** What is held back, and by which rules. */
    Holding holding(long nowMillis) {
        Map<Target, Long> jobs = new EnumMap<>(aside);
        jobs.values().removeIf(number -> number == 0);
        List<HoldingRule> first = new ArrayList<>();
        int inLine = queue.line(Place.READY).size();
        if (inLine > 0 && !whole.usage.hasRoom(limit(whole), nowMillis * MICROS)) {
            first.add(holding(whole, inLine, nowMillis));
            jobs.put(Target.QUEUE, (long) inLine);
        }
        int rules = returns.holding() + first.size();
        for (Gate gate : returns.holding(Holding.MOST)) {
            first.add(holding(gate, gate.asideSize(), nowMillis));
        }
        return new Holding(rules, jobs, first);
    }

    /** Who holds a job aside; null if it does not stand aside. */
    @Nullable
    HoldingRule holding(Entry entry, long nowMillis) {
        Gate gate = entry.place == Place.ASIDE ? entry.gate : null;
        return gate == null ? null : holding(gate, gate.asideSize(), nowMillis);
    }

    private HoldingRule holding(Gate gate, int jobs, long nowMillis) {
        Limit limit = limit(gate);
        Instant until = null;
        if (!gate.usage.isFullAfter(gate.returned, limit)) {
            Rate rate = limit.rate();
            long micros = nowMillis * MICROS;
            until = Instant.ofEpochMilli(
                    rate == null ? nowMillis : toMillis(gate.usage.dueAfter(gate.returned, rate, micros)));
        }
        return new HoldingRule(gate.target, gate.name, limit, jobs, until);
    }

    /** Rounded up: not before. */
    private static long toMillis(long micros) {
        return -Math.floorDiv(-micros, (long) MICROS);
    }
}
