package io.jobq.scheduler;

import io.jobq.spi.Registry;
import io.jobq.spi.Registry.Entry;
import io.jobq.spi.StorageException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who of several schedulers fires: whoever has put the entry last, until the time that it says. It saves work only; that a tick is
 * one job is the business of guards, so a leader may be paused, and two may believe to lead. For one thread.
 */
final class Leadership {
    static final String KIND = "scheduler";
    private static final String KEY = "leader";
    private static final Logger log = LoggerFactory.getLogger(Leadership.class);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(500);

    /** The entry: until when who leads. Two instances may have one name by mistake, but not one term. */
    record Lead(
            @Nullable String instance,
            @Nullable String term,
            @Nullable String until) {
        String leader() {
            return Json.required("instance", instance);
        }

        Instant end() {
            return Instant.parse(Json.required("until", until));
        }
    }

    private final Registry registry;
    private final String instance;
    private final Duration lease;
    private final String term = UUID.randomUUID().toString();
    private long version;
    private volatile boolean leading;
    /** When the lease has run out by the own clock for intervals, whatever the storage would say. */
    private volatile long leadsUntil;
    /** What the log has said last. */
    private boolean led;

    private @Nullable String follows;
    private Instant nextLook = Instant.MIN;

    Leadership(Registry registry, String instance, Duration lease) {
        this.registry = registry;
        this.instance = instance;
        this.lease = lease;
    }

    /** Whether it leads, as far as it knows; one that is cut off from the storage does no more when its lease is over. */
    boolean isLeading() {
        return leading && System.nanoTime() - leadsUntil < 0;
    }

    /** Who leads, as it is stored. */
    static Optional<String> leader(Registry registry, Instant now) {
        return stored(registry).filter(lead -> lead.end().isAfter(now)).map(Lead::leader);
    }

    private static Optional<Lead> stored(Registry registry) {
        return registry.find(KIND, KEY).flatMap(Leadership::read);
    }

    /** When to call {@link #hold} again. */
    Instant nextLook() {
        return nextLook;
    }

    /** Renews the lease, or takes it if nobody has it, once it is time for that. Returns whether this instance leads. */
    boolean hold(Instant now) {
        if (now.isBefore(nextLook) && nextLook.isBefore(now.plus(lease))) { // else the clock has been put back
            return leading;
        }
        if (leading && put(now, version)) {
            return true;
        }
        leading = false; // until it is known to lead
        Optional<Entry> entry = registry.find(KIND, KEY);
        Lead lead = entry.flatMap(Leadership::read).orElse(null);
        long current = entry.map(Entry::version).orElse(0L);
        if (lead == null || term.equals(lead.term()) || !lead.end().isAfter(now)) {
            if (put(now, current)) {
                return true;
            }
            lead = stored(registry).orElse(null);
        }
        follow(lead, now);
        return false;
    }

    /** One that cannot be read, of another release, is as good as none: to lead beside another does no harm. */
    private static Optional<Lead> read(Entry entry) {
        try {
            Lead lead = Json.read("leader", entry.json(), Lead.class, each -> each);
            return lead.end().isAfter(Instant.MIN) && !lead.leader().isEmpty() ? Optional.of(lead) : Optional.empty();
        } catch (IllegalArgumentException | DateTimeException unusable) {
            log.debug("the leader's entry can't be read here", unusable);
            return Optional.empty();
        }
    }

    private boolean put(Instant now, long expected) {
        long asked = System.nanoTime();
        Lead mine = new Lead(instance, term, now.plus(lease).toString());
        if (!registry.put(new Entry(KIND, KEY, Json.write(mine), 0), expected, null)) {
            return false;
        }
        version = expected == 0 ? firstVersion() : expected + 1;
        nextLook = now.plus(lease.dividedBy(3));
        leadsUntil = asked + lease.toNanos();
        if (!led) {
            log.info("instance {} is now LEADER", instance);
        }
        leading = true;
        led = true;
        follows = null;
        return true;
    }

    /** If another is faster, the next renewal fails: no entry has version 0 then. */
    private long firstVersion() {
        return registry.find(KIND, KEY)
                .filter(entry ->
                        read(entry).filter(lead -> term.equals(lead.term())).isPresent())
                .map(Entry::version)
                .orElse(0L);
    }

    private void follow(@Nullable Lead lead, Instant now) {
        String leader = lead == null ? "nobody yet" : lead.leader();
        if (!leader.equals(follows)) {
            log.info("instance {} is STANDBY (leader: {})", instance, leader);
        }
        follows = leader;
        leading = false;
        led = false;
        Instant end = lead == null ? now : lead.end();
        Instant soon = now.plus(LOOK_AGAIN);
        nextLook = end.isAfter(now) && end.isBefore(soon) ? end : soon;
    }

    /** Lets another lead at once, unless the storage is away. */
    void release() {
        if (leading) {
            leading = false;
            Lead over = new Lead(instance, term, Instant.EPOCH.toString());
            try {
                registry.put(new Entry(KIND, KEY, Json.write(over), 0), version, null);
            } catch (StorageException away) {
                log.debug("the lease of scheduler {} runs out by itself, since the storage is away", instance, away);
            }
        }
    }
}
