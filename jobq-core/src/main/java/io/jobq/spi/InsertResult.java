package io.jobq.spi;

import io.jobq.JobId;

/** What became of one inserted job. */
public sealed interface InsertResult {
    /** The id under which the work is stored. */
    JobId id();

    /** It is stored now. */
    record Inserted(JobId id) implements InsertResult {}

    /** It was left alone: this job stands for it, having the same id or holding its unique key. */
    record Duplicate(JobId id) implements InsertResult {}

    /** It is stored now, and the job that held its unique key until then is cancelled. */
    record Replaced(JobId id, JobId old) implements InsertResult {}

    /** It was not stored, and neither was the entry of its guard, since that has another version. */
    record Outdated(JobId id) implements InsertResult {}
}
