package io.jobq.redis;

import io.jobq.JobId;
import io.jobq.spi.Signal;
import io.jobq.spi.Signal.Kind;
import io.jobq.spi.StorageException;
import io.jobq.spi.Subscription;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hints over Redis' publish and subscribe: a channel of this instance's own, on which scripts wake it when it waits for
 * work, and one for all about each kind of change. The connection is made with the first listener and subscribes again
 * by itself after a break; listeners are told then, since nobody repeats what was said meanwhile. Who finished is only said while somebody wants to know, and says so every few seconds.
 *
 * <p>Workers hear of jobs from their own process before Redis does, and ask for them at once: on the same connection their
 * question comes right behind the jobs, which saves a round trip and three changes of thread.
 */
final class RedisSignals implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RedisSignals.class);
    private static final int WANTED_EVERY_SECONDS = 3;

    private record Listener(Set<Kind> kinds, Consumer<Signal> hint) {}

    private final Calls calls;
    private final Queues queues;
    private final String prefix;
    private final String instance = UUID.randomUUID().toString();
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private final Set<String> wanting = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService thread;
    private @Nullable StatefulRedisPubSubConnection<String, String> connection;

    private volatile boolean finishedWanted;

    RedisSignals(Calls calls, Queues queues, String prefix) {
        this.calls = calls;
        this.queues = queues;
        this.prefix = prefix;
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, task -> {
            Thread made = new Thread(null, task, "jobq-redis-signals", 0, false);
            made.setDaemon(true);
            return made;
        });
        executor.setRemoveOnCancelPolicy(true);
        this.thread = executor;
    }

    /** The name under which scripts know this process. */
    String instance() {
        return instance;
    }

    Subscription listen(Set<Kind> kinds, Consumer<Signal> hint) {
        connect();
        Listener listener = new Listener(Set.copyOf(kinds), hint);
        listeners.add(listener);
        if (kinds.contains(Kind.FINISHED)) {
            wantFinished();
        }
        return () -> listeners.remove(listener);
    }

    private synchronized void connect() {
        if (connection != null) {
            return;
        }
        StatefulRedisPubSubConnection<String, String> made = calls.link().subscriber();
        AtomicBoolean first = new AtomicBoolean(true);
        made.addListener(new RedisPubSubAdapter<>() {
            @Override
            public void message(String channel, String message) {
                execute(() -> heard(channel, message));
            }

            @Override
            public void subscribed(String channel, long count) {
                if (channel.endsWith(":cancel") && !first.compareAndSet(true, false)) {
                    execute(() -> tell(new Signal(Kind.RESUMED, "", List.of())));
                }
            }
        });
        try {
            calls.link()
                    .await(made.async()
                            .subscribe(
                                    prefix + ":wake:" + instance,
                                    prefix + ":ready",
                                    prefix + ":cancel",
                                    prefix + ":finished"));
        } catch (StorageException away) {
            made.closeAsync();
            throw away;
        }
        connection = made;
    }

    /** A worker of this process could have taken more jobs than the queue had. */
    void wanting(String queue) {
        wanting.add(queue);
    }

    /** Jobs for the queue are on their way to Redis. Cheap when no worker of this process waits for them. */
    void sent(String queue) {
        if (wanting.remove(queue)) {
            tell(new Signal(Kind.READY, queue, List.of()));
        }
    }

    /** Never on a thread of Lettuce's: a listener may call the storage, and would wait there for itself. */
    private void execute(Runnable task) {
        try {
            thread.execute(task);
        } catch (RejectedExecutionException closed) {
            log.debug("a hint came after the storage was closed");
        }
    }

    private void heard(String channel, String message) {
        Kind kind = channel.endsWith(":finished")
                ? Kind.FINISHED
                : channel.endsWith(":cancel") ? Kind.CANCEL_REQUESTED : Kind.READY;
        if (listeners.stream().noneMatch(each -> each.kinds().contains(kind))) {
            return;
        }
        tell(parse(kind, message));
    }

    private void tell(Signal signal) {
        for (Listener listener : listeners) {
            if (listener.kinds().contains(signal.kind())) {
                tell(listener, signal);
            }
        }
    }

    private static void tell(Listener listener, Signal signal) {
        try {
            listener.hint().accept(signal);
        } catch (RuntimeException broken) {
            log.warn("a listener failed on {}", signal, broken);
        }
    }

    /** Ids of 36 characters and the queue, which may hold anything, each with a space between. */
    private static Signal parse(Kind kind, String message) {
        List<JobId> jobs = new ArrayList<>();
        int at = 0;
        while (kind != Kind.READY && isId(message, at)) {
            jobs.add(JobId.parse(message.substring(at, at + 36)));
            at += 37;
        }
        return new Signal(kind, message.substring(at), jobs);
    }

    private static boolean isId(String message, int at) {
        return message.length() > at + 36 && message.charAt(at + 36) == ' ' && message.charAt(at + 8) == '-';
    }

    private synchronized void wantFinished() {
        wantFinishedNow();
        if (!finishedWanted) {
            finishedWanted = true;
            var unused = thread.scheduleWithFixedDelay(
                    this::refresh, WANTED_EVERY_SECONDS, WANTED_EVERY_SECONDS, TimeUnit.SECONDS);
        }
    }

    private void refresh() {
        try {
            if (listeners.stream().anyMatch(each -> each.kinds().contains(Kind.FINISHED))) {
                wantFinishedNow();
            }
        } catch (StorageException away) {
            log.debug("will ask again for who finished", away);
        }
    }

    private void wantFinishedNow() {
        List<CompletableFuture<Reply>> answers = queues.everywhere().stream()
                .map(queue -> calls.send(Script.FEED, queue, new Args()))
                .toList();
        answers.forEach(calls.link()::await);
    }

    /** A queue has its first job from here. */
    void appeared(String queue) {
        if (finishedWanted) {
            queues.of(queue).forEach(place -> calls.call(Script.FEED, place, new Args()));
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
        listeners.clear();
        synchronized (this) {
            if (connection != null) {
                connection.close();
            }
        }
    }
}
