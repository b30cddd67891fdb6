package io.jobq.operations;

import io.jobq.JobId;
import io.jobq.JobSnapshot;
import io.jobq.spi.Applied;
import io.jobq.spi.JobAction;
import io.jobq.spi.JobAdmin;
import io.jobq.spi.JobFilter;
import io.jobq.spi.JobStore;
import io.jobq.spi.Page;
import io.jobq.spi.Registry;
import io.jobq.spi.Rule;
import io.jobq.spi.Storage;
import io.jobq.spi.StorageStats;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A storage as {@link Operations#limits} sees it: whoever changes a rule is written down. */
record RecordedStorage(Storage storage, Recorder recorder) implements Storage {
    /** Writes down what is done, before and after. */
    interface Recorder {
        void record(String action, String target, Runnable change);
    }

    @Override
    public JobStore jobs() {
        return storage.jobs();
    }

    @Override
    public JobAdmin admin() {
        return new RecordedAdmin(storage.admin(), recorder);
    }

    @Override
    public Registry registry() {
        return storage.registry();
    }

    @Override
    public void close() {
        storage.close();
    }

    private record RecordedAdmin(JobAdmin admin, Recorder recorder) implements JobAdmin {
        @Override
        public void rule(String queue, Rule rule, Rule.Part... parts) {
            String target = Wording.of(queue, rule.target(), rule.name());
            String change = Wording.of(rule, Rule.Part.named(parts));
            recorder.record(change, target, () -> admin.rule(queue, rule, parts));
        }

        @Override
        public Optional<JobSnapshot> find(JobId id) {
            return admin.find(id);
        }

        @Override
        public Page list(JobFilter filter, @Nullable String cursor, int limit) {
            return admin.list(filter, cursor, limit);
        }

        @Override
        public boolean listsAsClaimed(String queue) {
            return admin.listsAsClaimed(queue);
        }

        @Override
        public Applied apply(JobFilter filter, JobAction action, @Nullable String cursor, int limit) {
            return admin.apply(filter, action, cursor, limit);
        }

        @Override
        public boolean pause(String queue, boolean paused) {
            return admin.pause(queue, paused);
        }

        @Override
        public StorageStats stats() {
            return admin.stats();
        }

        @Override
        public List<Rule> rules(String queue) {
            return admin.rules(queue);
        }

        @Override
        public Optional<Rule> rule(String queue, Rule.Target target, String name) {
            return admin.rule(queue, target, name);
        }
    }
}
