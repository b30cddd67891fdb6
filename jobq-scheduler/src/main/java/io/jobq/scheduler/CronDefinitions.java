package io.jobq.scheduler;

import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinition;
import com.cronutils.model.definition.CronDefinitionBuilder;
import io.jobq.scheduler.Cron.Dialect;

/** The dialects, as cron-utils is told about them. Definitions never change once built, so threads share them. */
final class CronDefinitions {
    private static final CronDefinition UNIX = unix();
    private static final CronDefinition QUARTZ = CronDefinitionBuilder.instanceDefinitionFor(CronType.QUARTZ);
    private static final CronDefinition SPRING = spring();

    private CronDefinitions() {}

    static CronDefinition of(Dialect dialect) {
        return switch (dialect) {
            case UNIX -> UNIX;
            case QUARTZ -> QUARTZ;
            case SPRING -> SPRING;
        };
    }

    /**
     * Not cron-utils' own: that has no aliases, and its {@code SUN} is 7, so it refuses {@code SUN-TUE}. Naming Monday before
     * the range grows makes {@code SUN} 0, as crontabs have it.
     */
    private static CronDefinition unix() {
        CronDefinitionBuilder fields = CronDefinitionBuilder.defineCron();
        fields.withDayOfMonth().and();
        fields.withDayOfWeek().withMondayDoWValue(1).withValidRange(0, 7).and();
        return withTheRest(fields);
    }

    /** Not cron-utils' own: that takes {@code SUN/2} for {@code 0/2}, and allows ranges to wrap in some fields only. */
    private static CronDefinition spring() {
        CronDefinitionBuilder fields = CronDefinitionBuilder.defineCron();
        fields.withSeconds().and();
        fields.withDayOfMonth()
                .supportsL()
                .supportsW()
                .supportsLW()
                .supportsQuestionMark()
                .and();
        fields.withDayOfWeek()
                .withValidRange(0, 7)
                .supportsHash()
                .supportsL()
                .supportsQuestionMark()
                .and();
        return withTheRest(fields);
    }

    private static CronDefinition withTheRest(CronDefinitionBuilder fields) {
        fields.withMinutes().and();
        fields.withHours().and();
        fields.withMonth().and();
        return fields.withSupportedNicknameYearly()
                .withSupportedNicknameAnnually()
                .withSupportedNicknameMonthly()
                .withSupportedNicknameWeekly()
                .withSupportedNicknameDaily()
                .withSupportedNicknameMidnight()
                .withSupportedNicknameHourly()
                .instance();
    }
}
