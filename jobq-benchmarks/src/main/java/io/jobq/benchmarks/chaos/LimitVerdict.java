package io.jobq.benchmarks.chaos;

import io.jobq.limits.Rate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Whether the limits of a run held, by its history alone. A start notes when the storage handed the job out, by the storage's
 * clock, and what limits are about it.
 *
 * <p><b>Concurrency.</b> From its claim on a run certainly has its slots, until its end if its claim is the job's last, for
 * then the storage took that end; or else, if it ends sooner, or never, until the lease that it got with the claim runs out,
 * be its process dead or not. Renewals that are not known of only make that longer. At no claim may more runs have a slot
 * than the limit then allowed. Times are whole milliseconds, rounded down, so an end does not count in its own.
 *
 * <p><b>Rates.</b> By the cell rate algorithm a start at {@code t} needs {@code TAT <= t + (burst - 1) I} and makes {@code TAT}
 * at least {@code I} later, and at least {@code t + I}. So after {@code n} starts from {@code s} to {@code t} it is at least
 * {@code s + n I} and at most {@code t + burst I}: hence {@code n <= burst + (t - s) / I}, exactly, in every span between two
 * claims. Claims whose handler was never seen can only be missing, which breaks no bound.
 *
 * @param tooMany claims that broke a limit to concurrency
 * @param tooOften claims that broke a rate
 * @param unseen runs whose end the storage took though their claim was not theirs when they began: a fault of the checker
 * @param reached limits, before or after the change, that were used in full
 * @param claims how many were judged
 */
record LimitVerdict(
        List<String> tooMany, List<String> tooOften, List<String> unseen, List<String> reached, int claims) {
    /** A hold on a job. */
    private record Hold(String job, long token) {}

    /** A run that has slots, from its claim until it may have lost them. */
    private record Span(long from, long to, String job) {}

    /** When the limits were changed, from before the first of them to after the last. */
    private record Change(long from, long to) {}

    /**
     * Judges.
     *
     * @param leaseMillis how long a claim lasts that is not renewed
     */
    static LimitVerdict of(List<Event> events, LimitTerms terms, long leaseMillis) {
        Change change = new Change(at(events, Event.Kind.CHANGE), at(events, Event.Kind.CHANGED));
        LimitVerdict verdict =
                new LimitVerdict(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), 0);
        Map<String, List<Span>> spans = verdict.spans(events, leaseMillis);
        spans.forEach((subject, own) -> {
            verdict.judgeConcurrency(subject, own, terms, change);
            List<Span> before =
                    own.stream().filter(span -> span.from < change.from).toList();
            List<Span> after =
                    own.stream().filter(span -> span.from > change.to).toList();
            verdict.judgeRate(
                    subject, before, LimitTerms.of(terms.first(), subject).rate());
            verdict.judgeRate(
                    subject, after, LimitTerms.of(terms.then(), subject).rate());
        });
        int claims = spans.getOrDefault("queue", List.of()).size();
        return new LimitVerdict(verdict.tooMany, verdict.tooOften, verdict.unseen, verdict.reached, claims);
    }

    private static long at(List<Event> events, Event.Kind kind) {
        return events.stream()
                .filter(event -> event.kind() == kind)
                .mapToLong(Event::millis)
                .findFirst()
                .orElse(Long.MAX_VALUE);
    }

    /** By subject, in the order of claims. */
    private Map<String, List<Span>> spans(List<Event> events, long leaseMillis) {
        Map<Hold, Long> ends = new HashMap<>();
        Map<String, Long> last = new HashMap<>();
        for (Event event : events) {
            switch (event.kind()) {
                case START -> last.merge(event.job(), event.token(), Math::max);
                case EFFECT, STALE -> ends.putIfAbsent(new Hold(event.job(), event.token()), event.millis());
                default -> {}
            }
        }
        Map<String, List<Span>> spans = new TreeMap<>();
        for (Event event : events) {
            if (event.kind() == Event.Kind.START) {
                boolean isLast = last.getOrDefault(event.job(), 0L) == event.token();
                long end = ends.getOrDefault(new Hold(event.job(), event.token()), Long.MAX_VALUE);
                add(spans, event, end, isLast, leaseMillis);
            }
        }
        spans.values().forEach(each -> each.sort(Comparator.comparingLong(Span::from)));
        return spans;
    }

    private void add(Map<String, List<Span>> spans, Event start, long end, boolean isLast, long leaseMillis) {
        List<String> words = List.of(start.note().split(" ", -1));
        long claimed = Long.parseLong(words.get(0));
        boolean isSettled = isLast && end < Long.MAX_VALUE;
        if (claimed == 0) {
            if (isSettled) {
                unseen.add(start.toString());
            }
            return;
        }
        Span span = new Span(claimed, isSettled ? end : Math.min(end, claimed + leaseMillis), start.job());
        for (String subject : words.subList(1, words.size())) {
            spans.computeIfAbsent(subject, key -> new ArrayList<>()).add(span);
        }
    }

    private void judgeConcurrency(String subject, List<Span> spans, LimitTerms terms, Change change) {
        int first = LimitTerms.of(terms.first(), subject).concurrency();
        int then = LimitTerms.of(terms.then(), subject).concurrency();
        PriorityQueue<Span> running = new PriorityQueue<>(Comparator.comparingLong(Span::to));
        boolean[] isReached = new boolean[2];
        for (Span span : spans) {
            while (!running.isEmpty() && running.element().to <= span.from) {
                running.remove();
            }
            running.add(span);
            boolean isBefore = span.from < change.from;
            int limit = isBefore ? first : span.from > change.to ? then : Math.max(first, then);
            if (running.size() > limit) {
                tooMany.add(running.size() + " at once of " + subject + ", of which " + limit + " may run, when "
                        + span.job + " was claimed at " + span.from);
            }
            isReached[isBefore ? 0 : 1] |= running.size() == limit;
        }
        noteReached(subject, isReached);
    }

    private void noteReached(String subject, boolean[] isReached) {
        for (int i = 0; i < isReached.length; i++) {
            if (isReached[i]) {
                reached.add("concurrency of " + subject + (i == 0 ? " at first" : " after the change"));
            }
        }
    }

    /**
     * For claims k at t(k), with v(k) = k - t(k) / I, the bound between i and j is v(j) - v(i) + 1 <= burst; all in units of
     * a start times the period, in whole numbers.
     */
    private void judgeRate(String subject, List<Span> spans, @Nullable Rate rate) {
        if (rate == null || spans.isEmpty()) {
            return;
        }
        long period = rate.period().toMillis();
        long least = Long.MAX_VALUE;
        long most = 0;
        for (int k = 0; k < spans.size(); k++) {
            long time = spans.get(k).from - spans.get(0).from;
            long value = k * period - time * rate.permits();
            least = Math.min(least, value);
            long used = value - least + period;
            most = Math.max(most, used);
            if (used > rate.burst() * period) {
                tooOften.add(subject + " with a burst of " + rate.burst() + " starts " + (double) used / period
                        + " ahead of its rate, with the claim of " + spans.get(k).job + " at " + spans.get(k).from);
            }
        }
        if (most > (rate.burst() - 1) * period) {
            reached.add("rate of " + subject + " of " + rate.permits());
        }
    }
}
