package io.jobq.redis;

import io.jobq.spi.Lease;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Leases sorted by the claim that gave them, since those of one claim have the same token and are handled together. */
final class ByClaim {
    private final QueueKeys queue;
    private final Map<Long, Claim> claims = new LinkedHashMap<>();

    /** What there is of one claim. */
    private record Claim(List<String> jobs, List<Integer> indexes) {}

    ByClaim(QueueKeys queue) {
        this.queue = queue;
    }

    /** Adds a lease, and where in the caller's list it stands. */
    void add(int index, Lease lease) {
        Claim claim = claims.computeIfAbsent(lease.token(), none -> new Claim(new ArrayList<>(), new ArrayList<>()));
        claim.jobs.add(lease.job().toString());
        claim.indexes.add(index);
    }

    /** The same in parts of about so many leases; those of one claim stay together. */
    List<ByClaim> parts(int size) {
        List<ByClaim> parts = new ArrayList<>();
        int count = size;
        for (Map.Entry<Long, Claim> each : claims.entrySet()) {
            if (count >= size) {
                parts.add(new ByClaim(queue));
                count = 0;
            }
            parts.get(parts.size() - 1).claims.put(each.getKey(), each.getValue());
            count += each.getValue().jobs.size();
        }
        return parts;
    }

    /** The number of claims, and of each its token, the number of its jobs, and their ids. */
    void addTo(Args args) {
        args.add(claims.size());
        claims.forEach((token, claim) -> {
            args.add(queue.counter(token)).add(claim.jobs.size());
            claim.jobs.forEach(args::add);
        });
    }

    /** Where in the caller's list the leases stand, in the order in which they are added to arguments. */
    List<Integer> indexes() {
        List<Integer> all = new ArrayList<>();
        claims.values().forEach(claim -> all.addAll(claim.indexes));
        return all;
    }
}
