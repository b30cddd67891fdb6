package io.jobq.internal;

import io.jobq.WorkerInfo;
import io.jobq.operations.WorkerOrder;
import io.jobq.operations.WorkerRegistry;
import io.jobq.spi.Durations;
import io.jobq.spi.JobStore;
import io.jobq.spi.Registry;
import io.jobq.spi.RenewResult;
import io.jobq.spi.Report;
import io.jobq.spi.Storage;
import io.jobq.spi.SweepResult;
import io.jobq.spi.WorkerLease;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what a worker holds: renews its leases and delivers what handlers have reported, says that the worker lives, obeys
 * its orders, and does the storage's housekeeping. {@link #tick()} is called about twice a second by one thread.
 */
final class LeaseKeeper {
    private static final Logger log = LoggerFactory.getLogger(LeaseKeeper.class);
    private static final int SWEEP_LIMIT = 1_000;
    private static final Duration LONGEST = Duration.ofMillis(500);

    private final JobStore store;
    private final Registry registry;
    private final WorkerLease worker;
    private final Collection<Attempt> held;
    private final Supplier<WorkerInfo> info;
    private final WorkerRegistry workers;
    private final Consumer<WorkerOrder> orders;
    private final HoldingLog holding;
    private final Duration turn;
    /** In so many ticks to come every lease is renewed. */
    private final AtomicInteger thorough = new AtomicInteger();

    private long renewedNanos;
    private @Nullable Look announced;

    /** What others shall know at once, and not only when leases are renewed. */
    private record Look(WorkerInfo.State state, int slots) {}

    LeaseKeeper(
            Storage storage,
            WorkerLease worker,
            Collection<Attempt> held,
            Supplier<WorkerInfo> info,
            Consumer<WorkerOrder> orders) {
        this.store = storage.jobs();
        this.registry = storage.registry();
        this.workers = new WorkerRegistry(storage.registry());
        this.orders = orders;
        this.holding = new HoldingLog(storage);
        this.worker = worker;
        this.held = held;
        this.info = info;
        this.turn = interval().multipliedBy(4).dividedBy(5); // less than a tick, or every other would be missed
        this.renewedNanos = System.nanoTime() - Durations.nanos(worker.leaseTime());
    }

    /**
     * How often to tick: often enough that a lease is renewed twice before it runs out, and that jobs of a dead worker are
     * taken back within a second after that, even if it died during its turn at sweeping.
     */
    Duration interval() {
        Duration third = worker.leaseTime().dividedBy(3);
        return third.compareTo(LONGEST) < 0 ? third : LONGEST;
    }

    /**
     * Signals may have been lost, so the storage is asked about every attempt at the next tick, and at the one after it about
     * those whose claims are under way now.
     */
    void doubtAll() {
        thorough.set(2);
    }

    /**
     * Renews when a third of the lease has passed, and what is doubted at once; delivers words, obeys orders and sweeps each
     * time. Never throws.
     */
    void tick() {
        attempt("renew leases", this::renew);
        attempt("obey its orders", () -> workers.obey(worker.worker(), orders));
        attempt("sweep", this::sweep);
    }

    private void renew() {
        long now = System.nanoTime();
        boolean due = now - renewedNanos
                >= Durations.nanos(worker.leaseTime()) / 3
                        - Duration.ofMillis(50).toNanos();
        boolean all = thorough.getAndUpdate(ticks -> Math.max(0, ticks - 1)) > 0 || due;
        List<Attempt> reporting = new ArrayList<>();
        List<Report> reports = new ArrayList<>();
        for (Attempt attempt : held) {
            Report.Words words = attempt.takeWords();
            if (attempt.takeDoubt() || all || !words.equals(Report.NOTHING)) {
                reporting.add(attempt);
                reports.add(new Report(attempt.lease(), words));
            }
        }
        if (!reports.isEmpty()) {
            deliver(reporting, reports);
        }
        announce(due);
        if (due) {
            renewedNanos = now;
        }
    }

    private void announce(boolean due) {
        WorkerInfo now = info.get();
        Look look = new Look(now.state(), now.slots().total());
        if (now.state() != WorkerInfo.State.STOPPED && (due || !look.equals(announced))) {
            workers.announce(now, worker.leaseTime());
            announced = look;
        }
    }

    private void deliver(List<Attempt> attempts, List<Report> reports) {
        try {
            List<RenewResult> results = store.renew(worker, reports);
            for (int i = 0; i < results.size(); i++) {
                obey(attempts.get(i), results.get(i));
            }
        } catch (RuntimeException failed) {
            for (int i = 0; i < reports.size(); i++) {
                attempts.get(i).restoreWords(reports.get(i).words());
                attempts.get(i).doubt();
            }
            throw failed;
        }
    }

    private static void obey(Attempt attempt, RenewResult result) {
        if (result == RenewResult.CANCEL_REQUESTED) {
            attempt.stop(Attempt.Stop.CANCELLED);
        } else if (result == RenewResult.LOST && !attempt.isSettled() && attempt.stopped() != Attempt.Stop.LOST) {
            log.warn(
                    "{}: its lease is lost, after {} ms; another worker may run it",
                    attempt,
                    attempt.age().toMillis());
            attempt.stop(Attempt.Stop.LOST);
        }
    }

    /** Workers take turns: with a hundred of them the storage is swept twice a second all the same. */
    private void sweep() {
        if (!registry.put(new Registry.Entry("turn", "sweep", "{}", 0), 0, turn)) {
            return;
        }
        SweepResult swept = store.sweep(SWEEP_LIMIT);
        if (swept.reclaimed() > 0) {
            log.warn("{} jobs were taken back from workers that have not renewed their leases", swept.reclaimed());
        }
        holding.takeTurn();
    }

    /** Takes the worker off the list. */
    void signOff() {
        attempt("sign off", () -> workers.signOff(worker.worker()));
    }

    private void attempt(String what, Runnable call) {
        try {
            call.run();
        } catch (Throwable failed) { // an Error too: the next tick must come
            if (Thread.currentThread().isInterrupted()) {
                log.debug("worker {} stopped in the middle of: {}", worker.worker(), what, failed);
            } else {
                log.warn("worker {} could not {}; it will try again", worker.worker(), what, failed);
            }
        }
    }
}
