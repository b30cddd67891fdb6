package io.jobq.system;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;

/** An instant as people write it: complete, or a local time or date whose zone stands elsewhere. */
@FunctionalInterface
interface Moment {
    /**
     * When that is.
     *
     * @throws IllegalArgumentException if the clocks' changes leave the local time out there, or bring it twice
     */
    Instant in(ZoneId zone);

    /**
     * Reads one.
     *
     * @throws IllegalArgumentException if it is none
     */
    static Moment parse(String text) {
        try {
            if (!text.contains("T")) {
                LocalDate date = LocalDate.parse(text);
                return zone -> date.atStartOfDay(zone).toInstant();
            } else if (!text.matches("[^T]+T[\\d:.]+")) {
                Instant instant = OffsetDateTime.parse(text).toInstant();
                return zone -> instant;
            }
            LocalDateTime local = LocalDateTime.parse(text);
            return zone -> only(local, zone);
        } catch (DateTimeException notOne) {
            throw new IllegalArgumentException("is not a time", notOne);
        }
    }

    private static Instant only(LocalDateTime local, ZoneId zone) {
        List<ZoneOffset> offsets = zone.getRules().getValidOffsets(local);
        if (offsets.size() != 1) {
            throw new IllegalArgumentException(local + (offsets.isEmpty() ? " does not exist in " : " occurs twice in ")
                    + zone + ", where the clocks change; write it with its offset");
        }
        return local.toInstant(offsets.get(0));
    }
}
