package io.jobq.scheduler;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How a misfire policy is stored. */
record MisfireForm(
        @Nullable String kind,
        @Nullable Integer limit,
        @Nullable String grace,
        @Nullable String deadline) {
    static MisfireForm of(Misfire misfire) {
        Duration deadline = misfire.deadline();
        return new MisfireForm(
                Words.of(misfire.kind()),
                misfire.limit(),
                misfire.grace().toString(),
                deadline == null ? null : deadline.toString());
    }

    Misfire misfire() {
        return new Misfire(
                Words.parse("kind", Json.required("kind", kind), Misfire.Kind.class),
                Json.required("limit", limit),
                Duration.parse(Json.required("grace", grace)),
                deadline == null ? null : Duration.parse(deadline));
    }
}
