package io.jobq.internal;

import io.jobq.JobContext;
import io.jobq.JobHandler;
import io.jobq.ResultHandler;
import io.jobq.RetryPolicy;
import io.jobq.TypeOptions;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds {@link JobHandler} methods on an object and makes handlers of them, or says what is wrong with them. */
final class AnnotatedHandlers {
    private static final Duration LONGEST_BACKOFF = Duration.ofHours(1);

    private AnnotatedHandlers() {}

    static void register(Object instance, RetryPolicy systemRetry, TypeRegistry registry) {
        Map<String, Method> methods = annotatedMethods(instance.getClass());
        if (methods.isEmpty()) {
            throw new IllegalArgumentException(instance.getClass().getName()
                    + " has no method annotated with @JobHandler; pass instances that have one to handlers(…)");
        }
        methods.values().forEach(method -> registerMethod(instance, method, systemRetry, registry));
    }

    /** Own and inherited methods; an override hides what it overrides. */
    private static Map<String, Method> annotatedMethods(Class<?> ofInstance) {
        Map<String, Method> found = new LinkedHashMap<>();
        for (Class<?> c = ofInstance; c != null && c != Object.class; c = c.getSuperclass()) {
            for (Method method : c.getDeclaredMethods()) {
                if (method.isAnnotationPresent(JobHandler.class) && !method.isBridge()) {
                    String signature = method.getName() + java.util.Arrays.toString(method.getParameterTypes());
                    found.putIfAbsent(
                            Modifier.isPrivate(method.getModifiers()) ? c.getName() + '.' + signature : signature,
                            method);
                }
            }
        }
        return found;
    }

    private static void registerMethod(Object instance, Method method, RetryPolicy systemRetry, TypeRegistry registry) {
        String origin = method.getDeclaringClass().getName() + "." + method.getName();
        JobHandler annotation = method.getAnnotation(JobHandler.class);
        try {
            registry.register(
                    requireName(annotation.value()),
                    payloadType(method),
                    handler(instance, method),
                    origin,
                    options(annotation, systemRetry));
        } catch (IllegalArgumentException | InaccessibleObjectException wrong) {
            throw new IllegalArgumentException("@JobHandler method " + origin + ": " + wrong.getMessage(), wrong);
        }
    }

    private static String requireName(String name) {
        return io.jobq.JobType.of(name, Object.class).name();
    }

    private static Type payloadType(Method method) {
        if (Modifier.isStatic(method.getModifiers())) {
            throw new IllegalArgumentException("must not be static");
        }
        Class<?>[] parameters = method.getParameterTypes();
        boolean fits = switch (parameters.length) {
            case 0 -> true;
            case 1 -> true;
            case 2 -> parameters[0] != JobContext.class && parameters[1] == JobContext.class;
            default -> false;
        };
        if (!fits) {
            throw new IllegalArgumentException(
                    "must take (payload), (payload, JobContext), (JobContext) or nothing, but takes "
                            + java.util.Arrays.toString(parameters));
        }
        boolean takesPayload = parameters.length > 0 && parameters[0] != JobContext.class;
        return takesPayload ? method.getGenericParameterTypes()[0] : Object.class;
    }

    /** Adapts the method to one shape, {@code (payload, job) -> Object}, once; a call is then one virtual call. */
    private static ResultHandler<?> handler(Object instance, Method method) {
        method.setAccessible(true);
        MethodHandle call;
        try {
            call = MethodHandles.lookup().unreflect(method).bindTo(instance);
        } catch (IllegalAccessException notVisible) {
            throw new IllegalArgumentException("is not accessible; make it and its class public", notVisible);
        }
        Class<?>[] parameters = method.getParameterTypes();
        if (parameters.length == 0) {
            call = MethodHandles.dropArguments(call, 0, Object.class, JobContext.class);
        } else if (parameters[0] == JobContext.class) {
            call = MethodHandles.dropArguments(call, 0, Object.class);
        } else if (parameters.length == 1) {
            call = MethodHandles.dropArguments(call, 1, JobContext.class);
        }
        MethodHandle uniform = call.asType(MethodType.methodType(Object.class, Object.class, JobContext.class));
        return (@Nullable Object payload, JobContext job) -> invoke(uniform, payload, job);
    }

    private static @Nullable Object invoke(MethodHandle call, @Nullable Object payload, JobContext job)
            throws Exception {
        try {
            return (Object) call.invokeExact(payload, job);
        } catch (Exception | Error thrown) {
            throw thrown;
        } catch (Throwable exotic) {
            throw new IllegalStateException(exotic);
        }
    }

    private static TypeOptions options(JobHandler annotation, RetryPolicy systemRetry) {
        TypeOptions options = TypeOptions.DEFAULT.withQueue(annotation.queue()).withVersion(annotation.version());
        for (String alias : annotation.aliases()) {
            options = options.withAlias(alias);
        }
        if (!annotation.timeout().isEmpty()) {
            options = options.withTimeout(parse("timeout", annotation.timeout()));
        }
        RetryPolicy retry = retry(annotation, systemRetry);
        return retry == systemRetry ? options : options.withRetry(retry);
    }

    private static Duration parse(String what, String text) {
        try {
            return Duration.parse(text);
        } catch (DateTimeParseException notADuration) {
            throw new IllegalArgumentException(
                    what + " must look like PT30S (see java.time.Duration.parse), but is '" + text + "'", notADuration);
        }
    }

    private static RetryPolicy retry(JobHandler annotation, RetryPolicy systemRetry) {
        RetryPolicy retry = systemRetry;
        if (!annotation.backoff().isEmpty()) {
            Duration first = parse("backoff", annotation.backoff());
            Duration most = first.compareTo(LONGEST_BACKOFF) > 0 ? first : LONGEST_BACKOFF;
            retry = retry.delaysOf(RetryPolicy.exponential(first, 2, most));
        }
        if (annotation.maxAttempts() != 0) {
            retry = retry.maxAttempts(annotation.maxAttempts());
        }
        if (annotation.retryOn().length > 0) {
            retry = retry.retryOn(annotation.retryOn());
        }
        return annotation.discardOn().length > 0 ? retry.discardOn(annotation.discardOn()) : retry;
    }
}
