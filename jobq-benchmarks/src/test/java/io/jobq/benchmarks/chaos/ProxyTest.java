package io.jobq.benchmarks.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class ProxyTest {
    private final ServerSocket echo = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
    private final Proxy proxy = new Proxy("redis://user:secret@127.0.0.1:" + echo.getLocalPort() + "/3");

    ProxyTest() throws IOException {}

    @BeforeEach
    void serve() {
        Thread thread = new Thread(() -> {
            while (!echo.isClosed()) {
                try (Socket client = echo.accept()) {
                    client.getInputStream().transferTo(client.getOutputStream());
                } catch (IOException broken) {
                    // the next one, then
                }
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    @AfterEach
    void close() throws IOException {
        proxy.close();
        echo.close();
    }

    private Socket connect() throws IOException {
        return new Socket(
                InetAddress.getLoopbackAddress(), URI.create(proxy.uri()).getPort());
    }

    private static int roundTrip(Socket socket) throws IOException {
        socket.getOutputStream().write(42);
        return socket.getInputStream().read();
    }

    @Test
    void keepsTheRestOfTheUri() {
        assertThat(proxy.uri()).startsWith("redis://user:secret@127.0.0.1:").endsWith("/3");
    }

    @Test
    void passesBytesOnUntilItIsClosedAndAgainWhenItIsOpen() throws IOException {
        try (Socket before = connect()) {
            assertThat(roundTrip(before)).isEqualTo(42);
            proxy.set(Proxy.State.CLOSED);
            assertThat(before.getInputStream().read()).isEqualTo(-1);
        }
        try (Socket during = connect()) {
            assertThat(during.getInputStream().read()).isEqualTo(-1);
        }
        proxy.set(Proxy.State.OPEN);
        try (Socket after = connect()) {
            assertThat(roundTrip(after)).isEqualTo(42);
        }
    }

    @Test
    void holdsBytesBackWhileItIsSilent() throws IOException {
        try (Socket socket = connect()) {
            assertThat(roundTrip(socket)).isEqualTo(42);
            socket.setSoTimeout(50);
            proxy.set(Proxy.State.SILENT);
            assertThatThrownBy(() -> roundTrip(socket)).isInstanceOf(SocketTimeoutException.class);
            proxy.set(Proxy.State.OPEN);
            socket.setSoTimeout(10_000);
            assertThat(socket.getInputStream().read()).isEqualTo(42);
        }
    }
}
