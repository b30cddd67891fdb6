package io.jobq.scheduler;

import io.jobq.spi.Registry;
import io.jobq.spi.Registry.Entry;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
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

    /** The entry: until when who leads. */
    record Lead(@Nullable String instance, @Nullable String until) {
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
    private long version;
    private volatile boolean leading;
    private @Nullable String follows;
    private Instant nextLook = Instant.MIN;

    Leadership(Registry registry, String instance, Duration lease) {
        this.registry = registry;
        this.instance = instance;
        this.lease = lease;
    }

    boolean isLeading() {
        return leading;
    }

    /** Who leads, as it is stored. */
    Optional<String> leader(Instant now) {
        return stored().filter(lead -> lead.end().isAfter(now)).map(Lead::leader);
    }

    private Optional<Lead> stored() {
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
        Optional<Entry> entry = registry.find(KIND, KEY);
        Lead lead = entry.flatMap(Leadership::read).orElse(null);
        long current = entry.map(Entry::version).orElse(0L);
        if (lead == null || lead.leader().equals(instance) || !lead.end().isAfter(now)) {
            if (put(now, current)) {
                return true;
            }
            lead = stored().orElse(null);
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
        Lead mine = new Lead(instance, now.plus(lease).toString());
        if (!registry.put(new Entry(KIND, KEY, Json.write(mine), 0), expected, null)) {
            return false;
        }
        version = expected == 0 ? firstVersion() : expected + 1;
        nextLook = now.plus(lease.dividedBy(3));
        if (!leading) {
            log.info("instance {} is now LEADER", instance);
        }
        leading = true;
        follows = null;
        return true;
    }

    /** If another is faster, the next renewal fails: no entry has version 0 then. */
    private long firstVersion() {
        return registry.find(KIND, KEY)
                .filter(entry -> read(entry)
                        .filter(lead -> lead.leader().equals(instance))
                        .isPresent())
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
        Instant end = lead == null ? now : lead.end();
        Instant soon = now.plus(LOOK_AGAIN);
        nextLook = end.isAfter(now) && end.isBefore(soon) ? end : soon;
    }

    /** Lets another lead at once. */
    void release() {
        if (leading) {
            leading = false;
            registry.put(
                    new Entry(KIND, KEY, Json.write(new Lead(instance, Instant.EPOCH.toString())), 0), version, null);
        }
    }
}
