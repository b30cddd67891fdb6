package io.jobq.system;

import io.jobq.JobHandler;
import io.jobq.scheduler.Scheduled;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What annotated handlers say, before anything is made of them.
 *
 * @param types that they handle; empty if the handlers are not known
 * @param formerTypes other names of these types
 * @param schedules by name, the {@link Scheduled} method
 * @param scheduled the handlers that have such methods
 */
record HandlerAnnotations(
        Set<String> types, Set<String> formerTypes, Map<String, String> schedules, List<Object> scheduled) {
    /** Of handlers that only code knows. */
    static final HandlerAnnotations NONE = new HandlerAnnotations(Set.of(), Set.of(), Map.of(), List.of());

    static HandlerAnnotations of(Object... handlers) {
        Set<String> types = new LinkedHashSet<>();
        Set<String> formerTypes = new LinkedHashSet<>();
        Map<String, String> schedules = new LinkedHashMap<>();
        List<Object> scheduled = new ArrayList<>();
        for (Object handler : handlers) {
            methods(handler.getClass(), JobHandler.class).stream()
                    .map(each -> each.getAnnotation(JobHandler.class))
                    .forEach(each -> {
                        types.add(each.value());
                        formerTypes.addAll(List.of(each.aliases()));
                    });
            Collection<Method> methods = methods(handler.getClass(), Scheduled.class);
            methods.forEach(each ->
                    schedules.put(scheduleOf(each), each.getDeclaringClass().getName() + "." + each.getName()));
            if (!methods.isEmpty()) {
                scheduled.add(handler);
            }
        }
        return new HandlerAnnotations(types, formerTypes, schedules, scheduled);
    }

    boolean handle(String type) {
        return types.contains(type) || formerTypes.contains(type);
    }

    private static String scheduleOf(Method method) {
        String name = method.getAnnotation(Scheduled.class).name();
        @Nullable JobHandler handler = method.getAnnotation(JobHandler.class);
        return name.isEmpty() && handler != null ? handler.value() : name;
    }

    /** Own and inherited ones; an override hides what it overrides. */
    private static Collection<Method> methods(Class<?> ofHandler, Class<? extends Annotation> annotation) {
        Map<String, Method> found = new LinkedHashMap<>();
        for (Class<?> type = ofHandler; type != null; type = type.getSuperclass()) {
            for (Method method : type.getDeclaredMethods()) {
                if (method.isAnnotationPresent(annotation) && !method.isBridge()) {
                    found.putIfAbsent(method.getName() + Arrays.toString(method.getParameterTypes()), method);
                }
            }
        }
        return found.values();
    }
}
