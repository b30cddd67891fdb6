package io.jobq.scheduler;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/** How a trigger is stored; what its kind does not have is null and left out. */
record TriggerForm(
        @Nullable String kind,
        @Nullable CronForm cron,
        @Nullable String period,
        @Nullable String at,
        @Nullable String zone) {
    /** How a cron expression and its policy are stored. */
    record CronForm(
            @Nullable String dialect,
            @Nullable String expression,
            @Nullable String gap,
            @Nullable String overlap) {
        Cron cron(ZoneId zone) {
            return Cron.of(word("dialect", dialect, Cron.Dialect.class), Json.required("expression", expression), zone)
                    .dst(new DstPolicy(
                            word("gap", gap, DstPolicy.Gap.class), word("overlap", overlap, DstPolicy.Overlap.class)));
        }

        private static <E extends Enum<E>> E word(String what, @Nullable String word, Class<E> type) {
            return Words.parse(what, Json.required(what, word), type);
        }
    }

    static TriggerForm of(Trigger trigger) {
        String zone = trigger.zone().getId();
        if (trigger instanceof Cron cron) {
            CronForm form = new CronForm(
                    Words.of(cron.dialect()),
                    cron.expression(),
                    Words.of(cron.dst().gap()),
                    Words.of(cron.dst().overlap()));
            return new TriggerForm("cron", form, null, null, zone);
        }
        if (trigger instanceof Interval interval) {
            return new TriggerForm(
                    "interval",
                    null,
                    interval.period().toString(),
                    interval.anchor().toString(),
                    zone);
        }
        return new TriggerForm("once", null, null, ((Once) trigger).at().toString(), zone);
    }

    Trigger trigger() {
        ZoneId where = ZoneId.of(Json.required("zone", zone));
        String which = Json.required("kind", kind);
        return switch (which) {
            case "cron" -> Json.required("cron", cron).cron(where);
            case "interval" -> new Interval(Duration.parse(Json.required("period", period)), instant(), where);
            case "once" -> new Once(instant(), where);
            default ->
                throw new IllegalArgumentException(
                        "kind of a trigger must be one of [cron, interval, once], but is " + Words.quote(which));
        };
    }

    private Instant instant() {
        return Instant.parse(Json.required("at", at));
    }
}
