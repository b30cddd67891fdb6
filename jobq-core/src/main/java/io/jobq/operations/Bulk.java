package io.jobq.operations;

import io.jobq.spi.JobAction;
import io.jobq.spi.JobFilter;
import org.jspecify.annotations.Nullable;

/**
 * A bulk action and how far it has come. A value: {@link Operations#goOn} takes it further, and is safe with the same one twice,
 * since jobs that were changed are not changed again. Whoever has lost it finds it in {@link Operations#unfinished()}.
 *
 * @param filter which jobs are meant
 * @param action what is done to them
 * @param entry what the audit list says of it; {@link AuditEntry#jobs()} is how many jobs were changed so far
 * @param cursor where to go on; null at the end
 */
public record Bulk(
        JobFilter filter,
        JobAction action,
        AuditEntry entry,
        @Nullable String cursor) {
    /** How many jobs were changed so far. */
    public long done() {
        return entry.jobs();
    }

    /** Whether it is at its end. */
    public boolean isComplete() {
        return cursor == null;
    }
}
