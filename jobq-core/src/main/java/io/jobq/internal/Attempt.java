package io.jobq.internal;

import io.jobq.JobContext;
import io.jobq.JobId;
import io.jobq.JobQ;
import io.jobq.RetryPolicy;
import io.jobq.spi.Durations;
import io.jobq.spi.Exchange.Claimed;
import io.jobq.spi.JobOptions;
import io.jobq.spi.Lease;
import io.jobq.spi.Report;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One claimed job on its way through a slot. The slot's thread runs it; the lease keeper and the deadline watch may stop
 * it; whoever calls {@link #trySettle()} first speaks for it, so it is settled once even when its handler comes back
 * long after it was given up.
 */
final class Attempt implements JobContext {
    /** Why a handler should end before it is done. */
    enum Stop {
        CANCELLED,
        LOST,
        TIMED_OUT,
        SHUTDOWN
    }

    private static final int MAX_LINES = 100;
    private static final int MAX_LINE_LENGTH = 1_000;

    private final Claimed claimed;
    private final TypeDefinition type;
    private final RetryPolicy policy;
    private final JobQ jobq;

    private @Nullable Thread thread;
    private volatile @Nullable Stop stop;
    private long stopNanos;
    private boolean begun;
    private volatile long begunNanos;
    private long ranNanos = -1;
    private volatile boolean limited;
    private volatile long deadline;
    private boolean doubted;
    private boolean settled;
    private boolean returned;
    private Runnable onReturn = () -> {};
    private int percent = -1;
    private @Nullable String note;
    private List<String> lines = List.of();

    Attempt(Claimed claimed, TypeDefinition type, RetryPolicy policy, JobQ jobq) {
        this.claimed = claimed;
        this.type = type;
        this.policy = policy;
        this.jobq = jobq;
    }

    Claimed claimed() {
        return claimed;
    }

    Lease lease() {
        return claimed.lease();
    }

    TypeDefinition definition() {
        return type;
    }

    JobOptions options() {
        return claimed.job().job().options();
    }

    RetryPolicy policy() {
        return policy;
    }

    /** When a thread took it, by {@link System#nanoTime()}; read once, since clocks are not free. */
    long begunNanos() {
        return begunNanos;
    }

    /** How long since then; zero before. */
    Duration age() {
        return hasBegun() ? Duration.ofNanos(System.nanoTime() - begunNanos) : Duration.ZERO;
    }

    /**
     * The calling thread takes the job; an interrupt from now to {@link #leave()} is meant for it. False if the job was
     * settled before it came to that, and must not run.
     */
    synchronized boolean enter() {
        if (settled) {
            return false;
        }
        begun = true;
        begunNanos = System.nanoTime();
        thread = Thread.currentThread();
        if (stop != null) {
            Thread.currentThread().interrupt();
        }
        return true;
    }

    /** How long its handler ran; negative if it never did, or has not come back. */
    synchronized long ranNanos() {
        return ranNanos;
    }

    /** The calling thread is done with the job, and must not carry the job's interrupt into the next. */
    @SuppressWarnings("ThreadInterruptedIgnored")
    synchronized void leave() {
        thread = null;
        ranNanos = System.nanoTime() - begunNanos;
        boolean ignored = Thread.interrupted();
    }

    void deadline(long nanos) {
        deadline = nanos;
        limited = true;
    }

    void liftDeadline() {
        limited = false;
    }

    boolean hasDeadline() {
        return limited;
    }

    long deadline() {
        return deadline;
    }

    boolean isLate(long nowNanos) {
        return limited && deadline - nowNanos <= 0;
    }

    /** Tells the handler to end; the first reason given is the one that counts. */
    synchronized void stop(Stop reason) {
        if (stop == null) {
            stop = reason;
            stopNanos = System.nanoTime();
        }
        if (thread != null) {
            thread.interrupt();
        }
    }

    @Nullable
    Stop stopped() {
        return stop;
    }

    /** Whether it was told to stop longer ago than this, and its handler goes on all the same. */
    synchronized boolean hasIgnoredStopFor(Duration grace) {
        return thread != null && stop != null && System.nanoTime() - stopNanos > Durations.nanos(grace);
    }

    synchronized boolean hasBegun() {
        return begun;
    }

    synchronized boolean isSettled() {
        return settled;
    }

    /** True for the first caller only. */
    synchronized boolean trySettle() {
        boolean first = !settled;
        settled = true;
        return first;
    }

    /** Has something done when a handler that was given up comes back, or at once if it has. */
    synchronized void whenReturned(Runnable action) {
        if (returned) {
            action.run();
        } else {
            onReturn = action;
        }
    }

    /** A handler that was given up has come back. */
    synchronized void onReturn() {
        returned = true;
        onReturn.run();
    }

    /** Something may have been missed that concerns it: the storage is to be asked at the next tick. */
    synchronized void doubt() {
        doubted = true;
    }

    /** Whether it has been doubted since this was last asked. */
    synchronized boolean takeDoubt() {
        boolean was = doubted;
        doubted = false;
        return was;
    }

    /** What the handler has said since this was last asked. */
    synchronized Report.Words takeWords() {
        if (percent < 0 && note == null && lines.isEmpty()) {
            return Report.NOTHING;
        }
        Report.Words words = new Report.Words(percent, note, lines);
        percent = -1;
        note = null;
        lines = List.of();
        return words;
    }

    /** Takes words back that could not be delivered. */
    synchronized void restoreWords(Report.Words words) {
        if (percent < 0) {
            percent = words.percent();
        }
        if (note == null) {
            note = words.note();
        }
        List<String> all = new ArrayList<>(words.log());
        all.addAll(lines);
        lines = lastOf(all);
    }

    private static List<String> lastOf(List<String> lines) {
        return lines.size() <= MAX_LINES ? lines : List.copyOf(lines.subList(lines.size() - MAX_LINES, lines.size()));
    }

    @Override
    public JobId id() {
        return claimed.job().id();
    }

    @Override
    public String type() {
        return claimed.job().type();
    }

    @Override
    public String queue() {
        return claimed.job().queue();
    }

    @Override
    public int attempt() {
        return claimed.job().attempt();
    }

    @Override
    public int maxAttempts() {
        int own = options().maxAttempts();
        return own > 0 ? own : policy.maxAttempts();
    }

    @Override
    public Map<String, String> headers() {
        return options().headers();
    }

    @Override
    public @Nullable String tenant() {
        return options().tenant();
    }

    @Override
    public @Nullable String idempotencyKey() {
        return options().idempotencyKey();
    }

    @Override
    public Instant enqueuedAt() {
        return claimed.job().times().enqueued();
    }

    @Override
    public long fencingToken() {
        return lease().token();
    }

    @Override
    public boolean isCancelled() {
        return stop != null;
    }

    @Override
    public synchronized void progress(int done, @Nullable String what) {
        if (done < 0 || done > 100) {
            throw new IllegalArgumentException("progress must be 0 to 100 percent, but is " + done);
        }
        percent = done;
        if (what != null) {
            note = shortened(what);
        }
    }

    @Override
    public synchronized void log(String line) {
        List<String> more = new ArrayList<>(lines);
        more.add(shortened(line));
        lines = lastOf(more);
    }

    private static String shortened(String text) {
        return text.length() <= MAX_LINE_LENGTH ? text : text.substring(0, MAX_LINE_LENGTH - 1) + '…';
    }

    @Override
    public JobQ jobq() {
        return jobq;
    }

    @Override
    public String toString() {
        return "job " + id() + " of type '" + type() + "' in queue '" + queue() + "', attempt " + attempt();
    }
}
