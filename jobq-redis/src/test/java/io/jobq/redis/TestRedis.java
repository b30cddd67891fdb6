package io.jobq.redis;

final class TestRedis {
    private TestRedis() {}

    static String uri() {
        return System.getenv().getOrDefault("JOBQ_TEST_REDIS_URI", "redis://127.0.0.1:7777");
    }
}
