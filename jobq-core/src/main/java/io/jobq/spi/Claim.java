package io.jobq.spi;

import java.util.List;
import java.util.Set;

/**
 * What a worker wants from an exchange.
 *
 * @param worker who claims
 * @param shares the queues to claim from; first each gives up to its quota, then what is left of the limit is taken
 *     from them in the order listed, so that no slot stays empty while a queue has work
 * @param limit at most this many jobs in all; 0 settles only
 * @param knows job types whose parked jobs shall become ready again, because this worker has a handler for them
 */
public record Claim(WorkerLease worker, List<Share> shares, int limit, Set<String> knows) {
    /**
     * A queue and how many jobs it should give first.
     *
     * @param queue the queue's name
     * @param quota 0 or more
     */
    public record Share(String queue, int quota) {}
}
