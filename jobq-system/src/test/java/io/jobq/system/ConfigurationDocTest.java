package io.jobq.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jobq.scheduler.Misfire;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code docs/configuration.md} tells what is so. */
class ConfigurationDocTest {
    private static final Path PAGE = Path.of("..", "docs", "configuration.md");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `(jobq\\.[^`]+)` \\| ([^|]+) \\| ([^|]+) \\|");

    @TempDir
    Path dir;

    private static List<MatchResult> rows() throws IOException {
        return ROW.matcher(Files.readString(PAGE)).results().toList();
    }

    private SystemConfig sample(String form, int number) throws IOException {
        Pattern block = Pattern.compile("(?ms)^```" + form + "\\R(.*?)^```$");
        List<MatchResult> blocks =
                block.matcher(Files.readString(PAGE)).results().toList();
        Path file = Files.writeString(
                dir.resolve("sample." + form), blocks.get(number).group(1));
        return SystemConfig.load(file, Map.of());
    }

    @Test
    void theTableNamesExactlyTheKnownKeys() throws IOException {
        assertThat(rows().stream().map(row -> row.group(1)))
                .containsExactlyElementsOf(
                        Keys.all().stream().<String>map(Key::pattern).toList());
    }

    @Test
    void theTableTellsTypesAndDefaults() throws IOException {
        Map<String, Key<?>> known = new LinkedHashMap<>();
        Keys.all().forEach(key -> known.put(key.pattern(), key));
        assertThat(rows()).allSatisfy(row -> {
            Key<?> key = known.get(row.group(1));
            assertThat(row.group(2)).as(key.pattern()).isEqualTo(key.form().type());
            if (key.fallback() == null) {
                assertThat(row.group(3)).as(key.pattern()).doesNotContain("`");
            } else {
                assertThat(row.group(3)).as(key.pattern()).isEqualTo("`" + key.fallback() + "`");
            }
        });
    }

    @Test
    void bothSamplesAreTheSameAndCanBeUsed() throws IOException {
        SystemConfig yaml = sample("yaml", 0);
        assertThat(sample("properties", 0)).isEqualTo(yaml);
        assertThat(new Assembly(yaml).workers())
                .extracting(worker -> worker.name() + " " + worker.concurrency() + " " + worker.queues())
                .containsExactly(
                        "critical 20 {critical=100}",
                        "default 10 {default=50}",
                        "bulk 5 {bulk=10}",
                        "shared 5 {critical=100, default=50, bulk=10}");
    }

    @Test
    void theSchedulesOfTheSampleTickAsItSays() throws IOException {
        Map<String, ScheduleConfig> schedules = sample("yaml", 1).scheduler().schedules();
        assertThat(schedules.get("close-of-business").timetable().preview(Instant.parse("2026-12-24T00:00:00Z"), 2))
                .extracting(tick -> tick.at().toInstant())
                .containsExactly(Instant.parse("2026-12-24T17:00:00Z"), Instant.parse("2026-12-28T17:00:00Z"));
        assertThat(schedules.get("close-of-business").misfire()).isEqualTo(Misfire.DEFAULT.within(Duration.ofHours(2)));
        assertThat(schedules.get("migrate").timetable().next(Instant.EPOCH))
                .contains(Instant.parse("2026-12-24T17:00:00Z"));
    }

    @Test
    void theSampleOfTheReadmeCanBeUsed() throws IOException {
        Pattern block = Pattern.compile("(?ms)^```yaml\\R(.*?)^```$");
        String yaml = block.matcher(Files.readString(Path.of("..", "README.md")))
                .results()
                .map(found -> found.group(1))
                .findFirst()
                .orElseThrow();
        SystemConfig config = SystemConfig.load(Files.writeString(dir.resolve("readme.yaml"), yaml), Map.of());
        assertThat(config.queues()).containsEntry("critical", QueueConfig.of(100, 20));
    }

    @Test
    void theMessagesAreReal() throws IOException {
        String page = Files.readString(PAGE);
        Map<String, String> wrong = Map.of("jobq.queues.critical.weight", "abc", "jobq.metrics.prot", "9464");
        assertThatThrownBy(() -> SystemConfig.from(wrong))
                .isInstanceOfSatisfying(
                        InvalidConfigException.class,
                        each -> assertThat(each.problems())
                                .hasSize(2)
                                .allSatisfy(problem -> assertThat(page).contains(": " + problem)));
    }
}
