package io.jobq.benchmarks.peers;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * A PostgreSQL on 127.0.0.1 that, like the Redis beside it, does not wait for disks: without {@code fsync} and with
 * {@code synchronous_commit} off, as the embedded one comes.
 */
final class PostgresStore implements Store {
    private final EmbeddedPostgres server;
    private final Database database;

    private PostgresStore(EmbeddedPostgres server) {
        this.server = server;
        this.database = new Database(uri());
    }

    /** Starts it from binaries that Maven has brought. */
    static PostgresStore start() {
        try {
            return new PostgresStore(EmbeddedPostgres.builder().start());
        } catch (IOException | RuntimeException e) {
            throw new UnavailableException("PostgreSQL does not start here: " + e.getMessage());
        }
    }

    @Override
    public String uri() {
        return server.getJdbcUrl("postgres", "postgres");
    }

    @Override
    public String description() {
        long number = database.number("select current_setting('server_version_num')::bigint");
        return "PostgreSQL " + number / 10_000 + "." + number % 10_000
                + " without `fsync` and with `synchronous_commit` off, through HikariCP " + Versions.of("HikariCP")
                + " with its 10 connections";
    }

    @Override
    public void reset() {
        database.run("drop schema public cascade; create schema public");
    }

    @Override
    public Footprint footprint() {
        long rows = database.number("""
                select coalesce(sum((xpath('/row/c/text()', query_to_xml(
                  format('select count(*) as c from %I.%I', schemaname, tablename),
                  false, true, '')))[1]::text::bigint), 0)
                from pg_tables where schemaname = 'public'
                """);
        long bytes = database.number("""
                select coalesce(sum(pg_total_relation_size(format('%I.%I', schemaname, tablename))), 0)
                from pg_tables where schemaname = 'public'
                """);
        return new Footprint(rows, bytes);
    }

    @Override
    public void close() {
        database.close();
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
