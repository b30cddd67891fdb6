package io.jobq.system;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.jobq.Health;
import io.jobq.JobQException;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A small HTTP server: {@code /metrics} in the text format of Prometheus, {@code /health} as JSON with status 200 or, when
 * something is wrong, 503. It has no access control and no TLS; bind it to an address that only those reach who may read it.
 *
 * <p>Its threads are daemons. A request that takes longer than 10 seconds is cut off. Thread-safe.
 */
public final class MetricsEndpoint implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(MetricsEndpoint.class);
    static final Duration LONGEST_REQUEST = Duration.ofSeconds(10);
    private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";
    private static final String PLAIN = "text/plain; charset=utf-8";
    private static final Page NOT_FOUND = new Page(404, PLAIN, "not found\n");
    private static final Page NOT_ALLOWED = new Page(405, PLAIN, "only GET and HEAD\n");

    private final HttpServer server;
    private final HttpTasks tasks;
    private final Map<String, Supplier<Page>> pages;

    private record Page(int status, String type, String text) {}

    private MetricsEndpoint(HttpServer server, HttpTasks tasks, Map<String, Supplier<Page>> pages) {
        this.server = server;
        this.tasks = tasks;
        this.pages = pages;
    }

    /**
     * Opens the port; whether the configuration is {@linkplain MetricsConfig#enabled enabled} does not matter here.
     *
     * @param meters what {@code /metrics} shows
     * @param health asked for each {@code /health}, by any thread; {@code jobq::health} fits
     * @throws JobQException if the port can't be had; the message says which, and why
     */
    public static MetricsEndpoint start(MetricsConfig config, PrometheusMeterRegistry meters, Supplier<Health> health) {
        Objects.requireNonNull(health, "health");
        return start(config, meters, () -> HealthForm.of(health.get(), null), LONGEST_REQUEST);
    }

    static MetricsEndpoint start(
            MetricsConfig config, PrometheusMeterRegistry meters, Supplier<HealthForm> health, Duration longest) {
        Objects.requireNonNull(meters, "meters");
        Map<String, Supplier<Page>> pages = Map.of(
                "/", () -> new Page(200, PLAIN, "JobQ\n/metrics\n/health\n"),
                "/metrics", () -> new Page(200, PROMETHEUS, meters.scrape()),
                "/health", () -> healthPage(health.get()));
        HttpServer server = bind(config);
        HttpTasks tasks = new HttpTasks(longest);
        MetricsEndpoint endpoint = new MetricsEndpoint(server, tasks, pages);
        server.setExecutor(tasks);
        server.createContext("/", endpoint::answer);
        startAsDaemon(server);
        return endpoint;
    }

    private static HttpServer bind(MetricsConfig config) {
        InetSocketAddress address = new InetSocketAddress(config.address(), config.port());
        try {
            if (address.isUnresolved()) {
                throw new IOException("the host is not known");
            }
            return HttpServer.create(address, 0);
        } catch (IOException taken) {
            throw new JobQException(
                    "cannot open the metrics port " + config.port() + " on " + config.address() + ": "
                            + taken.getMessage()
                            + "; give another jobq.metrics.port (0 for any that is free) or jobq.metrics.address",
                    taken);
        }
    }

    /** The server's own thread is a daemon if the one that starts it is; else it would keep the JVM from ending. */
    private static void startAsDaemon(HttpServer server) {
        Thread starter = new Thread(null, server::start, "jobq-http-start", 0, false);
        starter.setDaemon(true);
        starter.start();
        boolean interrupted = false;
        while (starter.isAlive()) {
            try {
                starter.join();
            } catch (InterruptedException later) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static Page healthPage(HealthForm health) {
        return new Page(health.isUp() ? 200 : 503, "application/json", health.toJson());
    }

    private void answer(HttpExchange exchange) {
        try (exchange) {
            Page page = page(exchange);
            byte[] body = page.text.getBytes(StandardCharsets.UTF_8);
            boolean head = exchange.getRequestMethod().equals("HEAD");
            exchange.getResponseHeaders().set("Content-Type", page.type);
            exchange.getResponseHeaders().set("Cache-Control", "no-store");
            exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
            if (head) {
                exchange.getResponseHeaders().set("Content-Length", Integer.toString(body.length));
            }
            exchange.sendResponseHeaders(page.status, head ? -1 : body.length);
            if (!head) {
                exchange.getResponseBody().write(body);
            }
        } catch (IOException gone) {
            log.debug("the client went away, or was too slow", gone);
        }
    }

    private Page page(HttpExchange exchange) {
        Supplier<Page> page = pages.get(String.valueOf(exchange.getRequestURI().getPath()));
        String method = exchange.getRequestMethod();
        if (page == null) {
            return NOT_FOUND;
        } else if (!method.equals("GET") && !method.equals("HEAD")) {
            exchange.getResponseHeaders().set("Allow", "GET, HEAD");
            return NOT_ALLOWED;
        }
        try {
            return page.get();
        } catch (RuntimeException failed) {
            log.warn("cannot show {}", exchange.getRequestURI().getPath(), failed);
            return new Page(500, PLAIN, "failed; the log says why\n");
        }
    }

    /** The port, also where any was asked for. */
    public int port() {
        return server.getAddress().getPort();
    }

    /** The address it is bound to. */
    InetSocketAddress address() {
        return server.getAddress();
    }

    /** Cuts off what is under way, and frees the port. Closing twice does nothing. */
    @Override
    public void close() {
        server.stop(0);
        tasks.close();
    }
}
