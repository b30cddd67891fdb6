package io.jobq.benchmarks.peers;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerBuilder;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import com.github.kagkarlsson.scheduler.task.helper.OneTimeTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** db-scheduler on PostgreSQL: one-time tasks with data. */
final class DbSchedulerPeer implements JvmPeer {
    private static final String TASK = "work";

    @Override
    public String name() {
        return "db-scheduler";
    }

    @Override
    public StoreKind store() {
        return StoreKind.POSTGRESQL;
    }

    @Override
    public String bestSettings() {
        return "`pollUsingLockAndFetch(1.0, 4.0)`, `enableImmediateExecution()`, `pollingInterval` 100 ms (README, "
                + "configuration), `heartbeatInterval` 2.5 s with `missedHeartbeatsLimit` 4, the smallest";
    }

    @Override
    public Session open(Setup setup) {
        Database database = new Database(setup.uri());
        database.run(schema());
        OneTimeTask<Work> task =
                Tasks.oneTime(TASK, Work.class).execute((instance, context) -> Handling.run(instance.getData()));
        SchedulerBuilder builder = Scheduler.create(database.pool(), task).threads(setup.slots());
        if (setup.isBest()) {
            builder.pollUsingLockAndFetch(1.0, 4.0)
                    .enableImmediateExecution()
                    .pollingInterval(Duration.ofMillis(100))
                    .heartbeatInterval(Duration.ofMillis(2_500))
                    .missedHeartbeatsLimit(4);
        }
        return new Connected(database, task, builder.build());
    }

    private static String schema() {
        try (InputStream file = Objects.requireNonNull(
                DbSchedulerPeer.class.getResourceAsStream("scheduled_tasks.sql"), "scheduled_tasks.sql")) {
            return new String(file.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private record Connected(Database database, OneTimeTask<Work> task, Scheduler scheduler) implements Session {
        private TaskInstance<Work> instance(Work work) {
            return task.instance(Long.toString(work.number()), work);
        }

        @Override
        public void enqueue(Work work) {
            enqueueAt(work, Instant.now());
        }

        @Override
        public void enqueueAll(List<Work> works) {
            List<TaskInstance<?>> instances = new ArrayList<>();
            works.forEach(work -> instances.add(instance(work)));
            scheduler.scheduleBatch(instances, Instant.now());
        }

        @Override
        public void enqueueAt(Work work, Instant due) {
            if (!scheduler.scheduleIfNotExists(instance(work), due)) {
                throw new IllegalStateException("job " + work.number() + " is stored already");
            }
        }

        @Override
        public void startWorker() {
            scheduler.start();
        }

        @Override
        public long unsettled() {
            return database.number("select count(*) from scheduled_tasks");
        }

        @Override
        public void close() {
            scheduler.stop();
            database.close();
        }
    }
}
