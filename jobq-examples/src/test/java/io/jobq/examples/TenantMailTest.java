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
    void sharesByWeightBoostsWhatIsOverdueAndHoldsBackWhoHasUsedItsRate() throws InterruptedException {
        TenantMail.run(screen.out);

        List<String> lines = screen.lines();
        int end = lines.indexOf("sent what may be sent now");
        assertThat(end).as(screen.text()).isPositive();
        int start = end - 30; // 30 mails were sent, each in a line
        whatWasSet(lines.subList(0, start));
        theOrder(lines.subList(start, end));
        howAllFared(lines.subList(end, lines.size()));
    }

    private static void whatWasSet(List<String> table) {
        assertThat(table)
                .anyMatch(line -> line.matches("CRITICAL +weight 100, at most 1 min +4 +0 +0"))
                .anyMatch(line -> line.matches("HIGH +weight 50, at most 5 min +4 +0 +0"))
                .anyMatch(line -> line.matches("NORMAL +weight 20, at most 1 h +26 +0 +0"))
                .anyMatch(line -> line.matches("LOW +weight 5, at most 200 ms +1 +0 +0"))
                .anyMatch(line -> line.matches("acme +enterprise, 1000/min, weight 2 +16 +0 +0"))
                .anyMatch(line -> line.matches("globex +pro, 100/min +11 +0 +0"))
                .anyMatch(line -> line.matches("initech +free, 10/min +8 +0 +0"))
                .noneMatch(line -> line.startsWith("throttled") || line.startsWith("boosted"));
    }

    private static void theOrder(List<String> sent) {
        assertThat(sent.subList(0, 2)).anyMatch(line -> line.matches("globex +report 1"));
        assertThat(sent.subList(0, 9))
                .filteredOn(line -> line.contains("password"))
                .hasSizeGreaterThanOrEqualTo(3);
        assertThat(sent).filteredOn(line -> line.startsWith("initech")).hasSize(3);
        List<String> newsletters = sent.stream()
                .filter(line -> line.contains("newsletter") && !line.startsWith("initech"))
                .toList();
        assertThat(newsletters.subList(0, 9))
                .filteredOn(line -> line.startsWith("globex"))
                .hasSizeBetween(2, 4);
    }

    private static void howAllFared(List<String> table) {
        assertThat(table)
                .anyMatch(line -> line.matches("CRITICAL +weight 100, at most 1 min +0 +0 +4"))
                .anyMatch(line -> line.matches("NORMAL +weight 20, at most 1 h +5 +0 +21"))
                .anyMatch(line -> line.matches("acme +enterprise, 1000/min, weight 2 +0 +0 +16"))
                .anyMatch(line -> line.matches("globex +pro, 100/min +0 +0 +11"))
                .anyMatch(line -> line.matches("initech +free, 10/min +5 +0 +3"))
                .anyMatch(line -> line.matches("throttled: tenant 'initech' is throttled until 20[^ ]+Z by its rate of"
                        + " 10/min; 5 jobs wait"))
                .last()
                .asString()
                .matches("boosted: a job of 'globex' at level LOW, after \\d+ ms");
    }
}
