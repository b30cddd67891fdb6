package io.jobq.system;

import io.jobq.Health;
import io.jobq.WorkerInfo;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** What {@code /health} shows: nothing of jobs, hosts or processes. */
record HealthForm(String status, List<String> problems, List<WorkerForm> workers) {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    record WorkerForm(
            String id, String name, String state, Map<String, Integer> queues, WorkerInfo.Slots slots, long settled) {}

    static HealthForm of(Health health) {
        return new HealthForm(
                health.up() ? "up" : "down",
                health.problems(),
                health.workers().stream().map(HealthForm::of).toList());
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

    String toJson() {
        return JSON.writeValueAsString(this);
    }
}
