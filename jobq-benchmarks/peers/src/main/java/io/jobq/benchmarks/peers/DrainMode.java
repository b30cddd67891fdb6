package io.jobq.benchmarks.peers;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** How fast a worker empties a backlog: from the first handler's start until all is settled, or the time is up. */
final class DrainMode implements TrialMode {
    private static final int BATCH = 1_000;
    /** Pollers may take a while to begin; that is not what is measured here. */
    private static final Duration TO_BEGIN = Duration.ofSeconds(30);

    private static final Duration TO_SETTLE = Duration.ofSeconds(10);

    private final Filler filler = new Filler();

    @Override
    public void run(Trial trial, JvmPeer peer, Report report) throws Exception {
        if (trial.number("warmup") > 0) {
            drain(trial, peer, trial.number("warmup"), trial.millis("warmup-limit"));
        }
        Drained drained = drain(trial, peer, trial.number("jobs"), trial.millis("limit"));
        report.figure("rate", drained.jobs() / (drained.nanos() / 1e9));
        report.figure("emptied", drained.emptied() ? 1 : 0);
    }

    private Drained drain(Trial trial, JvmPeer peer, int jobs, Duration limit) throws Exception {
        int work = trial.number("work-ms");
        AtomicLong began = new AtomicLong();
        AtomicLong done = new AtomicLong();
        Handling.set(job -> {
            if (began.get() == 0) {
                began.compareAndSet(0, System.nanoTime());
            }
            if (work > 0) {
                Patience.sleep(work);
            }
            done.incrementAndGet();
        });
        try (Session session = peer.open(trial.setup())) {
            filler.fill(session, jobs, BATCH, 1, Duration.ofMinutes(10));
            long backlog = session.unsettled(); // a warm-up whose time was up has left some
            System.gc();
            session.startWorker();
            if (!Patience.await(TO_BEGIN, () -> began.get() != 0)) {
                throw new UnavailableException("no job started within " + TO_BEGIN.toSeconds() + " s");
            }
            boolean emptied = Patience.await(limit, () -> done.get() >= backlog)
                    && Patience.await(TO_SETTLE, () -> session.unsettled() == 0);
            return new Drained(Math.min(done.get(), backlog), System.nanoTime() - began.get(), emptied);
        }
    }

    private record Drained(long jobs, long nanos, boolean emptied) {}
}
