package io.jobq.redis;

import io.jobq.AttemptError;
import io.jobq.JobId;
import io.jobq.spi.Lease;
import io.jobq.spi.Report;
import io.jobq.spi.Settlement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The settlements of one queue as {@code exchange.lua} takes them: plain successes in front, by the claim that their jobs
 * are from, since those are most and are applied together; then all others one by one. Which of a job's settlements comes
 * first matters, so a job with several has none among the plain ones.
 */
final class Settlements {
    private final ByClaim plain = new ByClaim();
    private final Args results = new Args();
    private final Args other = new Args();
    private final List<Integer> otherIndexes = new ArrayList<>();

    /** Those at some places of a list. */
    static Settlements of(List<Settlement> done, List<Integer> indexes) {
        Settlements settlements = new Settlements();
        Set<JobId> several = repeated(done, indexes);
        for (int index : indexes) {
            Settlement settlement = done.get(index);
            settlements.add(
                    index, settlement, several.contains(settlement.lease().job()));
        }
        return settlements;
    }

    /** Jobs with more than one settlement. */
    private static Set<JobId> repeated(List<Settlement> done, List<Integer> indexes) {
        Set<JobId> met = new HashSet<>();
        Set<JobId> several = new HashSet<>();
        for (int index : indexes) {
            JobId job = done.get(index).lease().job();
            if (!met.add(job)) {
                several.add(job);
            }
        }
        return several;
    }

    private void add(int index, Settlement settlement, boolean isOneOfSeveral) {
        Lease lease = settlement.lease();
        if (!isOneOfSeveral && settlement instanceof Settlement.Succeeded succeeded && isSilent(settlement.words())) {
            plain.add(index, lease);
            if (succeeded.result() != null) {
                results.add(lease.job().toString()).add(Records.encode(succeeded.result()));
            }
        } else {
            otherIndexes.add(index);
            addOther(settlement, lease.job().toString());
        }
    }

    static boolean isSilent(Report.Words words) {
        return words.percent() < 0 && words.note() == null && words.log().isEmpty();
    }

    private static byte[] result(Settlement.Succeeded succeeded) {
        return succeeded.result() == null ? new byte[0] : Records.encode(succeeded.result());
    }

    private void addOther(Settlement settlement, String id) {
        if (settlement instanceof Settlement.Succeeded succeeded) {
            head("S", settlement, id).add(result(succeeded)).add("");
        } else if (settlement instanceof Settlement.Retry retry) {
            head("R", settlement, id).add(Dues.millis(retry.delay())).add(Records.encode(retry.error()));
        } else if (settlement instanceof Settlement.Snooze snooze) {
            head("Z", settlement, id).add(Dues.millis(snooze.delay())).add(snooze.reason());
        } else if (settlement instanceof Settlement.Discard discard) {
            head("D", settlement, id).add(error(discard.error())).add(discard.reason());
        } else if (settlement instanceof Settlement.Cancel cancel) {
            head("C", settlement, id).add(cancel.reason()).add("");
        } else {
            head(settlement instanceof Settlement.Park ? "P" : "B", settlement, id)
                    .add("")
                    .add("");
        }
    }

    private static String error(@Nullable AttemptError error) {
        return error == null ? "" : Records.encode(error);
    }

    private Args head(String kind, Settlement settlement, String id) {
        other.add(kind).add(id).add(ByClaim.name(settlement.lease()));
        addWords(other, settlement.words());
        return other;
    }

    /** Percent, note and log lines. */
    static void addWords(Args args, Report.Words words) {
        args.add(words.percent()).add(words.note() == null ? "" : Records.quote(words.note()));
        args.add(String.join("\n", words.log().stream().map(Records::quote).toList()));
    }

    /** Plain successes, their results, and the others. */
    void addTo(Args args) {
        plain.addTo(args);
        args.add(results.count() / 2).addAll(results).addAll(other);
    }

    boolean isEmpty() {
        return plain.indexes().isEmpty() && otherIndexes.isEmpty();
    }

    /** Where in the caller's list the settlements stand, in the order in which the script takes them. */
    List<Integer> indexes() {
        List<Integer> indexes = plain.indexes();
        indexes.addAll(otherIndexes);
        return indexes;
    }
}
