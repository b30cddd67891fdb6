package io.jobq.scheduler;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a timetable is stored; what it does not have is null and left out. */
record TimetableForm(
        @Nullable TriggerForm trigger,
        @Nullable List<String> excluded,
        @Nullable String start,
        @Nullable String end,
        @Nullable String jitter) {
    static TimetableForm of(Timetable timetable) {
        List<String> dates =
                timetable.excluded().dates().stream().map(LocalDate::toString).toList();
        return new TimetableForm(
                TriggerForm.of(timetable.trigger()),
                dates.isEmpty() ? null : dates,
                text(timetable.start()),
                text(timetable.end()),
                timetable.jitter().isZero() ? null : timetable.jitter().toString());
    }

    private static @Nullable String text(@Nullable Instant instant) {
        return instant == null ? null : instant.toString();
    }

    Timetable timetable() {
        return new Timetable(
                Json.required("trigger", trigger).trigger(),
                excluded == null ? ExcludedDates.NONE : dates(excluded),
                start == null ? null : Instant.parse(start),
                end == null ? null : Instant.parse(end),
                jitter == null ? Duration.ZERO : Duration.parse(jitter));
    }

    private static ExcludedDates dates(List<@Nullable String> texts) {
        return ExcludedDates.of(texts.stream()
                .map(each -> LocalDate.parse(Json.required("date", each)))
                .toList());
    }
}
