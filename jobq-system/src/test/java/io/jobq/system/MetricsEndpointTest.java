package io.jobq.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jobq.Health;
import io.jobq.JobQException;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class MetricsEndpointTest {
    private static final Health UP = new Health(true, List.of(), List.of());

    private final PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final AtomicReference<Health> health = new AtomicReference<>(UP);
    private final HttpClient client = HttpClient.newHttpClient();
    private final List<AutoCloseable> opened = new ArrayList<>();

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable each : opened) {
            each.close();
        }
    }

    private MetricsEndpoint start(Duration longestRequest) {
        MetricsEndpoint endpoint = MetricsEndpoint.start(
                MetricsConfig.on(0),
                meters,
                () -> HealthForm.of(health.get(), HealthForm.SchedulerRole.STANDBY),
                longestRequest);
        opened.add(endpoint);
        return endpoint;
    }

    private HttpResponse<String> send(MetricsEndpoint endpoint, String method, String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + endpoint.port() + path))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private Socket connect(MetricsEndpoint endpoint) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), endpoint.port());
        socket.setSoTimeout(30_000);
        opened.add(socket);
        return socket;
    }

    @Test
    void itShowsMetricsAndHealth() throws Exception {
        MetricsEndpoint endpoint = start(Duration.ofSeconds(10));
        meters.counter("some.thing").increment(3);
        HttpResponse<String> metrics = send(endpoint, "GET", "/metrics?x=1");
        assertThat(metrics.statusCode()).isEqualTo(200);
        assertThat(metrics.headers().firstValue("Content-Type")).contains("text/plain; version=0.0.4; charset=utf-8");
        assertThat(metrics.body()).contains("# TYPE some_thing_total counter\nsome_thing_total 3.0\n");
        HttpResponse<String> up = send(endpoint, "GET", "/health");
        assertThat(up.statusCode()).isEqualTo(200);
        assertThat(up.headers().firstValue("Content-Type")).contains("application/json");
        assertThat(up.body()).isEqualTo("{\"status\":\"up\",\"problems\":[],\"workers\":[],\"scheduler\":\"standby\"}");
        assertThat(send(endpoint, "GET", "/").body()).contains("/metrics\n", "/health\n");
    }

    @Test
    void whatIsWrongMakesItUnavailable() throws Exception {
        MetricsEndpoint endpoint = start(Duration.ofSeconds(10));
        health.set(new Health(false, List.of("a \"bad\" thing"), List.of()));
        HttpResponse<String> down = send(endpoint, "GET", "/health");
        assertThat(down.statusCode()).isEqualTo(503);
        assertThat(down.body())
                .isEqualTo(
                        "{\"status\":\"down\",\"problems\":[\"a \\\"bad\\\" thing\"],\"workers\":[],\"scheduler\":\"standby\"}");
    }

    @Test
    void withoutASystemNothingIsKnownOfASchedulerThere() throws Exception {
        MetricsEndpoint endpoint = MetricsEndpoint.start(MetricsConfig.on(0), meters, health::get);
        opened.add(endpoint);
        assertThat(send(endpoint, "GET", "/health").body()).endsWith(",\"scheduler\":null}");
    }

    @Test
    void headGivesTheHeadOnly() throws Exception {
        MetricsEndpoint endpoint = start(Duration.ofSeconds(10));
        String body = send(endpoint, "GET", "/health").body();
        HttpResponse<String> head = send(endpoint, "HEAD", "/health");
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
        assertThat(head.headers().firstValueAsLong("Content-Length")).hasValue(body.length());
        assertThat(send(endpoint, "GET", "/health").body())
                .as("the connection is usable")
                .isEqualTo(body);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/favicon.ico", "/metrics/", "/Metrics", "//metrics", "/..%2f", "/%00"})
    void otherPathsAreNotFound(String path) throws Exception {
        assertThat(send(start(Duration.ofSeconds(10)), "GET", path).statusCode())
                .isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE", "OPTIONS", "PATCH", "NONSENSE"})
    void otherMethodsAreNotAllowed(String method) throws Exception {
        HttpResponse<String> refused = send(start(Duration.ofSeconds(10)), method, "/metrics");
        assertThat(refused.statusCode()).isEqualTo(405);
        assertThat(refused.headers().firstValue("Allow")).contains("GET, HEAD");
    }

    @Test
    void whatFailsIsAnErrorWithoutDetails() throws Exception {
        MetricsEndpoint endpoint = MetricsEndpoint.start(MetricsConfig.on(0), meters, () -> {
            throw new IllegalStateException("secret");
        });
        opened.add(endpoint);
        HttpResponse<String> failed = send(endpoint, "GET", "/health");
        assertThat(failed.statusCode()).isEqualTo(500);
        assertThat(failed.body()).doesNotContain("secret");
        assertThat(send(endpoint, "GET", "/metrics").statusCode()).isEqualTo(200);
    }

    @Test
    void aPortThatIsTakenIsNamed() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            MetricsConfig config = MetricsConfig.on(taken.getLocalPort());
            assertThatThrownBy(() -> MetricsEndpoint.start(config, meters, health::get))
                    .isInstanceOf(JobQException.class)
                    .hasMessageStartingWith("cannot open the metrics port " + taken.getLocalPort() + " on 127.0.0.1: ")
                    .hasMessageEndingWith(
                            "; give another jobq.metrics.port (0 for any that is free) or jobq.metrics.address");
        }
    }

    @Test
    void aHostThatIsNotKnownIsNamed() {
        assertThatThrownBy(() -> MetricsEndpoint.start(
                        MetricsConfig.on(0).withAddress("no.such.host.invalid"), meters, health::get))
                .isInstanceOf(JobQException.class)
                .hasMessageContaining("on no.such.host.invalid: the host is not known");
    }

    @Test
    void itIsReachedFromThisMachineOnly() {
        MetricsEndpoint endpoint = start(Duration.ofSeconds(10));
        assertThat(endpoint.address())
                .isEqualTo(new InetSocketAddress(InetAddress.getLoopbackAddress(), endpoint.port()));
    }

    @Test
    void clientsThatSendNothingMoreAreCutOffAndOthersAreServed() throws Exception {
        MetricsEndpoint endpoint = start(Duration.ofMillis(100));
        List<Socket> slow = new ArrayList<>();
        for (int i = 0; i < 100; i++) { // many more than there are threads
            Socket socket = connect(endpoint);
            socket.getOutputStream().write("GET /metrics HTTP/1.1\r\nHost:".getBytes(StandardCharsets.US_ASCII));
            slow.add(socket);
        }
        assertThat(send(endpoint, "GET", "/health").statusCode()).isEqualTo(200);
        for (Socket each : slow) {
            assertThat(isAtEnd(each)).isTrue();
        }
    }

    @Test
    void clientsThatDoNotReadAreCutOffAndOthersAreServed() throws Exception {
        for (int i = 0; i < 20_000; i++) { // far more than fits into the buffers of a connection
            meters.counter("padding", "tag", "x".repeat(400) + i).increment();
        }
        MetricsEndpoint endpoint = start(Duration.ofSeconds(2));
        for (int i = 0; i < 5; i++) {
            Socket socket = connect(endpoint);
            socket.getOutputStream()
                    .write("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        }
        assertThat(send(endpoint, "GET", "/health").statusCode()).isEqualTo(200);
    }

    @Test
    void whatIsNoHttpIsRefused() throws Exception {
        MetricsEndpoint endpoint = start(Duration.ofSeconds(10));
        Socket socket = connect(endpoint);
        socket.getOutputStream().write("\u0000\u0001\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        BufferedReader reader =
                new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
        assertThat(reader.readLine()).contains("400");
        assertThat(send(endpoint, "GET", "/health").statusCode()).isEqualTo(200);
    }

    @Test
    void closingDoesNotWaitForSlowClients() throws Exception {
        MetricsEndpoint endpoint = start(Duration.ofMinutes(5));
        Socket slow = connect(endpoint);
        slow.getOutputStream().write("GET /metrics HTTP/1.1\r\n".getBytes(StandardCharsets.US_ASCII));
        send(endpoint, "GET", "/health"); // so that the slow one is being served
        endpoint.close();
        endpoint.close();
        assertThat(isAtEnd(slow)).isTrue();
        assertThatThrownBy(() -> send(endpoint, "GET", "/health")).isInstanceOf(IOException.class);
        try (ServerSocket free = new ServerSocket(endpoint.port(), 1, InetAddress.getLoopbackAddress())) {
            assertThat(free.isBound()).isTrue();
        }
    }

    @Test
    void noThreadKeepsTheJvmFromEnding() throws Exception {
        List<Thread> before = List.copyOf(Thread.getAllStackTraces().keySet());
        MetricsEndpoint endpoint = start(Duration.ofSeconds(10));
        send(endpoint, "GET", "/metrics");
        assertThat(Thread.getAllStackTraces().keySet())
                .filteredOn(thread -> !before.contains(thread))
                .isNotEmpty()
                .allMatch(Thread::isDaemon);
    }

    private static boolean isAtEnd(Socket socket) throws IOException {
        try {
            socket.getInputStream().readAllBytes(); // maybe an answer that says so
            return true;
        } catch (java.net.SocketTimeoutException stillOpen) {
            return false;
        } catch (IOException reset) {
            return true;
        }
    }
}
