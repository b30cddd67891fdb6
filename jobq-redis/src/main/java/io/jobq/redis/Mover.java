package io.jobq.redis;

import io.jobq.JobId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Acts on jobs, and brings them into other queues, which may be on other nodes. No script sees two queues, so a move is
 * made of steps: the job leaves its line and is marked with where it goes; it is stored there; it is deleted here, or put
 * back if it was not taken. Whatever dies or stalls in between, the mark stays, and a sweep that finds it after ten seconds
 * takes the move over. So that whoever had it before may go on at any time and do no harm:
 *
 * <ul>
 *   <li>taking it over changes the mark, and the last step is taken only by whoever knows the mark as it is;
 *   <li>storing has a time limit of five seconds, from before the mark was made, by the clock where it is stored, so nobody
 *       stores the job once another has taken the move over;
 *   <li>the new queue remembers the move until it is over in the old one, so the job is not stored again when it has run,
 *       or moved on, in between.
 * </ul>
 *
 * So the job is never lost, and never in two lines.
 */
final class Mover {
    private static final int LEASES = 4;
    private static final int ARRIVED = 1;
    private static final int NOT_TAKEN = 0;
    /** Half of what a mover has, so that clocks of different nodes may well differ in pace. */
    private static final long STORED_WITHIN_US = TimeUnit.SECONDS.toMicros(5);

    /** What a mover does next. */
    enum Step {
        LEAVE,
        TAKE_OVER,
        LOOK,
        STORE,
        END,
        FORGET
    }

    private final Calls calls;
    private final Queues queues;
    private final Consumer<Step> stalling;

    Mover(Calls calls, Queues queues) {
        this(calls, queues, step -> {});
    }

    /** Only tests stall. */
    Mover(Calls calls, Queues queues, Consumer<Step> stalling) {
        this.calls = calls;
        this.queues = queues;
        this.stalling = stalling;
    }

    /** What the script answers for rows of one queue; the arguments tell what is done. */
    List<Integer> act(List<Row> rows, Args what) {
        if (rows.isEmpty()) {
            return List.of();
        }
        for (Row row : rows) {
            what.add(row.job().id().toString()).add(row.record()).add(row.wantedKey());
        }
        Reply reply = calls.call(Script.ACT, rows.get(0).queue(), what);
        List<Integer> answers = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            answers.add((int) reply.number(i));
        }
        return answers;
    }

    /** Moves waiting jobs of one queue, or finished ones to start over; answers as the script does. */
    List<Integer> move(List<Row> rows, String target) {
        List<Row> welcome = welcome(rows, target);
        Map<QueueKeys, Long> limits = timeLimits(welcome, target);
        stalling.accept(Step.LEAVE);
        List<Integer> left = act(welcome, new Args().add("LEAVE").add(target));
        Map<JobId, Integer> answers = new LinkedHashMap<>();
        for (int i = 0; i < left.size(); i++) {
            answers.put(welcome.get(i).job().id(), left.get(i));
        }
        List<JobId> moving = new ArrayList<>(answers.keySet());
        moving.removeIf(id -> Objects.requireNonNull(answers.get(id)) != ActionCall.DONE);
        Set<JobId> arrived = moving.isEmpty() ? Set.of() : carry(rows.get(0).queue(), moving, limits);
        moving.stream().filter(id -> !arrived.contains(id)).forEach(id -> answers.put(id, ActionCall.PASSED_OVER));
        return rows.stream()
                .map(row -> answers.getOrDefault(row.job().id(), ActionCall.PASSED_OVER))
                .toList();
    }

    /** Looks before jobs leave their places in vain; their keys may still be taken while they are on their way. */
    private List<Row> welcome(List<Row> rows, String target) {
        Map<JobId, CompletableFuture<Reply>> rivals = new HashMap<>();
        for (Row row : rows) {
            if (!row.wantedKey().isEmpty()) {
                Args args = new Args()
                        .add(row.job().id().toString())
                        .add(row.body())
                        .add(row.wantedKey());
                rivals.put(row.job().id(), calls.send(Script.RIVAL, queues.of(row.moved(target)), args));
            }
        }
        return rows.stream().filter(row -> isFree(rivals.get(row.job().id()))).toList();
    }

    private boolean isFree(@Nullable CompletableFuture<Reply> rival) {
        return rival == null || calls.link().await(rival).isEmpty(0);
    }

    /** Takes over moves whose movers have not ended them in time, and does. Returns which jobs have arrived. */
    Set<JobId> finish(QueueKeys from, List<JobId> ids) {
        Set<JobId> arrived = new HashSet<>();
        for (Row row : moving(from, ids)) {
            Map<QueueKeys, Long> limits = timeLimits(List.of(row), target(row));
            stalling.accept(Step.TAKE_OVER);
            if (act(List.of(row), new Args().add("TAKE_OVER").add("")).get(0) == ActionCall.DONE) {
                arrived.addAll(carry(from, List.of(row.job().id()), limits));
            }
        }
        return arrived;
    }

    private List<Row> moving(QueueKeys from, List<JobId> ids) {
        return Walk.rows(calls, List.of(from), ids).stream()
                .filter(Row::isMoving)
                .toList();
    }

    private static String target(Row row) {
        return Objects.requireNonNull(row.fields().moving);
    }

    /** Where a job that moves will lie. */
    private QueueKeys place(Row row) {
        return queues.of(row.moved(target(row)));
    }

    private long number(CompletableFuture<Reply> answer) {
        return calls.link().await(answer).number(0);
    }

    /** Until when jobs must be stored, by the clocks of where that is. */
    private Map<QueueKeys, Long> timeLimits(List<Row> rows, String target) {
        Map<QueueKeys, CompletableFuture<Reply>> clocks = new HashMap<>();
        rows.forEach(row -> clocks.computeIfAbsent(
                queues.of(row.moved(target)), place -> calls.send(Script.NOW, place, new Args())));
        Map<QueueKeys, Long> limits = new HashMap<>();
        clocks.forEach((place, clock) -> limits.put(place, number(clock) + STORED_WITHIN_US));
        return limits;
    }

    /** Brings moves to their end. Returns which jobs have arrived; for others it may be too late, which is left to a sweep. */
    private Set<JobId> carry(QueueKeys from, List<JobId> ids, Map<QueueKeys, Long> limits) {
        stalling.accept(Step.LOOK);
        List<Row> rows = moving(from, ids);
        stalling.accept(Step.STORE);
        List<CompletableFuture<Reply>> answers =
                rows.stream().map(row -> store(row, limits)).toList();
        List<Row> arrived = new ArrayList<>();
        List<Row> staying = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            long answer = number(answers.get(i));
            if (answer == ARRIVED) {
                arrived.add(rows.get(i));
            } else if (answer == NOT_TAKEN) {
                staying.add(rows.get(i));
            }
        }
        stalling.accept(Step.END);
        List<Integer> ended = act(arrived, new Args().add("ARRIVED").add(""));
        act(staying, new Args().add("STAY").add(""));
        stalling.accept(Step.FORGET);
        List<Row> over = new ArrayList<>();
        for (int i = 0; i < ended.size(); i++) {
            if (ended.get(i) == ActionCall.DONE) {
                over.add(arrived.get(i));
            }
        }
        forget(over);
        return over.stream().map(row -> row.job().id()).collect(Collectors.toSet());
    }

    /** Stores a job in the queue that it is on its way to. */
    private CompletableFuture<Reply> store(Row row, Map<QueueKeys, Long> limits) {
        long limit = limits.getOrDefault(place(row), 0L);
        return adopt(row, target(row), new Args().add(limit).add(move(row)));
    }

    /** What the new queue remembers a move by. */
    private static String move(Row row) {
        return row.job().id() + ":" + row.queue().queue() + ":" + row.fields().move;
    }

    private void forget(List<Row> rows) {
        Map<QueueKeys, List<byte[]>> moves = new HashMap<>();
        rows.forEach(row -> moves.computeIfAbsent(place(row), place -> new ArrayList<>())
                .add(QueueKeys.bytes("came:" + move(row))));
        moves.forEach((place, names) ->
                calls.link().await(calls.link().commands().zrem(place.keys()[LEASES], names.toArray(byte[][]::new))));
    }

    /** Stores a job in another queue, by a move and in time: as it is, or, a finished one, to start over. */
    private CompletableFuture<Reply> adopt(Row row, String queue, Args limitAndMove) {
        boolean afresh = row.job().state().isFinal();
        queues.register(queue);
        QueueKeys target = queues.of(row.moved(queue));
        Records.Fields record = row.fields();
        Args args = new Args()
                .add(row.job().id().toString())
                .add(row.body())
                .add(afresh ? new byte[0] : row.record())
                .add(record.level)
                .add(record.token == 0 ? "" : String.valueOf(record.token))
                .add(record.startedText())
                .add(row.wantedKey())
                .add(row.errors())
                .add(row.log())
                .add(afresh ? new byte[0] : row.progress());
        return calls.sendDurably(Script.ADOPT, target, args.addAll(limitAndMove));
    }
}
