package io.jobq.memory;

import io.jobq.limits.Limit;
import io.jobq.spi.Rule;
import io.jobq.spi.Rule.Part;
import io.jobq.spi.Rule.Target;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The rules of a queue, and which of them holds for whom. Used under the lock. */
final class RuleBook {
    private static final Comparator<Rule> ORDER =
            Comparator.comparing(Rule::target).thenComparing(Rule::name);

    private final Map<Target, Map<String, Rule>> rules = new EnumMap<>(Target.class);
    private int size;

    RuleBook() {
        for (Target target : Target.values()) {
            rules.put(target, new HashMap<>());
        }
    }

    /** Replaces parts of what was set for the same; returns what is set now. */
    Rule put(Rule change, Set<Part> parts) {
        Map<String, Rule> named = named(change.target());
        Rule before = named.get(change.name());
        Rule rule = before == null ? Rule.none(change.target(), change.name()) : before;
        rule = rule.with(change, parts);
        size -= named.size();
        if (rule.isEmpty()) {
            named.remove(rule.name());
        } else {
            named.put(rule.name(), rule);
        }
        size += named.size();
        return rule;
    }

    boolean isEmpty() {
        return size == 0;
    }

    List<Rule> list() {
        List<Rule> all = new ArrayList<>(size);
        rules.values().forEach(named -> all.addAll(named.values()));
        all.sort(ORDER);
        return all;
    }

    /** What holds for a queue, type, tenant or key. */
    Limit limit(Target target, String name) {
        if (named(target).isEmpty() && target != Target.TENANT) {
            return Limit.NONE;
        }
        Rule own = find(target, name);
        if (target == Target.TENANT && (own == null || own.limitNow().equals(Limit.NONE))) {
            return limitOf(classOf(own));
        }
        return limitOf(own == null && target == Target.KEY ? find(target, "") : own);
    }

    private static Limit limitOf(@Nullable Rule rule) {
        return rule == null ? Limit.NONE : rule.limitNow();
    }

    /** How a tenant shares with others. */
    int weight(String tenant) {
        Rule own = find(Target.TENANT, tenant);
        if (own != null && own.weight() > 0) {
            return own.weight();
        }
        Rule shared = classOf(own);
        return shared == null ? 1 : Math.max(1, shared.weight());
    }

    private @Nullable Rule classOf(@Nullable Rule tenant) {
        String name = tenant == null ? null : tenant.tenantClass();
        return find(Target.TENANT_CLASS, name == null ? "" : name);
    }

    /** What a target has of its own; null for nothing. */
    @Nullable
    Rule find(Target target, String name) {
        return named(target).get(name);
    }

    private Map<String, Rule> named(Target target) {
        return Objects.requireNonNull(rules.get(target));
    }
}
