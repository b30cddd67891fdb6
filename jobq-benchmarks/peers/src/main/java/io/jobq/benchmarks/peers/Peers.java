package io.jobq.benchmarks.peers;

import java.util.List;

/** All libraries, JobQ first. */
final class Peers {
    static final List<Peer> ALL =
            List.of(new JobQPeer(), new BullMqPeer(), new RedissonPeer(), new DbSchedulerPeer(), new JobRunrPeer());

    private Peers() {}

    static Peer named(String name) {
        return ALL.stream()
                .filter(peer -> peer.name().equalsIgnoreCase(name))
                .findFirst()
                .orElseThrow(() -> new UnavailableException("there is no library '" + name + "' here, only "
                        + ALL.stream().map(Peer::name).toList()));
    }
}
