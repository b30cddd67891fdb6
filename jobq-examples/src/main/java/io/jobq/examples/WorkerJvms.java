package io.jobq.examples;

import io.jobq.JobQ;
import io.jobq.WorkerInfo;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** The workers of a demo, each in a JVM of its own. Closing stops them. */
final class WorkerJvms implements AutoCloseable {
    private final Map<String, ChildJvm> workers = new LinkedHashMap<>();

    /** Starts the program once per name, in its role {@code worker}. */
    WorkerJvms(Class<?> program, List<String> names, RedisArguments arguments, Consumer<String> lines) {
        for (String name : names) {
            workers.put(name, ChildJvm.start(name, program, arguments.as("worker", name), lines));
        }
    }

    /** Waits until all of them have shown up; false if one died or it took too long. */
    boolean awaitAll(JobQ jobq, Deadline deadline) throws InterruptedException {
        Set<Long> missing = workers.values().stream().map(ChildJvm::pid).collect(Collectors.toSet());
        while (!deadline.isOver() && workers.values().stream().allMatch(ChildJvm::isAlive)) {
            missing.removeAll(jobq.fleet().stream().map(WorkerInfo::pid).toList());
            if (missing.isEmpty()) {
                return true;
            }
            Thread.sleep(50);
        }
        return false;
    }

    /** As {@code kill -9} does: the worker can neither finish its jobs nor give them back. */
    void kill(String name) {
        ChildJvm worker = workers.get(name);
        if (worker != null) {
            worker.kill();
        }
    }

    @Override
    public void close() {
        workers.values().forEach(ChildJvm::close);
    }
}
