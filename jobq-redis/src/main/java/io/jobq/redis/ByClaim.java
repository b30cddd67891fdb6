package io.jobq.redis;

import io.jobq.JobId;
import io.jobq.spi.Lease;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Leases sorted by the claim that gave them, since those are handled together. */
final class ByClaim {
    /** Nonces are long, so they are written short. */
    static final int RADIX = 36;

    private final Map<String, Claim> claims = new LinkedHashMap<>();

    /** What there is of one claim. */
    private record Claim(List<String> jobs, List<Integer> indexes) {}

    /** The claim that gave a lease, as scripts know it. */
    static String name(Lease lease) {
        return lease.token() + "-" + Long.toString(lease.nonce(), RADIX);
    }

    /** The lease that a claim gave on a job. */
    static Lease lease(QueueKeys queue, JobId job, String claim) {
        int dash = claim.indexOf('-');
        return new Lease(queue.queue(), job, token(claim), Long.parseLong(claim, dash + 1, claim.length(), RADIX));
    }

    /** The token of a claim, or of one that is known by that alone. */
    static long token(String claim) {
        int dash = claim.indexOf('-');
        return Long.parseLong(claim, 0, dash < 0 ? claim.length() : dash, 10);
    }

    /** Adds a lease, and where in the caller's list it stands. */
    void add(int index, Lease lease) {
        Claim claim = claims.computeIfAbsent(name(lease), none -> new Claim(new ArrayList<>(), new ArrayList<>()));
        claim.jobs.add(lease.job().toString());
        claim.indexes.add(index);
    }

    /** The same in parts of about so many leases; those of one claim stay together. */
    List<ByClaim> parts(int size) {
        List<ByClaim> parts = new ArrayList<>();
        int count = size;
        for (Map.Entry<String, Claim> each : claims.entrySet()) {
            if (count >= size) {
                parts.add(new ByClaim());
                count = 0;
            }
            parts.get(parts.size() - 1).claims.put(each.getKey(), each.getValue());
            count += each.getValue().jobs.size();
        }
        return parts;
    }

    /** The number of claims, and of each its name, the number of its jobs, and their ids. */
    void addTo(Args args) {
        args.add(claims.size());
        claims.forEach((name, claim) -> {
            args.add(name).add(claim.jobs.size());
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
