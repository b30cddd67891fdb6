package io.jobq.internal;

import io.jobq.JobHandler;
import io.jobq.spi.Registry;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says in the log what a system with workers was told, and will not do. */
final class Omissions {
    private static final Logger log = LoggerFactory.getLogger(Omissions.class);
    /** Of another module, which this one does not know. */
    private static final String SCHEDULED = "io.jobq.scheduler.Scheduled";

    private final TypeRegistry types;
    private final Set<String> servedQueues;

    Omissions(TypeRegistry types, Set<String> servedQueues) {
        this.types = types;
        this.servedQueues = servedQueues;
    }

    /** Says what is known at the start. */
    void say() {
        sayWhichHandlersAreIdle();
        Set<String> withoutHandler = new TreeSet<>(types.withoutHandler());
        if (!withoutHandler.isEmpty() && !types.isEmpty()) {
            log.warn(
                    "options are given for types {}, for which no handler is here, so they matter only to jobs that are enqueued"
                            + " here; is each name spelt right? There are handlers for {}",
                    withoutHandler,
                    types.handled().keySet());
        }
    }

    /** A queue may be left to other processes on purpose, so this is not refused. */
    private void sayWhichHandlersAreIdle() {
        Map<String, List<String>> unserved = new TreeMap<>();
        types.handled().forEach((type, options) -> {
            if (!servedQueues.contains(options.queue())) {
                unserved.computeIfAbsent(options.queue(), first -> new ArrayList<>())
                        .add(type);
            }
        });
        unserved.forEach((queue, idle) -> log.warn(
                "no worker of this system claims from queue '{}', where jobs of {} go, for which it has handlers; add the queue to"
                        + " the queues of a worker, {}, unless other processes are to run them",
                queue,
                idle,
                servedQueues));
    }

    /** Says which methods are marked to be scheduled though no schedule of their name is stored; for when there was time to. */
    void sayWhatIsNotScheduled(Registry registry) {
        for (Method method : scheduledMethods()) {
            String schedule = scheduleOf(method);
            if (registry.find("schedule", schedule).isEmpty()) {
                log.warn(
                        "{}.{} is @Scheduled, but there is no schedule '{}', so it does not tick; start a Scheduler and give its"
                                + " schedules(…) the object",
                        method.getDeclaringClass().getName(),
                        method.getName(),
                        schedule);
            }
        }
    }

    /** Methods of annotated handlers that are marked to be scheduled. */
    List<Method> scheduledMethods() {
        List<Method> found = new ArrayList<>();
        for (Class<?> handler : types.annotated()) {
            for (Class<?> type = handler; type != null; type = type.getSuperclass()) {
                Arrays.stream(type.getDeclaredMethods())
                        .filter(each -> !scheduleOf(each).isEmpty())
                        .forEach(found::add);
            }
        }
        return found;
    }

    private static String scheduleOf(Method method) {
        JobHandler handler = method.getAnnotation(JobHandler.class);
        for (Annotation each : handler == null ? new Annotation[0] : method.getAnnotations()) {
            if (each.annotationType().getName().equals(SCHEDULED)) {
                String name = nameOf(each);
                return name.isEmpty() ? handler.value() : name;
            }
        }
        return "";
    }

    private static String nameOf(Annotation scheduled) {
        try {
            return String.valueOf(scheduled.annotationType().getMethod("name").invoke(scheduled));
        } catch (ReflectiveOperationException another) {
            return "";
        }
    }
}
