package io.jobq.redis;

import io.jobq.JobId;
import io.jobq.JobSnapshot;
import io.jobq.JobState;
import io.jobq.spi.NewJob;
import io.jobq.spi.Payload;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A stored job as the operator's side sees it.
 *
 * @param queue where it lies
 * @param job what is known of it
 * @param reply the answer of {@code find.lua} that it was read from
 * @param at where in that answer it begins
 */
record Row(QueueKeys queue, JobSnapshot job, Reply reply, int at) {
    private static final int WIDTH = 8;

    /** All rows of an answer. */
    static List<Row> all(QueueKeys queue, Reply reply) {
        List<Row> rows = new ArrayList<>();
        for (int at = 0; at < reply.size(); at += WIDTH) {
            rows.add(new Row(queue, read(queue, reply, at), reply, at));
        }
        return rows;
    }

    private static JobSnapshot read(QueueKeys queue, Reply reply, int at) {
        Heads.Stored stored = Heads.decode(JobId.parse(reply.text(at)), queue.queue(), reply.bytes(at + 1));
        if (reply.isEmpty(at + 2)) {
            boolean scheduled = reply.text(at + 7).equals("S");
            return Records.untouched(stored, scheduled ? JobState.SCHEDULED : JobState.READY);
        }
        return Records.snapshot(stored, Records.decode(reply.bytes(at + 2)), reply, at + 3, true);
    }

    byte[] body() {
        return reply.bytes(at + 1);
    }

    /** Its record, empty for a job that nobody has touched. */
    byte[] record() {
        return reply.bytes(at + 2);
    }

    byte[] errors() {
        return reply.bytes(at + 3);
    }

    byte[] log() {
        return reply.bytes(at + 4);
    }

    byte[] progress() {
        return reply.bytes(at + 5);
    }

    Records.Fields fields() {
        return reply.isEmpty(at + 2) ? new Records.Fields() : Records.decode(record());
    }

    /** The name of the rule that holds it back; null if none does. */
    @Nullable
    String aside() {
        return job.state() == JobState.READY ? fields().aside : null;
    }

    /** Whether it is on its way to another queue. */
    boolean isMoving() {
        return fields().moving != null;
    }

    /** Whether it was rescheduled since then, in us. */
    boolean isRescheduledSince(long us) {
        return fields().acted >= us;
    }

    /** Its body but for the times, with another payload. */
    byte[] edited(Payload payload) {
        NewJob old = job.job();
        return Heads.encode(new NewJob(old.id(), old.queue(), old.type(), payload, old.options()));
    }

    /** The job as one of another queue. */
    NewJob moved(String other) {
        NewJob old = job.job();
        return new NewJob(old.id(), other, old.type(), old.payload(), old.options());
    }

    /** The unique key that it wants, as scripts read it; empty for none. */
    String wantedKey() {
        return Heads.wantedKey(job.job().options());
    }
}
