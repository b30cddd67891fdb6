package io.jobq.internal;

import io.jobq.ResultHandler;
import io.jobq.RetryPolicy;
import io.jobq.TypeOptions;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The job types a system knows, by name and alias. Built by one thread, read by all. */
public final class TypeRegistry {
    private final Map<String, TypeDefinition> byName = new HashMap<>();
    private final Map<String, UnaryOperator<TypeOptions>> changes = new LinkedHashMap<>();
    private final Map<String, TypeOptions> withoutHandler = new HashMap<>();
    private final List<Class<?>> annotated = new ArrayList<>();
    private boolean complete;

    /** Registers a handler; {@code origin} says where it comes from when something is wrong with it. */
    @SuppressWarnings("unchecked") // the codec produces what payloadType says
    public void register(String name, Type payloadType, ResultHandler<?> handler, String origin, TypeOptions options) {
        TypeDefinition definition =
                new TypeDefinition(name, payloadType, (ResultHandler<@Nullable Object>) handler, origin, options);
        add(name, definition);
        options.aliases().forEach(alias -> add(alias, definition));
    }

    private void add(String name, TypeDefinition definition) {
        if (complete) {
            throw new IllegalStateException("the system is built; register '" + name + "' before");
        }
        TypeDefinition other = byName.putIfAbsent(name, definition);
        if (other != null) {
            throw new IllegalArgumentException(
                    "two handlers for job type '" + name + "': " + other.origin() + " and " + definition.origin());
        }
    }

    /** Registers every annotated method of an object. */
    public void registerAnnotated(Object instance, RetryPolicy systemRetry) {
        annotated.add(instance.getClass());
        AnnotatedHandlers.register(instance, systemRetry, this);
    }

    /** Changes the options of a type, whether it is registered already, later, or (in a mere producer) never. */
    public void configure(String name, UnaryOperator<TypeOptions> change) {
        changes.merge(name, change, (first, second) -> options -> second.apply(first.apply(options)));
    }

    /** Applies the changes; call once, when everything is registered. */
    public void complete() {
        changes.forEach((name, change) -> {
            TypeDefinition old = byName.get(name);
            if (old == null) {
                withoutHandler.put(name, change.apply(TypeOptions.DEFAULT));
                return;
            }
            byName.values().removeIf(old::equals);
            register(old.name(), old.payloadType(), old.handler(), old.origin(), change.apply(old.options()));
        });
        byName.values().forEach(TypeRegistry::requireUpcasters);
        complete = true;
    }

    private static void requireUpcasters(TypeDefinition type) {
        for (int from = 1; from < type.options().version(); from++) {
            if (!type.options().upcasters().isEmpty()
                    && !type.options().upcasters().containsKey(from)) {
                throw new IllegalArgumentException("job type '" + type.name() + "' (" + type.origin()
                        + ") takes payload version " + type.options().version() + ", but has no upcaster from version "
                        + from);
            }
        }
    }

    /** The definition of a type or alias; null when this system has no handler for it. */
    @Nullable
    TypeDefinition find(String name) {
        return byName.get(name);
    }

    /** The options of a type, also of one without handler. */
    TypeOptions options(String name) {
        TypeDefinition definition = byName.get(name);
        return definition != null ? definition.options() : withoutHandler.getOrDefault(name, TypeOptions.DEFAULT);
    }

    /** All names and aliases that have a handler. */
    Set<String> names() {
        return byName.keySet();
    }

    /** What holds for each type that has a handler, by its name. */
    Map<String, TypeOptions> handled() {
        Map<String, TypeOptions> handled = new TreeMap<>();
        byName.values().forEach(each -> handled.put(each.name(), each.options()));
        return Collections.unmodifiableMap(handled);
    }

    /** Types that have options but no handler. */
    Set<String> withoutHandler() {
        return withoutHandler.keySet();
    }

    /** The classes of the objects that have annotated handlers. */
    List<Class<?>> annotated() {
        return annotated;
    }

    /** The queues that handlers name, and {@code default}. */
    Set<String> queues() {
        Set<String> queues = new TreeSet<>(Set.of("default"));
        byName.values().forEach(each -> queues.add(each.options().queue()));
        return queues;
    }

    /** Whether no handler is registered. */
    public boolean isEmpty() {
        return byName.isEmpty();
    }
}
