package io.jobq.system;

import io.jobq.scheduler.Cron;
import io.jobq.scheduler.DstPolicy;
import io.jobq.scheduler.ExcludedDates;
import io.jobq.scheduler.Interval;
import io.jobq.scheduler.Misfire;
import io.jobq.scheduler.Once;
import io.jobq.scheduler.Timetable;
import io.jobq.scheduler.Trigger;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes schedules of settings. What is wrong is reported, and something else taken, so that all is read. */
record ScheduleReader(Settings settings, Problems problems) {
    private static final List<Key<?>> TRIGGERS = List.of(Keys.CRON, Keys.EVERY, Keys.AT);
    /** With any of these an interval needs a zone. */
    private static final List<Key<?>> LOCAL = List.of(Keys.ANCHOR, Keys.START, Keys.END, Keys.EXCEPT);

    private static final List<Key<?>> ONLY_CRON = List.of(Keys.DIALECT, Keys.DST_GAP, Keys.DST_OVERLAP);

    ScheduleConfig schedule(String name) {
        if (!settings.has(Keys.SCHEDULE_TYPE, name)) {
            problems.add(Keys.SCHEDULE_TYPE.of(name), "is missing; it says what jobs the schedule enqueues");
        }
        return new ScheduleConfig(
                timetable(name),
                Objects.requireNonNullElse(settings.find(Keys.SCHEDULE_TYPE, name), ""),
                settings.find(Keys.SCHEDULE_PAYLOAD, name),
                settings.find(Keys.SCHEDULE_QUEUE, name),
                misfire(name),
                settings.get(Keys.OVERLAP, name),
                settings.get(Keys.PAUSED, name));
    }

    private Timetable timetable(String name) {
        ZoneId zone = settings.get(Keys.ZONE, name);
        Duration jitter = settings.get(Keys.SCHEDULE_JITTER, name);
        Timetable plain = Timetable.of(trigger(name, zone));
        ExcludedDates excluded = settings.find(Keys.EXCEPT, name);
        Timetable spread = problems.checked(Keys.SCHEDULE_JITTER.of(name), () -> plain.jitter(jitter), plain)
                .except(excluded == null ? ExcludedDates.NONE : excluded);
        Instant start = instant(Keys.START, name, zone);
        Instant end = instant(Keys.END, name, zone);
        Timetable whole = problems.checked(
                Keys.END.of(name),
                () -> new Timetable(spread.trigger(), spread.excluded(), start, end, spread.jitter()),
                spread);
        if (whole.next(Instant.MIN).isEmpty()) {
            problems.add(Keys.SCHEDULES + name, "never ticks: its start, end and excluded dates leave nothing");
        }
        return whole;
    }

    private @Nullable Instant instant(Key<Moment> key, String name, ZoneId zone) {
        Moment moment = settings.find(key, name);
        Optional<Instant> none = Optional.empty();
        return moment == null
                ? null
                : problems.checked(key.of(name), () -> Optional.of(moment.in(zone)), none)
                        .orElse(null);
    }

    private Trigger trigger(String name, ZoneId zone) {
        refuseWhatIsForAnotherTrigger(name);
        Trigger otherwise = Interval.every(Duration.ofDays(1), Instant.EPOCH, zone);
        if (TRIGGERS.stream().filter(each -> settings.has(each, name)).count() != 1) {
            problems.add(
                    Keys.CRON.of(name),
                    "give exactly one of this, " + Keys.EVERY.of(name) + " and " + Keys.AT.of(name));
            return otherwise;
        }
        String cron = settings.find(Keys.CRON, name);
        Duration every = settings.find(Keys.EVERY, name);
        Moment at = settings.find(Keys.AT, name);
        if (cron != null) {
            return problems.checked(Keys.CRON.of(name), () -> cron(name, cron, zone), otherwise);
        } else if (every != null) {
            Moment anchor = settings.get(Keys.ANCHOR, name);
            return problems.checked(Keys.EVERY.of(name), () -> Interval.every(every, anchor.in(zone), zone), otherwise);
        } else if (at != null) {
            return problems.checked(Keys.AT.of(name), () -> new Once(at.in(zone), zone), otherwise);
        }
        return otherwise; // what it says can't be read, and has been reported
    }

    private Cron cron(String name, String expression, ZoneId zone) {
        DstPolicy dst = new DstPolicy(settings.get(Keys.DST_GAP, name), settings.get(Keys.DST_OVERLAP, name));
        return Cron.of(settings.get(Keys.DIALECT, name), expression, zone).dst(dst);
    }

    private void refuseWhatIsForAnotherTrigger(String name) {
        if (!settings.has(Keys.CRON, name)) {
            ONLY_CRON.forEach(each -> settings.refuse(each, name, "is only for " + Keys.CRON.of(name)));
        }
        if (!settings.has(Keys.EVERY, name)) {
            settings.refuse(Keys.ANCHOR, name, "is only for " + Keys.EVERY.of(name));
        } else if (LOCAL.stream().noneMatch(each -> settings.has(each, name))) {
            settings.refuse(
                    Keys.ZONE,
                    name,
                    "means nothing here: an interval is counted in UTC, unless a local time or date is given");
        }
    }

    private Misfire misfire(String name) {
        Misfire policy = settings.get(Keys.MISFIRE, name).grace(settings.get(Keys.MISFIRE_GRACE, name));
        Duration deadline = settings.find(Keys.MISFIRE_DEADLINE, name);
        if (policy.kind() == Misfire.Kind.SKIP) {
            settings.refuse(
                    Keys.MISFIRE_DEADLINE,
                    name,
                    "is given, but no missed tick runs anyway with " + Keys.MISFIRE.of(name) + " skip");
        }
        return deadline == null ? policy : policy.within(deadline);
    }
}
