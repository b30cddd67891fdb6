package io.jobq.examples;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * What the command line of a program on Redis asks for.
 *
 * @param words what is no option: the role and its name
 * @param redis where Redis is
 * @param prefix begins the program's keys
 * @param deadline when the program must be over
 * @param plain whether to append lines rather than to change them in place
 */
record RedisArguments(List<String> words, String redis, String prefix, Deadline deadline, boolean plain) {
    static final String OPTIONS = """
            options:
              --redis URI    where Redis is, redis://127.0.0.1:6379 for example
              --prefix TEXT  begins all keys in Redis, jobq by default
              --seconds N    ends after so long at the latest
              --plain        appends lines even on a terminal""";
    private static final String NO_REDIS = """
            a Redis is needed, 6.2 or newer: name it with --redis redis://HOST:PORT
            (one for the occasion: redis-server --port 6379 --save '')""";

    /**
     * Reads a command line.
     *
     * @param limit how long the program may take if it is not told
     */
    static RedisArguments parse(List<String> line, Duration limit) throws UsageException {
        RedisArguments arguments = new RedisArguments(List.of(), "", "jobq", Deadline.in(limit), false);
        Deque<String> rest = new ArrayDeque<>(line);
        while (!rest.isEmpty()) {
            arguments = arguments.with(rest.remove(), rest);
        }
        if (arguments.redis.isEmpty()) {
            throw new UsageException(NO_REDIS);
        }
        return arguments;
    }

    private RedisArguments with(String word, Deque<String> rest) throws UsageException {
        return switch (word) {
            case "--redis" -> new RedisArguments(words, value(word, rest), prefix, deadline, plain);
            case "--prefix" -> new RedisArguments(words, redis, value(word, rest), deadline, plain);
            case "--seconds" -> new RedisArguments(words, redis, prefix, deadline(value(word, rest)), plain);
            case "--plain" -> new RedisArguments(words, redis, prefix, deadline, true);
            default -> withWord(word);
        };
    }

    private RedisArguments withWord(String word) throws UsageException {
        if (word.startsWith("-")) {
            throw new UsageException("unknown option: " + word);
        }
        List<String> more = new ArrayList<>(words);
        more.add(word);
        return new RedisArguments(List.copyOf(more), redis, prefix, deadline, plain);
    }

    private static String value(String option, Deque<String> rest) throws UsageException {
        String value = rest.poll();
        if (value == null || value.isEmpty()) {
            throw new UsageException(option + " needs a value");
        }
        return value;
    }

    private static Deadline deadline(String seconds) throws UsageException {
        if (!seconds.matches("[1-9]\\d{0,8}")) {
            throw new UsageException("--seconds must be a whole number from 1 on, but is '" + seconds + "'");
        }
        return Deadline.in(Duration.ofSeconds(Long.parseLong(seconds)));
    }

    /** What to be, the first word; {@code demo} if there is none. */
    String role() {
        return words.isEmpty() ? "demo" : words.get(0);
    }

    /** What to be called, the second word; the same as the role if there is none. */
    String name() {
        return words.size() < 2 ? role() : words.get(1);
    }

    /** The command line for a process that plays another role with the same Redis until the same deadline. */
    List<String> as(String role, String name) {
        long seconds = deadline.left().toSeconds() + 1;
        return List.of(role, name, "--redis", redis, "--prefix", prefix, "--seconds", "" + seconds);
    }
}
