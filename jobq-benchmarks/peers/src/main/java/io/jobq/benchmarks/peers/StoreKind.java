package io.jobq.benchmarks.peers;

/** The kinds of storage. */
enum StoreKind {
    REDIS {
        @Override
        Store start() {
            return RedisStore.start();
        }
    },
    POSTGRESQL {
        @Override
        Store start() {
            return PostgresStore.start();
        }
    };

    /**
     * Starts a server.
     *
     * @throws UnavailableException if none can be had here
     */
    abstract Store start();
}
