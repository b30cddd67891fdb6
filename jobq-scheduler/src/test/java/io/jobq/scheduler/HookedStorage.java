package io.jobq.scheduler;

import io.jobq.spi.Claim;
import io.jobq.spi.Exchange;
import io.jobq.spi.InsertResult;
import io.jobq.spi.JobAdmin;
import io.jobq.spi.JobStore;
import io.jobq.spi.NewJob;
import io.jobq.spi.Registry;
import io.jobq.spi.RenewResult;
import io.jobq.spi.Report;
import io.jobq.spi.Settlement;
import io.jobq.spi.Signal;
import io.jobq.spi.Storage;
import io.jobq.spi.StorageException;
import io.jobq.spi.Subscription;
import io.jobq.spi.SweepResult;
import io.jobq.spi.WorkerLease;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A storage whose caller is held up at a chosen moment, or does not get the answer. */
final class HookedStorage implements Storage {
    private final Storage storage;
    private @Nullable Runnable hook;
    private boolean lose;
    private int callsUntilHook;
    private @Nullable Runnable registryHook;
    private volatile Runnable eachRegistryCall = () -> {};
    private int cutAfter;
    private @Nullable Runnable atCut;

    HookedStorage(Storage storage) {
        this.storage = storage;
    }

    /** What happens before the next insert. */
    void beforeInsert(Runnable action) {
        hook = action;
    }

    void loseNextAnswer() {
        lose = true;
    }

    /** What happens before one of the next calls of the registry, 1 for the next. */
    void beforeRegistryCall(int call, Runnable action) {
        callsUntilHook = call;
        registryHook = action;
    }

    /** What happens before each call of the registry from now on, by any thread. */
    void beforeEachRegistryCall(Runnable action) {
        eachRegistryCall = action;
    }

    /** What happens when so many more jobs have been stored, in one insert or several. */
    void cutInsertsAfter(int jobs, Runnable action) {
        cutAfter = jobs;
        atCut = action;
    }

    @Override
    public JobStore jobs() {
        return new Jobs(storage.jobs());
    }

    @Override
    public JobAdmin admin() {
        return storage.admin();
    }

    @Override
    public Registry registry() {
        Registry real = storage.registry();
        return (Registry) Proxy.newProxyInstance(
                Registry.class.getClassLoader(), new Class<?>[] {Registry.class}, (proxy, method, arguments) -> {
                    callOfRegistry();
                    try {
                        return method.invoke(real, arguments);
                    } catch (InvocationTargetException failed) {
                        throw failed.getCause();
                    }
                });
    }

    private void callOfRegistry() {
        eachRegistryCall.run();
        Runnable now = registryHook;
        if (now != null && --callsUntilHook == 0) {
            registryHook = null;
            now.run();
        }
    }

    @Override
    public void close() {}

    private final class Jobs implements JobStore {
        private final JobStore jobs;

        Jobs(JobStore jobs) {
            this.jobs = jobs;
        }

        @Override
        public List<InsertResult> insert(List<NewJob> added) {
            Runnable now = hook;
            hook = null;
            if (now != null) {
                now.run();
            }
            List<InsertResult> results = atCut == null ? jobs.insert(added) : insertInTwo(added, atCut);
            if (lose) {
                lose = false;
                throw new StorageException("the answer was lost");
            }
            return results;
        }

        private List<InsertResult> insertInTwo(List<NewJob> added, Runnable between) {
            int first = Math.min(cutAfter, added.size());
            List<InsertResult> results = new ArrayList<>(jobs.insert(added.subList(0, first)));
            cutAfter -= first;
            if (cutAfter > 0) {
                return results;
            }
            atCut = null;
            between.run();
            results.addAll(jobs.insert(added.subList(first, added.size())));
            return results;
        }

        @Override
        public Exchange exchange(List<Settlement> done, Claim want) {
            return jobs.exchange(done, want);
        }

        @Override
        public List<RenewResult> renew(WorkerLease worker, List<Report> held) {
            return jobs.renew(worker, held);
        }

        @Override
        public SweepResult sweep(int limit) {
            return jobs.sweep(limit);
        }

        @Override
        public Subscription listen(Set<Signal.Kind> kinds, Consumer<Signal> hint) {
            return jobs.listen(kinds, hint);
        }
    }
}
