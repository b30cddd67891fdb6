package io.jobq.scheduler;

import io.jobq.scheduler.StoredSchedule.Status;
import io.jobq.scheduler.StoredSchedule.Terms;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a schedule is stored; what it does not have is null and left out. */
record ScheduleForm(@Nullable TermsForm terms, @Nullable StatusForm status) {
    /** How its terms are stored. */
    record TermsForm(
            @Nullable TimetableForm timetable,
            @Nullable MisfireForm misfire,
            @Nullable String overlap,
            @Nullable JobForm job) {
        static TermsForm of(Terms terms) {
            return new TermsForm(
                    TimetableForm.of(terms.timetable()),
                    MisfireForm.of(terms.misfire()),
                    terms.overlap().word(),
                    JobForm.of(terms.job()));
        }

        Terms terms() {
            return new Terms(
                    Json.required("timetable", timetable).timetable(),
                    Json.required("misfire", misfire).misfire(),
                    Overlap.parse(Json.required("overlap", overlap)),
                    Json.required("job", job).template());
        }
    }

    /** How what is known about it is stored. */
    record StatusForm(
            @Nullable String since,
            @Nullable String declared,
            @Nullable String paused,
            @Nullable List<String> former,
            @Nullable Boolean deleted) {
        static StatusForm of(Status status) {
            return new StatusForm(
                    status.since().toString(),
                    status.declared(),
                    status.pausedSince() == null ? null : status.pausedSince().toString(),
                    status.former().isEmpty() ? null : status.former(),
                    status.deleted() ? true : null);
        }

        Status status() {
            return new Status(
                    Instant.parse(Json.required("since", since)),
                    Json.required("declared", declared),
                    paused == null ? null : Instant.parse(paused),
                    former == null ? List.of() : List.copyOf(former),
                    deleted != null && deleted);
        }
    }

    static ScheduleForm of(StoredSchedule schedule) {
        return new ScheduleForm(TermsForm.of(schedule.terms()), StatusForm.of(schedule.status()));
    }

    StoredSchedule schedule(String name) {
        return new StoredSchedule(
                name,
                Json.required("terms", terms).terms(),
                Json.required("status", status).status());
    }
}
