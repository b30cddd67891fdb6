package io.jobq.redis;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * One look at many places: one call for up to 1,000 of them where one node has all, one for each in a Cluster, where a script
 * sees one slot. All are sent before the first answers.
 */
final class Survey {
    private static final int AT_ONCE = 1_000;

    private final Calls calls;
    private final List<Call> sent = new ArrayList<>();

    /** A script that was sent, and what places it looks at. */
    private record Call(List<QueueKeys> places, CompletableFuture<Reply> reply) {}

    private Survey(Calls calls) {
        this.calls = calls;
    }

    /** Sends the script. */
    static Survey send(Calls calls, Script script, Collection<QueueKeys> places, Args own) {
        Survey survey = new Survey(calls);
        List<QueueKeys> all = new ArrayList<>(places);
        int atOnce = calls.link().isCluster() ? 1 : AT_ONCE;
        for (int from = 0; from < all.size(); from += atOnce) {
            List<QueueKeys> some = all.subList(from, Math.min(all.size(), from + atOnce));
            survey.sent.add(new Call(some, calls.sendToMany(script, some, own)));
        }
        return survey;
    }

    boolean isAnswered() {
        return sent.stream().allMatch(call -> call.reply.isDone());
    }

    void awaitQuietly() {
        sent.forEach(call -> calls.link().awaitQuietly(call.reply));
    }

    /** A number for each place, once all have answered. */
    Map<QueueKeys, Long> numbers() {
        Map<QueueKeys, Long> numbers = new LinkedHashMap<>();
        for (Call call : sent) {
            Reply reply = calls.link().await(call.reply);
            for (int i = 0; i < call.places.size(); i++) {
                numbers.put(call.places.get(i), reply.number(i));
            }
        }
        return numbers;
    }
}
