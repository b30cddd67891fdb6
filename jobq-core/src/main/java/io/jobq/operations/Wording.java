package io.jobq.operations;

import io.jobq.JobId;
import io.jobq.limits.Limit;
import io.jobq.limits.Rate;
import io.jobq.spi.Due;
import io.jobq.spi.DurationText;
import io.jobq.spi.HoldingRule;
import io.jobq.spi.JobAction;
import io.jobq.spi.JobFilter;
import io.jobq.spi.Rule;
import io.jobq.spi.Rule.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** How the audit list names things, in few characters whatever their names. */
final class Wording {
    private static final int LONGEST = 500;
    private static final int IDS_NAMED = 5;

    private Wording() {}

    static String of(JobAction action) {
        return shortened(describe(action));
    }

    /** Payloads are no operator's business but the one's who edits them. */
    private static String describe(JobAction action) {
        if (action instanceof JobAction.Cancel cancel) {
            return "cancel: " + cancel.reason();
        } else if (action instanceof JobAction.Replay replay) {
            return replay.queue() == null ? "replay" : "replay in queue '" + replay.queue() + "'";
        } else if (action instanceof JobAction.Reschedule reschedule) {
            Due due = reschedule.due();
            return "reschedule to " + (due instanceof Due.In in ? "now and " + in.delay() : ((Due.At) due).instant());
        } else if (action instanceof JobAction.Move move) {
            return "move to queue '" + move.queue() + "'";
        } else if (action instanceof JobAction.ChangePriority change) {
            return "change priority to " + change.priority().level();
        } else if (action instanceof JobAction.EditPayload edit) {
            return "edit payload: now " + edit.payload().data().length + " bytes";
        }
        return action instanceof JobAction.RunNow ? "run now" : "delete";
    }

    static String of(JobId id) {
        return "job " + id;
    }

    static String ofQueue(String queue) {
        return shortened("queue '" + queue + "'");
    }

    /** What a rule is about. */
    static String of(String queue, Rule.Target target, String name) {
        String subject = switch (target) {
            case QUEUE -> "";
            case TENANT_CLASS -> name.isEmpty() ? "each tenant of " : HoldingRule.subject(target, name) + " of ";
            case KEY -> name.isEmpty() ? "each limit key of " : HoldingRule.subject(target, name) + " of ";
            case TYPE, TENANT, LEVEL -> HoldingRule.subject(target, name) + " of ";
        };
        return shortened(subject + "queue '" + queue + "'");
    }

    /** What parts of a rule are set to. */
    static String of(Rule rule, Set<Part> parts) {
        List<String> words = new ArrayList<>();
        if (parts.contains(Part.PAUSE) && rule.paused()) {
            words.add("paused");
        }
        if (parts.contains(Part.LIMIT)) {
            addLimit(words, rule.limit());
        }
        if (rule.weight() > 0) {
            words.add("weight " + rule.weight());
        }
        if (rule.tenantClass() != null) {
            words.add("class '" + rule.tenantClass() + "'");
        }
        if (rule.longestWait() != null) {
            words.add("longest wait " + DurationText.of(rule.longestWait()));
        }
        return shortened("set to " + (words.isEmpty() ? nothing(parts) : String.join(", ", words)));
    }

    private static void addLimit(List<String> words, Limit limit) {
        if (limit.concurrency() != Limit.UNLIMITED) {
            words.add("at most " + limit.concurrency() + " at once");
        }
        Rate rate = limit.rate();
        if (rate != null) {
            words.add(rate.permits() + " per " + DurationText.of(rate.period()) + " in bursts of " + rate.burst());
        }
    }

    private static String nothing(Set<Part> parts) {
        return parts.stream()
                .map(part -> "no " + part.name().toLowerCase(Locale.ROOT).replace('_', ' '))
                .collect(Collectors.joining(", "));
    }

    static String of(JobFilter filter) {
        List<String> parts = new ArrayList<>();
        if (!filter.states().isEmpty()) {
            parts.add("state " + new TreeSet<>(filter.states()));
        }
        add(parts, "queue", filter.queue());
        add(parts, "type", filter.type());
        add(parts, "tenant", filter.tenant());
        if (filter.priority() != null) {
            parts.add("priority " + filter.priority().level());
        }
        add(parts, "limit key", filter.limitKey());
        add(parts, "error", filter.errorClass());
        add(parts, "enqueued", filter.enqueued());
        add(parts, "finished", filter.finished());
        if (!filter.ids().isEmpty()) {
            parts.add(ids(filter.ids()));
        }
        return shortened(parts.isEmpty() ? "all jobs" : "jobs with " + String.join(", ", parts));
    }

    private static void add(List<String> parts, String what, @Nullable String value) {
        if (value != null) {
            parts.add(what + " '" + value + "'");
        }
    }

    private static void add(List<String> parts, String what, JobFilter.Span span) {
        if (span.from() != null) {
            parts.add(what + " from " + span.from());
        }
        if (span.before() != null) {
            parts.add(what + " before " + span.before());
        }
    }

    private static String ids(Set<JobId> ids) {
        String some = new TreeSet<>(ids).stream().limit(IDS_NAMED).toList().toString();
        return ids.size() <= IDS_NAMED ? "ids " + some : ids.size() + " ids, the first " + some;
    }

    static String shortened(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST - 1) + "…";
    }
}
