package io.jobq.internal;

import io.jobq.spi.Claim.Share;
import io.jobq.spi.Exchange.Claimed;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Divides slots between queues by weight: stride scheduling (Waldspurger and Weihl: Stride Scheduling, MIT/LCS/TM-528,
 * 1995). A queue's pass grows by 1/weight with each job claimed; the one with the lowest pass is next. What was really
 * claimed is charged, so a queue that was empty owes nothing, and its pass is raised to the others' so that it saves up
 * nothing either. In strict order, the first queue may give everything, and the storage asks the others for what is left,
 * one after the other. For one thread.
 */
final class QueueShares {
    private static final class Line {
        final String queue;
        final double stride;
        double pass;
        double planned;
        int quota;

        Line(String queue, int weight) {
            this.queue = queue;
            this.stride = 1.0 / weight;
        }
    }

    private static final Comparator<Line> BY_PASS = Comparator.comparingDouble(line -> line.pass);

    private final List<Line> lines = new ArrayList<>();
    private final boolean inOrder;

    QueueShares(Map<String, Integer> weights, boolean inOrder) {
        weights.forEach((queue, weight) -> lines.add(new Line(queue, weight)));
        this.inOrder = inOrder || lines.size() == 1;
    }

    /** How to share the next claim, the most deserving queue first; one without a quota gives what is left. */
    List<Share> divide(int limit) {
        if (inOrder) {
            return strictly(limit);
        }
        lines.sort(BY_PASS);
        lines.forEach(line -> {
            line.planned = line.pass;
            line.quota = 0;
        });
        for (int i = 0; i < limit; i++) {
            Line next = lines.get(0);
            for (Line line : lines) {
                next = line.planned < next.planned ? line : next;
            }
            next.quota++;
            next.planned += next.stride;
        }
        return lines.stream().map(line -> new Share(line.queue, line.quota)).toList();
    }

    private List<Share> strictly(int limit) {
        List<Share> shares = new ArrayList<>(lines.size());
        for (Line line : lines) {
            shares.add(new Share(line.queue, shares.isEmpty() ? limit : 0));
        }
        return shares;
    }

    /** Charges the queues for what they gave. */
    void charge(List<Claimed> claimed) {
        if (inOrder || claimed.isEmpty()) {
            return;
        }
        for (Line line : lines) {
            line.quota = 0;
        }
        for (Claimed job : claimed) {
            for (Line line : lines) {
                if (line.queue.equals(job.lease().queue())) {
                    line.quota++;
                    line.pass += line.stride;
                }
            }
        }
        double behind = lines.stream()
                .filter(line -> line.quota > 0)
                .mapToDouble(line -> line.pass - line.quota * line.stride)
                .min()
                .orElse(0);
        for (Line line : lines) {
            line.pass = Math.max(line.pass, behind) - behind;
        }
    }
}
