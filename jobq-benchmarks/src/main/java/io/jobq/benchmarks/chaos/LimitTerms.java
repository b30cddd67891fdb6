package io.jobq.benchmarks.chaos;

import io.jobq.limits.Limit;
import java.util.Map;

/**
 * Which limits hold, by what they are about: {@code queue}, {@code type:x}, {@code tenant:x} or {@code key:x}; {@code
 * tenant:} and {@code key:} for each that has none of its own.
 *
 * @param first at the beginning
 * @param then after they were changed
 */
record LimitTerms(Map<String, Limit> first, Map<String, Limit> then) {
    /** The limit of a subject by these limits. */
    static Limit of(Map<String, Limit> limits, String subject) {
        Limit own = limits.get(subject);
        String each = subject.substring(0, subject.indexOf(':') + 1);
        return own != null ? own : limits.getOrDefault(each, Limit.NONE);
    }
}
