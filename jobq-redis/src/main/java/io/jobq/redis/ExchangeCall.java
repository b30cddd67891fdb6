package io.jobq.redis;

import io.jobq.JobId;
import io.jobq.JobSnapshot;
import io.jobq.spi.Claim;
import io.jobq.spi.Exchange;
import io.jobq.spi.Exchange.Claimed;
import io.jobq.spi.Exchange.SettleResult;
import io.jobq.spi.Lease;
import io.jobq.spi.OngoingExchange;
import io.jobq.spi.Report;
import io.jobq.spi.Settlement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One exchange: a script per queue that is settled or claimed from, all sent before the first answers. Later rounds ask
 * only queues that may have more, and only while the limit is not reached. Of many queues, as few workers ask for at a time, a
 * {@link Survey} tells first which may have something.
 */
final class ExchangeCall implements OngoingExchange {
    private static final Logger log = LoggerFactory.getLogger(ExchangeCall.class);
    /** Settlements, and jobs claimed, in one script: bounds how long it holds Redis, and what Lua's stack must take. */
    private static final int AT_ONCE = 1_000;

    /** From so many places on, a look at all of them is cheaper than asking each. */
    private static final int MANY = 32;

    private static final long MAY_GIVE = -2;
    private static final int SETTLE_ONLY = -1;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Calls calls;
    private final Queues queues;
    private final RedisSignals signals;
    private final List<Settlement> done;
    private final Claim want;

    private final Map<QueueKeys, Place> places = new LinkedHashMap<>();
    private final List<Claimed> claimed = new ArrayList<>();
    private final Set<String> parked = new TreeSet<>();
    private long nextDue = Long.MAX_VALUE;
    private final SettleResult[] settled;
    private List<Asked> firstRound = List.of();
    private @Nullable Survey survey;

    /** A queue, or a partition of one, in this call. */
    private static final class Place {
        private final QueueKeys queue;
        private final List<Integer> settlements = new ArrayList<>();
        private boolean claims;
        private int quota;
        private int got;
        private boolean exhausted;
        /** How long until it may have something, in ms. */
        private long due = Long.MAX_VALUE;

        Place(QueueKeys queue) {
            this.queue = queue;
        }
    }

    /** A script on its way. */
    private record Asked(Place place, int limit, Settlements settlements, CompletableFuture<Reply> reply) {}

    ExchangeCall(Calls calls, Queues queues, RedisSignals signals, List<Settlement> done, Claim want) {
        this.calls = calls;
        this.queues = queues;
        this.signals = signals;
        this.done = done;
        this.want = want;
        this.settled = new SettleResult[done.size()];
    }

    /** Sends what can be sent before there is an answer. */
    ExchangeCall begin() {
        if (want.limit() > 0) {
            want.shares().forEach(this::plan);
        }
        if (places.size() > MANY) {
            Args args = new Args().add(signals.instance()).add(PATIENCE.toMillis());
            survey = Survey.send(calls, Script.LOOK, places.keySet(), args);
        }
        for (int i = 0; i < settled.length; i++) {
            place(queues.of(done.get(i).lease())).settlements.add(i);
        }
        if (calls.waitsForReplicas()) {
            settle(); // apart, or jobs claimed in the same script would be lost if no replica confirms
        } else {
            firstRound = claimAndSettle();
        }
        return this;
    }

    @Override
    public boolean isAnswered() {
        return firstRound.stream().allMatch(asked -> asked.reply().isDone()) && (survey == null || survey.isAnswered());
    }

    @Override
    public void await() {
        for (Asked asked : firstRound) {
            calls.link().awaitQuietly(asked.reply());
        }
        if (survey != null) {
            survey.awaitQuietly();
        }
    }

    @Override
    public Exchange answer() {
        try {
            takeAll(firstRound);
            if (survey != null) {
                survey.numbers().forEach(this::takeLook);
            }
            if (want.limit() > 0) {
                places.values().forEach(place -> claimMore(place, place.quota - place.got));
                places.values().forEach(place -> claimMore(place, want.limit()));
            }
        } catch (RuntimeException failed) {
            giveBack();
            throw failed;
        }
        Duration due = nextDue == Long.MAX_VALUE ? null : Duration.ofMillis(nextDue);
        return new Exchange(List.of(settled), claimed, due, parked, drained());
    }

    private void takeLook(QueueKeys queue, long answer) {
        Place place = place(queue);
        if (answer == MAY_GIVE || !place.settlements.isEmpty()) {
            return; // it is asked, or was
        }
        rest(place, answer);
    }

    /** It has nothing more until its time comes, which is negative if only others' doing helps. */
    private void rest(Place place, long due) {
        place.exhausted = true;
        signals.wanting(place.queue.queue());
        if (due >= 0) {
            place.due = due;
            nextDue = Math.min(nextDue, due);
        }
    }

    /** The queues whose parts have nothing more to give. */
    private Map<String, Duration> drained() {
        Map<String, Duration> drained = new HashMap<>();
        for (Claim.Share share : want.limit() > 0 ? want.shares() : List.<Claim.Share>of()) {
            List<Place> parts =
                    queues.of(share.queue()).stream().map(this::place).toList();
            if (parts.stream().allMatch(place -> place.exhausted)) {
                long due = parts.stream().mapToLong(place -> place.due).min().orElse(Long.MAX_VALUE);
                drained.put(share.queue(), due == Long.MAX_VALUE ? Exchange.NEVER : Duration.ofMillis(due));
            }
        }
        return drained;
    }

    /** One place failed, so nobody will hear what the others gave: back with it, or each job's lease would run out. */
    private void giveBack() {
        if (claimed.isEmpty()) {
            return;
        }
        List<Settlement> releases = new ArrayList<>();
        claimed.forEach(job -> releases.add(new Settlement.Release(job.lease(), Report.NOTHING)));
        try {
            Claim none = new Claim(want.worker(), List.of(), 0, Set.of());
            new ExchangeCall(calls, queues, signals, releases, none).begin().answer();
        } catch (RuntimeException failed) {
            log.warn("{} claimed jobs could not be given back; their leases will run out", claimed.size(), failed);
        }
    }

    private Place place(QueueKeys queue) {
        return places.computeIfAbsent(queue, Place::new);
    }

    /** Spreads a queue's quota over its partitions, from a random one on so that none is always last. */
    private void plan(Claim.Share share) {
        List<QueueKeys> parts = queues.of(share.queue());
        int start = parts.size() == 1 ? 0 : ThreadLocalRandom.current().nextInt(parts.size());
        for (int i = 0; i < parts.size(); i++) {
            Place place = place(parts.get((start + i) % parts.size()));
            place.claims = true;
            place.quota = share.quota() / parts.size() + (i < share.quota() % parts.size() ? 1 : 0);
        }
    }

    private List<Asked> claimAndSettle() {
        List<Asked> asked = new ArrayList<>();
        int left = want.limit();
        for (Place place : places.values()) {
            int count = place.claims ? Math.min(AT_ONCE, Math.min(place.quota, left)) : SETTLE_ONLY;
            left -= Math.max(0, count);
            int last = Math.max(0, place.settlements.size() - 1) / AT_ONCE * AT_ONCE;
            for (int from = 0; from < last; from += AT_ONCE) {
                asked.add(ask(place, SETTLE_ONLY, settlements(place, from)));
            }
            if (survey == null || !place.settlements.isEmpty()) {
                asked.add(ask(place, count, settlements(place, last)));
            } else {
                left += Math.max(0, count);
            }
        }
        return asked;
    }

    private void settle() {
        List<Asked> asked = new ArrayList<>();
        for (Place place : places.values()) {
            for (int from = 0; from < place.settlements.size(); from += AT_ONCE) {
                asked.add(ask(place, SETTLE_ONLY, settlements(place, from)));
            }
        }
        takeAll(asked);
    }

    /** Takes every answer there is, and fails after that if one is missing. */
    private void takeAll(List<Asked> asked) {
        RuntimeException first = null;
        for (Asked each : asked) {
            try {
                take(each);
            } catch (RuntimeException failed) {
                first = first == null ? failed : first;
            }
        }
        if (first != null) {
            throw first;
        }
    }

    private Settlements settlements(Place place, int from) {
        int to = Math.min(place.settlements.size(), from + AT_ONCE);
        return Settlements.of(done, place.settlements.subList(from, to));
    }

    private void claimMore(Place place, int most) {
        int wanted = most;
        while (place.claims && !place.exhausted && wanted > 0 && claimed.size() < want.limit()) {
            int count = Math.min(AT_ONCE, Math.min(wanted, want.limit() - claimed.size()));
            int before = place.got;
            take(ask(place, count, Settlements.of(List.of(), List.of())));
            wanted -= place.got - before;
        }
    }

    private Asked ask(Place place, int limit, Settlements settlements) {
        Args args = new Args()
                .add(signals.instance())
                .add(Dues.millis(want.worker().leaseTime()))
                .add(limit)
                .add(PATIENCE.toMillis())
                .add(Long.toString(place.queue.nonce(), ByClaim.RADIX))
                .add(want.knows().size());
        for (String type : want.knows()) {
            args.add(Records.unquoted(type));
        }
        settlements.addTo(args);
        return new Asked(
                place,
                limit,
                settlements,
                settlements.isEmpty()
                        ? calls.send(Script.EXCHANGE, place.queue, args)
                        : calls.sendDurably(Script.EXCHANGE, place.queue, args));
    }

    private void take(Asked asked) {
        Reply reply = calls.link().await(asked.reply());
        takeSettled(asked.settlements().indexes(), reply.list(0));
        if (asked.limit() == SETTLE_ONLY) {
            return;
        }
        Place place = asked.place();
        int got = takeClaimed(place.queue, reply);
        if (got > 0) {
            queues.met(place.queue.queue());
        }
        place.got += got;
        long due = reply.isEmpty(3) ? -1 : reply.number(3);
        if (got < asked.limit()) {
            rest(place, due);
        } else if (due >= 0) {
            nextDue = Math.min(nextDue, due);
        }
        Reply types = reply.list(4);
        for (int i = 0; i < types.size(); i++) {
            parked.add(Records.unquote('"' + types.text(i) + '"'));
        }
    }

    private void takeSettled(List<Integer> indexes, Reply lost) {
        for (int index : indexes) {
            settled[index] = SettleResult.APPLIED;
        }
        for (int i = 0; i < lost.size(); i++) {
            settled[indexes.get((int) lost.number(i))] = SettleResult.LOST;
        }
    }

    private int takeClaimed(QueueKeys queue, Reply reply) {
        Reply claims = reply.list(1);
        Reply stories = reply.list(2);
        Instant now = Instant.ofEpochMilli(reply.number(5));
        int before = claimed.size();
        int unreadable = 0;
        int story = 0;
        for (int i = 0; i < claims.size(); i += 4) {
            String claim = claims.text(i);
            Reply ids = claims.list(i + 1);
            Reply bodies = claims.list(i + 2);
            Reply records = claims.list(i + 3);
            for (int k = 0; k < ids.size(); k++) {
                Lease lease = ByClaim.lease(queue, JobId.parse(ids.text(k)), claim);
                boolean isFirst = records.size() == 0 || records.isEmpty(k);
                try {
                    Heads.Stored stored = Heads.decode(lease.job(), queue.queue(), bodies.bytes(k));
                    JobSnapshot job = isFirst
                            ? Records.firstRun(stored, now)
                            : Records.snapshot(stored, Records.decode(records.bytes(k)), stories, story, false);
                    claimed.add(new Claimed(lease, job));
                } catch (RuntimeException e) {
                    log.error("{} cannot be read, and is left alone: {}", lease, bodies.text(k), e);
                    unreadable++;
                }
                story += isFirst ? 0 : 3;
            }
        }
        return claimed.size() - before + unreadable;
    }
}
