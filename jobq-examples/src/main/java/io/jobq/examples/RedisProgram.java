package io.jobq.examples;

import io.jobq.redis.RedisOptions;
import io.jobq.redis.RedisStorage;
import io.jobq.spi.StorageException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;

/**
 * What the programs on Redis have in common: they read their command line, connect, and say what is wrong.
 *
 * @param name the program's
 * @param usage its roles and options
 * @param limit how long it may take if it is not told
 */
record RedisProgram(String name, String usage, Duration limit) {
    /** What a program does. */
    @FunctionalInterface
    interface Body {
        /** Returns whether all went well. */
        boolean run(RedisArguments arguments, RedisStorage storage) throws Exception;
    }

    /** Runs a program; returns its exit status: 0, 1 if something went wrong, 2 if the arguments make no sense. */
    int run(List<String> line, PrintStream err, Body body) throws Exception {
        try {
            RedisArguments arguments = RedisArguments.parse(line, limit);
            RedisOptions options = RedisOptions.of(arguments.redis()).withPrefix(arguments.prefix());
            try (RedisStorage storage = RedisStorage.connect(options)) {
                return body.run(arguments, storage) ? 0 : 1;
            }
        } catch (UsageException wrong) {
            err.println(name + ": " + wrong.getMessage());
            err.println(usage);
            err.println(RedisArguments.OPTIONS);
            return 2;
        } catch (StorageException failed) {
            err.println(name + ": " + failed.getMessage());
            return 1;
        }
    }
}
