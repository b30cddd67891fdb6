package io.jobq.system;

import io.jobq.Job;
import io.jobq.JobQ;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** What only a configuration and the system that is made of it together tell. */
record CrossCheck(SystemConfig config, JobQ jobq) {
    /**
     * Throws if jobs of a type would go to a queue that is not served, though nobody has named it in the configuration: {@code
     * default} mostly, or one that a handler or code names.
     *
     * @throws InvalidConfigException names all of them
     */
    void refuseStrayQueues() {
        Set<String> known = new HashSet<>(config.queues().keySet());
        jobq.workers().forEach(each -> known.addAll(each.info().queues().keySet())); // code may have added some
        Problems problems = new Problems("");
        if (!config.queues().isEmpty()) {
            keysOfQueues().forEach((type, key) -> {
                String queue = jobq.encode(null, Job.of(type)).queue();
                if (!known.contains(queue)) {
                    problems.add(
                            key,
                            "jobs of type '" + type + "' go to " + Problems.quote(queue) + ", which "
                                    + config.notAmongQueues());
                }
            });
        }
        problems.throwIfAny();
    }

    /** By type, the key that says where its jobs go. */
    private Map<String, String> keysOfQueues() {
        Map<String, String> keys = new LinkedHashMap<>();
        config.types().keySet().forEach(each -> keys.put(each, Keys.TYPE_QUEUE.of(each)));
        jobq.types().keySet().forEach(each -> keys.put(each, Keys.TYPE_QUEUE.of(each)));
        config.scheduler().schedules().forEach((name, schedule) -> {
            if (schedule.queue() == null) {
                keys.putIfAbsent(schedule.type(), Keys.SCHEDULE_QUEUE.of(name));
            }
        });
        return keys;
    }
}
