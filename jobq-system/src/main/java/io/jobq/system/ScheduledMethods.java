package io.jobq.system;

import io.jobq.JobHandler;
import io.jobq.scheduler.Scheduled;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The {@link Scheduled} methods of handlers, before anything is made of them.
 *
 * @param methods by the name of their schedule
 * @param handlers that have such methods
 */
record ScheduledMethods(Map<String, String> methods, List<Object> handlers) {
    static ScheduledMethods of(Object... handlers) {
        Map<String, String> methods = new LinkedHashMap<>();
        List<Object> scheduled = new ArrayList<>();
        for (Object handler : handlers) {
            Map<String, String> found = of(handler.getClass());
            methods.putAll(found);
            if (!found.isEmpty()) {
                scheduled.add(handler);
            }
        }
        return new ScheduledMethods(methods, scheduled);
    }

    /** Own and inherited ones; an override hides what it overrides. */
    private static Map<String, String> of(Class<?> ofHandler) {
        Map<String, String> found = new LinkedHashMap<>();
        Set<String> seen = new HashSet<>();
        for (Class<?> type = ofHandler; type != null; type = type.getSuperclass()) {
            for (Method method : type.getDeclaredMethods()) {
                String signature = method.getName() + Arrays.toString(method.getParameterTypes());
                if (method.isAnnotationPresent(Scheduled.class) && !method.isBridge() && seen.add(signature)) {
                    found.put(nameOf(method), type.getName() + "." + method.getName());
                }
            }
        }
        return found;
    }

    private static String nameOf(Method method) {
        String name = method.getAnnotation(Scheduled.class).name();
        JobHandler handler = method.getAnnotation(JobHandler.class);
        return name.isEmpty() && handler != null ? handler.value() : name;
    }
}
