package io.jobq.scheduler;

import io.jobq.Job;
import io.jobq.JobContext;
import io.jobq.JobHandler;
import java.lang.reflect.Method;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Finds {@link Scheduled} methods on an object and makes schedules of them, or says what is wrong with them. */
final class AnnotatedSchedules {
    private static final String DEFAULT_QUEUE = "default";

    private AnnotatedSchedules() {}

    /**
     * The schedules of an object.
     *
     * @param queueOf the queue that the system has for a type, {@code default} also if it does not know the type
     */
    static List<Schedule> of(Object instance, UnaryOperator<String> queueOf) {
        List<Schedule> found = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (Class<?> type = instance.getClass(); type != null && type != Object.class; type = type.getSuperclass()) {
            for (Method method : type.getDeclaredMethods()) {
                String signature = method.getName() + Arrays.toString(method.getParameterTypes());
                if (method.isAnnotationPresent(Scheduled.class) && !method.isBridge() && seen.add(signature)) {
                    found.add(schedule(method, queueOf));
                }
            }
        }
        if (found.isEmpty()) {
            throw new IllegalArgumentException(
                    instance.getClass().getName() + " has no method annotated with @Scheduled");
        }
        return found;
    }

    private static Schedule schedule(Method method, UnaryOperator<String> queueOf) {
        try {
            JobHandler handler = method.getAnnotation(JobHandler.class);
            boolean fits = Arrays.stream(method.getParameterTypes()).allMatch(each -> each == JobContext.class);
            if (handler == null || !fits) {
                throw new IllegalArgumentException(
                        "must be a @JobHandler that takes nothing, or the JobContext; schedule jobs with a payload by"
                                + " Scheduler.schedule(…)");
            }
            return schedule(method.getAnnotation(Scheduled.class), handler, queueOf.apply(handler.value()));
        } catch (IllegalArgumentException | DateTimeException wrong) {
            throw new IllegalArgumentException(
                    "@Scheduled method " + method.getDeclaringClass().getName() + "." + method.getName() + ": "
                            + wrong.getMessage(),
                    wrong);
        }
    }

    private static Schedule schedule(Scheduled annotation, JobHandler handler, String configured) {
        String name = annotation.name().isEmpty() ? handler.value() : annotation.name();
        Timetable timetable = Timetable.of(trigger(annotation)).jitter(Duration.parse(annotation.jitter()));
        return Schedule.of(name, timetable, Job.of(handler.value()))
                .queue(configured.equals(DEFAULT_QUEUE) ? handler.queue() : configured)
                .misfire(misfire(annotation))
                .overlap(annotation.overlap());
    }

    private static Trigger trigger(Scheduled annotation) {
        if (annotation.cron().isEmpty() == annotation.every().isEmpty()) {
            throw new IllegalArgumentException("one of cron and every must be given, and not both");
        }
        return annotation.cron().isEmpty()
                ? Interval.every(Duration.parse(annotation.every()), Instant.EPOCH)
                : Cron.of(annotation.dialect(), annotation.cron(), ZoneId.of(annotation.zone()));
    }

    private static Misfire misfire(Scheduled annotation) {
        return switch (annotation.misfire()) {
            case SKIP -> Misfire.skip();
            case RUN_ONCE -> Misfire.runOnce();
            case CATCH_UP -> Misfire.catchUp(annotation.catchUp());
        };
    }
}
