package io.jobq.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class TenantMailTest {
    private final Screen screen = new Screen();

    @Test
    void sharesByWeightAndHoldsBackWhoHasUsedItsRate() throws InterruptedException {
        TenantMail.run(screen.out);

        List<String> lines = screen.lines();
        assertThat(lines).first().asString().matches("globex +report 1");
        assertThat(lines.subList(1, 7))
                .filteredOn(line -> line.contains("password"))
                .hasSizeGreaterThanOrEqualTo(3);
        assertThat(lines.subList(0, 26))
                .filteredOn(line -> line.startsWith("initech"))
                .hasSize(3);
        List<String> early = lines.subList(0, 17).stream()
                .filter(line -> line.contains("newsletter") && !line.startsWith("initech"))
                .toList();
        assertThat(early).filteredOn(line -> line.startsWith("globex")).hasSizeBetween(3, 4);
        assertThat(lines)
                .contains("sent what may be sent now")
                .last()
                .asString()
                .matches("5 stand aside.*");
        assertThat(lines).anyMatch(line -> line.matches("initech +free, 10 per minute +3"));
    }
}
