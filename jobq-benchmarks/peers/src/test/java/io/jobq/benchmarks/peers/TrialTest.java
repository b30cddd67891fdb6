package io.jobq.benchmarks.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

final class TrialTest {
    @Test
    void aTrialComesBackFromItsWords() {
        Setup setup = new Setup("jdbc:postgresql://localhost:1/postgres?user=postgres", Settings.BEST, 10);
        for (Experiment experiment : Experiment.all(Scale.QUICK)) {
            Trial trial = experiment.trial(new DbSchedulerPeer(), setup);
            assertThat(Trial.parse(trial.words().toArray(String[]::new))).isEqualTo(trial);
        }
    }

    @Test
    void theCommandLineChooses() {
        Arguments chosen = Arguments.parse(List.of("--quick", "--peers", "redisson,JobQ", "--cases", "kill,drain-1"));
        assertThat(chosen.peers()).extracting(Peer::name).containsExactly("JobQ", "Redisson");
        assertThat(chosen.experiments()).extracting(Experiment::name).containsExactly("kill", "drain-1");
        assertThat(chosen.rounds()).isEqualTo(1);
        assertThat(chosen.settings()).containsExactly(Settings.DEFAULTS, Settings.BEST);
    }

    @Test
    void aWrongWordIsRefused() {
        assertThatThrownBy(() -> Arguments.parse(List.of("--fast"))).hasMessageContaining("unknown option '--fast'");
        assertThatThrownBy(() -> Arguments.parse(List.of("--rounds", "none"))).hasMessageContaining("--rounds");
        assertThatThrownBy(() -> Arguments.parse(List.of("--cases", "nothing"))).hasMessageContaining("'nothing'");
        assertThatThrownBy(() -> Arguments.parse(List.of("--peers", "Nemo"))).hasMessageContaining("'Nemo'");
    }

    @Test
    void theVersionsOfAllLibrariesAreKnown() {
        assertThat(Peers.ALL).extracting(Peer::version).allMatch(version -> version.matches("[0-9].*"));
    }
}
