package io.jobq.benchmarks.chaos;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A way to Redis that can be cut. */
final class Proxy implements AutoCloseable {
    private static final int DEFAULT_PORT = 6379;

    /** How it treats connections. */
    enum State {
        /** Passes everything on. */
        OPEN,
        /** Passes nothing on and says nothing, as a network that drops packets. */
        SILENT,
        /** Closes them. */
        CLOSED
    }

    private final URI target;
    private final ServerSocket server;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private State state = State.OPEN;

    /** In front of a {@code redis://} URI. */
    Proxy(String uri) {
        this.target = URI.create(uri);
        try {
            this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        daemon(this::accept);
    }

    /** The URI of Redis by this way. */
    String uri() {
        try {
            String host = InetAddress.getLoopbackAddress().getHostAddress();
            return new URI(
                            target.getScheme(),
                            target.getUserInfo(),
                            host,
                            server.getLocalPort(),
                            target.getPath(),
                            target.getQuery(),
                            null)
                    .toString();
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** Cuts it, or opens it again. */
    synchronized void set(State wanted) {
        state = wanted;
        notifyAll();
        if (wanted == State.CLOSED) {
            sockets.forEach(Proxy::close);
        }
    }

    private synchronized boolean isClosed() {
        return state == State.CLOSED;
    }

    private synchronized void awaitPassage() throws InterruptedException {
        while (state == State.SILENT) {
            wait();
        }
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                connect(server.accept());
            } catch (IOException closing) {
                return;
            }
        }
    }

    private void connect(Socket client) {
        sockets.add(client);
        if (isClosed()) {
            drop(client);
            return;
        }
        daemon(() -> {
            try {
                Socket redis = new Socket(target.getHost(), target.getPort() < 0 ? DEFAULT_PORT : target.getPort());
                sockets.add(redis);
                client.setTcpNoDelay(true);
                redis.setTcpNoDelay(true);
                daemon(() -> pump(client, redis));
                pump(redis, client);
            } catch (IOException away) {
                drop(client);
            }
        });
    }

    private void pump(Socket from, Socket to) {
        byte[] buffer = new byte[1 << 16];
        try (from;
                to;
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream()) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                awaitPassage();
                out.write(buffer, 0, count);
            }
        } catch (IOException | InterruptedException broken) {
            drop(from);
        }
        drop(from);
        drop(to);
    }

    private void drop(Socket socket) {
        sockets.remove(socket);
        close(socket);
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task, "chaos-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() {
        set(State.CLOSED);
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
