package io.jobq.system;

import io.jobq.Health;
import io.jobq.WorkerInfo;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** What {@code /health} shows: nothing of jobs, hosts or processes. */
record HealthForm(
        String status,
        List<String> problems,
        List<WorkerForm> workers,
        @Nullable String scheduler) {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    record WorkerForm(
            String id, String name, String state, Map<String, Integer> queues, WorkerInfo.Slots slots, long settled) {}

    /** What this process has to do with schedules. */
    enum SchedulerRole {
        /** It has no scheduler, or none any more. */
        NONE,
        /** Its scheduler takes over when the leader is gone. */
        STANDBY,
        /** Its scheduler fires, as far as it knows. */
        LEADER
    }

    /**
     * @param scheduler null if that is not known
     */
    static HealthForm of(Health health, @Nullable SchedulerRole scheduler) {
        return new HealthForm(
                health.up() ? "up" : "down",
                health.problems(),
                health.workers().stream().map(HealthForm::of).toList(),
                scheduler == null ? null : Form.wordOf(scheduler));
    }

    private static WorkerForm of(WorkerInfo worker) {
        return new WorkerForm(
                worker.id(),
                worker.name(),
                Form.wordOf(worker.state()),
                worker.queues(),
                worker.slots(),
                worker.settled());
    }

    boolean isUp() {
        return status.equals("up");
    }

    String toJson() {
        return JSON.writeValueAsString(this);
    }
}
