package io.jobq.redis;

import io.jobq.JobId;
import io.jobq.idempotency.IdempotencyStore;
import io.jobq.spi.Payload;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Idempotency records: a string per key, which Redis deletes by itself. */
final class RedisIdempotency implements IdempotencyStore {
    private final Calls calls;
    private final String prefix;

    RedisIdempotency(Calls calls, String prefix) {
        this.calls = calls;
        this.prefix = prefix + ":idempotency:";
    }

    @Override
    public Begun begin(String key, Run run, Duration hold) {
        Reply found = durably(Script.IDEMPOTENCY_BEGIN, key, args(run).add(ttl(hold)));
        return switch (found.text(0)) {
            case "started" -> new Started();
            case "running" -> new InFlight(by(found), Duration.ofMillis(found.number(3)));
            default -> new Completed(by(found), result(found));
        };
    }

    private static Run by(Reply found) {
        return new Run(JobId.parse(found.text(1)), found.number(2));
    }

    private static @Nullable Payload result(Reply found) {
        return found.isEmpty(3) ? null : new Payload((int) found.number(3), found.bytes(4));
    }

    @Override
    public boolean complete(String key, Run run, @Nullable Payload result, Duration retention) {
        Args args = args(run).add(ttl(retention));
        if (result == null) {
            args.add("").add("");
        } else {
            args.add(result.version()).add(result.data());
        }
        return durably(Script.IDEMPOTENCY_COMPLETE, key, args).number(0) == 1;
    }

    @Override
    public boolean abandon(String key, Run run) {
        CompletableFuture<Reply> reply = calls.link().run(Script.IDEMPOTENCY_ABANDON, keys(key), args(run));
        return calls.link().await(reply).number(0) == 1;
    }

    /** As settlements are: on as many replicas as are asked for, so that a failover does not repeat effects. */
    private Reply durably(Script script, String key, Args args) {
        return calls.link().await(calls.link().runDurably(script, keys(key), args));
    }

    private byte[][] keys(String key) {
        return new byte[][] {QueueKeys.bytes(prefix + IdempotencyStore.requireKey(key))};
    }

    private Args args(Run run) {
        return new Args().add(calls.clockShift()).add(run.job().toString()).add(run.token());
    }

    private static long ttl(Duration time) {
        return Math.max(1, Dues.millis(time));
    }
}
