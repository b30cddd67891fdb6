package io.jobq.memory;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Divides a level between tenants: start-time fair queueing (Goyal, Vin and Cheng: Start-time Fair Queueing, SIGCOMM 1996).
 * A job gets a start tag when it becomes ready, the later of the virtual time and its tenant's last finish tag; the lowest
 * tag is served first, and virtual time is the tag of whoever was served last. So a tenant with a long line is as far
 * behind as its line is long, one who comes anew starts where all others are, and nobody pays for how many tenants there
 * are. Jobs of no tenant share one line and get their tags when they are served. Used under the lock.
 */
final class TenantShares {
    /** What a job moves its tenant ahead by, in virtual time. */
    private static final long STRIDE = 10_000;
    /** Start tags take so many bits; who gets beyond that is served by age. */
    private static final long LATEST = (1L << 48) - 1;

    private static final int FEW = 1_000;

    private final Map<String, Long> finishes = new HashMap<>();
    /** The same for jobs that come back from limits, so that they need not wait behind what has come meanwhile. */
    private final Map<String, Long> returnFinishes = new HashMap<>();

    private int kept = FEW;
    private long virtual;
    private long nobodys;

    /** The start tag of a tenant's next job, which moves a heavier tenant ahead by less. */
    long start(String tenant, int weight) {
        return start(finishes, tenant, weight);
    }

    /** The start tag of the next job of a tenant, or of no tenant, that comes back from a limit. */
    long startAgain(@Nullable String tenant, int weight) {
        return start(returnFinishes, tenant == null ? "" : tenant, weight);
    }

    private long start(Map<String, Long> marks, String tenant, int weight) {
        long start = Math.max(virtual, marks.getOrDefault(tenant, 0L));
        marks.put(tenant, Math.min(LATEST, start + STRIDE / weight));
        if (marks.size() > 2 * kept) {
            finishes.values().removeIf(finish -> finish <= virtual);
            returnFinishes.values().removeIf(finish -> finish <= virtual);
            kept = Math.max(FEW, Math.max(finishes.size(), returnFinishes.size()));
        }
        return start;
    }

    /** Whether a job of no tenant is next, when the first of the others has this tag. */
    boolean isNobodysTurn(long first) {
        return Math.max(virtual, nobodys) <= first;
    }

    void served(long start) {
        virtual = Math.max(virtual, start);
    }

    void servedNobody() {
        virtual = Math.max(virtual, nobodys);
        nobodys = virtual + STRIDE;
    }

    /** No tenant waits, so all start anew. */
    void clear() {
        if (virtual + nobodys > 0 || !finishes.isEmpty() || !returnFinishes.isEmpty()) {
            finishes.clear();
            returnFinishes.clear();
            kept = FEW;
            virtual = 0;
            nobodys = 0;
        }
    }
}
