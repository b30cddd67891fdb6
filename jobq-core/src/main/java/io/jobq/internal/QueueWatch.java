package io.jobq.internal;

import io.jobq.Job;
import io.jobq.TypeOptions;
import io.jobq.spi.Registry;
import io.jobq.spi.Registry.Entry;
import io.jobq.spi.Storage;
import io.jobq.spi.StorageException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Says, once each, where this process takes queues to be otherwise than the fleet has them: a type whose workers expect its jobs in
 * another queue, and a queue that no worker claims from. Systems with workers write down in the registry which queue each of their
 * types has; what that says changes nothing here, so where jobs go is never a question of what was known when. All but {@link
 * #enqueued} is for the timer's thread.
 */
final class QueueWatch {
    private static final Logger log = LoggerFactory.getLogger(QueueWatch.class);
    private static final String KIND = "route";
    /** Routes of systems that are gone are forgotten after this. */
    private static final Duration KEPT = Duration.ofDays(1);

    private static final long FIRST_SECONDS = 1;
    private static final long EVERY_SECONDS = 10;
    /** So many types and queues are looked after, so that made-up names take no memory. */
    private static final int MOST = 1_000;

    private static final String NOT_STARTED = "this JobQ has a worker for it, but has not been started: call start()";

    /** What is stored of a type. */
    private record Route(String queue) {}

    /**
     * The workers of this system.
     *
     * @param queues what they claim from, once they run
     * @param started whether they do
     */
    record Own(Set<String> queues, BooleanSupplier started) {
        boolean serve(String queue) {
            return started.getAsBoolean() && queues.contains(queue);
        }

        boolean wouldServe(String queue) {
            return !started.getAsBoolean() && queues.contains(queue);
        }
    }

    private final Registry registry;
    private final UnservedLog unserved;
    private final TypeRegistry types;
    private final Own own;
    private final ScheduledExecutorService timer;
    private final JsonMapper mapper = JsonMapper.builder().build();

    private final AtomicBoolean looking = new AtomicBoolean();
    /** Types without a handler here, and queues without a worker here, that jobs went to; true once nothing more is to be said. */
    private final Map<String, Boolean> doneTypes = new ConcurrentHashMap<>();

    private final Map<String, Boolean> doneQueues = new ConcurrentHashMap<>();
    /** Queues that had no worker at the last look. */
    private Set<String> suspects = Set.of();

    QueueWatch(Storage storage, TypeRegistry types, Own own, ScheduledExecutorService timer) {
        this.registry = storage.registry();
        this.unserved = new UnservedLog(storage);
        this.types = types;
        this.own = own;
        this.timer = timer;
    }

    /** Notes where jobs go; mostly two look-ups in memory, and two more for each type that follows another. */
    void enqueued(String queue, List<Job> jobs) {
        boolean news = !jobs.isEmpty() && !own.serve(queue) && isNew(doneQueues, queue);
        String before = "";
        for (Job job : jobs) {
            String type = job.type();
            if (!type.equals(before)
                    && types.find(type) == null
                    && types.options(type).queue().equals(queue)) {
                news |= isNew(doneTypes, type);
            }
            before = type;
        }
        if (news && looking.compareAndSet(false, true) && !timer.isShutdown()) {
            timer.scheduleWithFixedDelay(this::lookCalmly, FIRST_SECONDS, EVERY_SECONDS, TimeUnit.SECONDS);
        }
    }

    private static boolean isNew(Map<String, Boolean> done, String name) {
        return !done.containsKey(name) && done.size() < MOST && done.putIfAbsent(name, false) == null;
    }

    private void lookCalmly() {
        try {
            look();
        } catch (StorageException away) {
            log.debug("the storage does not tell of queues and routes; it will be asked again", away);
        } catch (RuntimeException | Error failed) { // the next look must come
            log.warn("could not look whether the fleet agrees about queues; it will be tried again", failed);
        }
    }

    /** Looks at what is not settled yet. */
    void look() {
        Set<String> open = open(doneTypes);
        if (!open.isEmpty()) {
            Map<String, String> routes = routes();
            routes.keySet().retainAll(open);
            routes.forEach(this::compare);
        }
        lookAtQueues(open(doneQueues));
    }

    private static Set<String> open(Map<String, Boolean> done) {
        return done.entrySet().stream()
                .filter(each -> !each.getValue())
                .map(Map.Entry::getKey)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private void compare(String type, String theirs) {
        doneTypes.put(type, true);
        String ours = types.options(type).queue();
        if (!ours.equals(theirs)) {
            log.warn(
                    "jobs of type '{}' go to queue '{}' from here, but workers that have its handler expect them in '{}';"
                            + " say so here: JobQ.builder().type(\"{}\", type -> type.withQueue(\"{}\"))",
                    type,
                    ours,
                    theirs,
                    type,
                    theirs);
        }
    }

    /** Says it at the second look, since workers may be about to start. */
    private void lookAtQueues(Set<String> open) {
        Set<String> served = open.isEmpty() ? Set.of() : unserved.served();
        Set<String> without = new TreeSet<>();
        for (String queue : open) {
            if (served.contains(queue) || own.serve(queue)) {
                doneQueues.put(queue, true);
            } else if (suspects.contains(queue)) {
                doneQueues.put(queue, true);
                unserved.say(queue, "jobs from here are", own.wouldServe(queue) ? NOT_STARTED : UnservedLog.ADVICE);
            } else {
                without.add(queue);
            }
        }
        suspects = without;
    }

    private Map<String, String> routes() {
        Map<String, String> routes = new HashMap<>();
        for (Entry entry : registry.list(KIND)) {
            queueOf(entry).ifPresent(queue -> routes.put(entry.key(), queue));
        }
        return routes;
    }

    private Optional<String> queueOf(Entry entry) {
        try {
            return Optional.of(mapper.readValue(entry.json(), Route.class).queue());
        } catch (JacksonException ofAnotherVersion) {
            return Optional.empty();
        }
    }

    /** Begins to write down which queue each type has that has a handler here, now and then again, so that it is not forgotten. */
    void keepRoutes() {
        long again = KEPT.dividedBy(24).toSeconds();
        timer.scheduleWithFixedDelay(this::writeCalmly, 0, again, TimeUnit.SECONDS);
    }

    private void writeCalmly() {
        try {
            writeRoutes();
        } catch (RuntimeException | Error failed) {
            log.debug("could not write down which queues types have; it will be tried again", failed);
        }
    }

    /** The last that writes wins, so that a deploy which changes a queue is not contradicted by what it replaces. */
    void writeRoutes() {
        Map<String, String> before = routes();
        for (Map.Entry<String, TypeOptions> type : types.handled().entrySet()) {
            String name = type.getKey();
            String ours = type.getValue().queue();
            String theirs = before.getOrDefault(name, ours);
            if (!theirs.equals(ours) && doneTypes.put(name, true) == null) {
                log.warn(
                        "the handler of type '{}' has queue '{}' here, but '{}' in another process; jobs go to either,"
                                + " depending on who enqueues them, until all processes have the same",
                        name,
                        ours,
                        theirs);
            }
            registry.put(
                    new Entry(KIND, name, mapper.writeValueAsString(new Route(ours)), 0), Registry.ANY_VERSION, KEPT);
        }
    }
}
