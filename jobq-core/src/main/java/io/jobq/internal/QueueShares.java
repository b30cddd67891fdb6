package io.jobq.internal;

import io.jobq.spi.Claim;
import io.jobq.spi.Claim.Share;
import io.jobq.spi.Exchange;
import io.jobq.spi.Exchange.Claimed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Divides slots between queues by weight: stride scheduling (Waldspurger and Weihl: Stride Scheduling, MIT/LCS/TM-528,
 * 1995). A queue's pass grows by 1/weight with each job claimed; the one with the lowest pass is next. What was really
 * claimed is charged, so a queue that was empty owes nothing, and its pass is raised to the others' so that it saves up
 * nothing either. In strict order, the first queue may give everything, and the storage asks the others for what is left,
 * one after the other.
 *
 * <p>A queue that is drained rests, and costs nothing: until a hint names it, its next job is due, or all are asked, which
 * they are at each fallback interval, since hints may get lost. Of many that are awake, a claim asks a few for more each,
 * and the next claim others. For one thread, but for {@link #doubt}.
 */
final class QueueShares {
    /** So many queues share a claim: with more, each would give little and cost a call all the same. */
    private static final int AT_ONCE = 4;

    private static final class Line {
        final String queue;
        final int place;
        final double stride;
        double pass;
        double planned;
        int quota;
        boolean awake = true;
        long restsUntil;

        Line(String queue, int place, int weight) {
            this.queue = queue;
            this.place = place;
            this.stride = 1.0 / weight;
        }
    }

    private static final Comparator<Line> BY_PLACE = Comparator.comparingInt(line -> line.place);
    private static final Comparator<Line> BY_PLAN =
            Comparator.<Line>comparingDouble(line -> line.planned).thenComparing(BY_PLACE);

    private final Map<String, Line> lines = new LinkedHashMap<>();
    private final TreeSet<Line> awake = new TreeSet<>(BY_PLACE);
    private final TreeSet<Line> resting = new TreeSet<>(QueueShares::byEndOfRest);
    private final boolean inOrder;
    private final long fallbackNanos;
    private volatile boolean doubted = true;
    /** Virtual time: no pass counts for less. */
    private double floor;

    private long allAt;

    QueueShares(Map<String, Integer> weights, boolean inOrder, long fallbackNanos) {
        weights.forEach((queue, weight) -> lines.put(queue, new Line(queue, lines.size(), weight)));
        awake.addAll(lines.values());
        this.inOrder = inOrder || lines.size() == 1;
        this.fallbackNanos = fallbackNanos;
    }

    /** Nanoseconds have no zero, so only their difference tells. */
    private static int byEndOfRest(Line one, Line other) {
        int byEnd = Long.signum(one.restsUntil - other.restsUntil);
        return byEnd != 0 ? byEnd : BY_PLACE.compare(one, other);
    }

    /**
     * How to share the next claim, the most deserving queue first; one without a quota gives what is left. Names a few of many
     * that are awake, and all when it is time to.
     */
    List<Share> divide(int limit, long now) {
        boolean all = wakeDue(now);
        return inOrder ? strictly(limit) : byWeight(limit, all || awake.size() <= AT_ONCE);
    }

    private boolean wakeDue(long now) {
        boolean all = doubted || now - allAt >= 0;
        if (all) {
            doubted = false;
            allAt = now + fallbackNanos;
            new ArrayList<>(resting).forEach(this::wake);
        }
        while (!resting.isEmpty() && now - resting.first().restsUntil >= 0) {
            wake(resting.first());
        }
        return all;
    }

    private List<Share> byWeight(int limit, boolean all) {
        PriorityQueue<Line> next = new PriorityQueue<>(BY_PLAN);
        for (Line line : awake) {
            line.pass = Math.max(line.pass, floor);
            line.planned = line.pass;
            line.quota = 0;
            next.add(line);
        }
        List<Line> chosen = new ArrayList<>();
        int portion = awake.size() <= AT_ONCE ? 1 : Math.max(1, (limit + AT_ONCE - 1) / AT_ONCE);
        for (int left = limit; left > 0 && !next.isEmpty(); ) {
            Line line = next.remove();
            if (line.quota == 0) {
                chosen.add(line);
            }
            int given = Math.min(portion, left);
            line.quota += given;
            line.planned += given * line.stride;
            left -= given;
            next.add(line);
        }
        List<Share> shares = new ArrayList<>(awake.size());
        chosen.forEach(line -> shares.add(new Share(line.queue, line.quota)));
        next.stream()
                .filter(line -> all && line.quota == 0)
                .sorted(BY_PLAN)
                .forEach(line -> shares.add(new Share(line.queue, 0)));
        return shares;
    }

    private List<Share> strictly(int limit) {
        List<Share> shares = new ArrayList<>(awake.size());
        for (Line line : awake) {
            shares.add(new Share(line.queue, shares.isEmpty() ? limit : 0));
        }
        return shares;
    }

    /** Charges the queues for what they gave. */
    void charge(List<Claimed> claimed) {
        if (inOrder || claimed.isEmpty()) {
            return;
        }
        Map<Line, Integer> given = new HashMap<>();
        for (Claimed job : claimed) {
            Line line = lines.get(job.lease().queue());
            if (line != null) {
                given.merge(line, 1, Integer::sum);
            }
        }
        double behind =
                given.keySet().stream().mapToDouble(line -> line.pass).min().orElse(floor);
        floor = Math.max(floor, behind);
        given.forEach((line, jobs) -> line.pass = Math.max(line.pass, floor) + jobs * line.stride);
    }

    /** Lets the queues rest that an answer tells are drained, and asks the others again. */
    void rest(Claim want, Exchange reply, long now) {
        boolean allDrained = reply.claimed().size() < want.limit();
        for (Share share : want.shares()) {
            Line line = Objects.requireNonNull(lines.get(share.queue()));
            Duration idle = reply.drained().get(share.queue());
            if (idle != null) {
                rest(line, now + nanos(idle));
            } else if (allDrained) {
                rest(line, now + nanos(reply.nextDue()));
            } else {
                wake(line);
            }
        }
    }

    private void rest(Line line, long until) {
        remove(line);
        line.awake = false;
        line.restsUntil = until;
        resting.add(line);
    }

    /** Asks queues again of which it is not known what they have. */
    void keep(List<Share> shares) {
        shares.forEach(share -> wake(share.queue()));
    }

    /** Asks a queue with the next claim. Always true. */
    boolean wake(String queue) {
        Line line = lines.get(queue);
        if (line != null) {
            wake(line);
        }
        return true;
    }

    private void wake(Line line) {
        if (!line.awake) {
            remove(line);
            line.awake = true;
            awake.add(line);
        }
    }

    private void remove(Line line) {
        if (line.awake) {
            awake.remove(line);
        } else {
            resting.remove(line);
        }
    }

    /** Asks all queues with the next claim. Thread-safe. */
    void doubt() {
        doubted = true;
    }

    /** Whether a queue may have more. */
    boolean isAnyAwake() {
        return !awake.isEmpty();
    }

    /** When the next queue, or all, are to be asked without a hint, in nanoseconds. */
    long wakeAt() {
        long first = resting.isEmpty() ? allAt : resting.first().restsUntil;
        return first - allAt < 0 ? first : allAt;
    }

    private static long nanos(@Nullable Duration idle) {
        return idle == null || idle.toHours() > 1 ? Duration.ofHours(1).toNanos() : idle.toNanos();
    }
}
