package io.jobq.benchmarks.peers;

import static org.jobrunr.server.BackgroundJobServerConfiguration.usingStandardBackgroundJobServerConfiguration;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jobrunr.jobs.lambdas.JobRequest;
import org.jobrunr.jobs.lambdas.JobRequestHandler;
import org.jobrunr.jobs.mappers.JobMapper;
import org.jobrunr.scheduling.JobRequestScheduler;
import org.jobrunr.server.BackgroundJobServer;
import org.jobrunr.server.BackgroundJobServerConfiguration;
import org.jobrunr.storage.StorageProvider;
import org.jobrunr.storage.sql.postgres.PostgresStorageProvider;
import org.jobrunr.utils.mapper.JsonMapper;
import org.jobrunr.utils.mapper.jackson3.Jackson3JsonMapper;

/** JobRunr on PostgreSQL, with job requests, which its documentation has for speed in place of lambdas. */
final class JobRunrPeer implements JvmPeer {
    @Override
    public String name() {
        return "JobRunr";
    }

    @Override
    public StoreKind store() {
        return StoreKind.POSTGRESQL;
    }

    @Override
    public String bestSettings() {
        return "`pollInterval` 5 s, the smallest it takes on a database; a worker is given up on after 4 of them";
    }

    @Override
    public Session open(Setup setup) {
        Database database = new Database(setup.uri());
        JsonMapper json = new Jackson3JsonMapper();
        StorageProvider storage = new PostgresStorageProvider(database.pool());
        storage.setJobMapper(new JobMapper(json));
        BackgroundJobServerConfiguration configuration =
                usingStandardBackgroundJobServerConfiguration().andWorkerCount(setup.slots());
        if (setup.isBest()) {
            configuration.andPollInterval(Duration.ofSeconds(5));
        }
        BackgroundJobServer server = new BackgroundJobServer(storage, json, null, configuration);
        return new Connected(database, storage, new JobRequestScheduler(storage), server);
    }

    private record Connected(
            Database database, StorageProvider storage, JobRequestScheduler scheduler, BackgroundJobServer server)
            implements Session {
        @Override
        public void enqueue(Work work) {
            scheduler.enqueue(new Request(work));
        }

        @Override
        public void enqueueAll(List<Work> works) {
            scheduler.enqueue(works.stream().map(Request::new));
        }

        @Override
        public void enqueueAt(Work work, Instant due) {
            scheduler.schedule(due, new Request(work));
        }

        @Override
        public void startWorker() {
            server.start();
        }

        @Override
        public long unsettled() {
            return database.number(
                    "select count(*) from jobrunr_jobs where state in ('SCHEDULED', 'ENQUEUED', 'PROCESSING')");
        }

        @Override
        public void close() {
            server.stop();
            storage.close();
            database.close();
        }
    }

    /**
     * What JobRunr stores.
     *
     * @param work the job's
     */
    public record Request(Work work) implements JobRequest {
        @Override
        public Class<RequestHandler> getJobRequestHandler() {
            return RequestHandler.class;
        }
    }

    /** What JobRunr makes to run a job. */
    public static final class RequestHandler implements JobRequestHandler<Request> {
        @Override
        public void run(Request request) {
            Handling.run(request.work());
        }
    }
}
