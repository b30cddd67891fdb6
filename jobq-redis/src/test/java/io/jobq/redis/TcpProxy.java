package io.jobq.redis;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.HashSet;
import java.util.Set;

/**
 * A bad network in front of a port of the loopback interface. Thread-safe. Each direction of each connection has a
 * thread, and what was read while the network stalls is passed on when it heals, as TCP does.
 */
final class TcpProxy implements AutoCloseable {
    private enum State {
        PASSES,
        STALLS_REPLIES,
        STALLS,
        CUT
    }

    private final int target;
    private final ServerSocket listener;
    private final Thread acceptor;
    private final Set<Socket> sockets = new HashSet<>();
    private State state = State.PASSES;
    private int repliesToDrop;

    private TcpProxy(int target) throws IOException {
        this.target = target;
        listener = new ServerSocket(Ports.free(), 128, InetAddress.getLoopbackAddress());
        acceptor = start("accept", this::accept);
    }

    /** Passes everything to and from this port. */
    static TcpProxy to(int target) throws IOException {
        return new TcpProxy(target);
    }

    int port() {
        return listener.getLocalPort();
    }

    String uri() {
        return "redis://127.0.0.1:" + port();
    }

    /** Ends all connections, and new ones at once, until it is healed. */
    void cut() {
        enter(State.CUT);
    }

    /** Keeps connections, and accepts new ones, but passes nothing, until it is healed or cut. */
    void stall() {
        enter(State.STALLS);
    }

    /** Passes requests but no replies, until it is healed or cut: the server does what the client gives up on. */
    void stallReplies() {
        enter(State.STALLS_REPLIES);
    }

    /**
     * Loses the next replies, and with each the connection that it was for: the server did what the client cannot know.
     * A reply is here what arrives at once; the handshake of a client counts.
     */
    synchronized void dropReplies(int count) {
        repliesToDrop = count;
    }

    /** Passes everything again. */
    void heal() {
        dropReplies(0);
        enter(State.PASSES);
    }

    /** How many connections there are now. */
    synchronized int connections() {
        return sockets.size() / 2;
    }

    @Override
    public void close() throws IOException {
        listener.close();
        cut();
        try {
            // The port is in use for as long as a thread accepts.
            acceptor.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void enter(State next) {
        state = next;
        if (next == State.CUT) {
            sockets.forEach(TcpProxy::close);
            sockets.clear();
        }
        notifyAll();
    }

    private void accept() {
        try {
            while (true) {
                connect(listener.accept());
            }
        } catch (IOException closed) {
            return;
        }
    }

    private void connect(Socket client) {
        try {
            Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
            if (add(client, server)) {
                start("requests", () -> pump(client, server, false));
                start("replies", () -> pump(server, client, true));
            }
        } catch (IOException noServer) {
            close(client);
        }
    }

    private synchronized boolean add(Socket client, Socket server) {
        if (state == State.CUT) {
            close(client);
            close(server);
            return false;
        }
        sockets.add(client);
        sockets.add(server);
        return true;
    }

    private void pump(Socket from, Socket to, boolean replies) {
        byte[] buffer = new byte[16 * 1024];
        try {
            to.setTcpNoDelay(true);
            InputStream in = from.getInputStream();
            for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                if (isLost(replies)) {
                    break;
                }
                to.getOutputStream().write(buffer, 0, length);
            }
        } catch (IOException ended) {
            // By either side, or by cut().
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            remove(from, to);
        }
    }

    /** Waits while nothing may pass this way. */
    private synchronized boolean isLost(boolean replies) throws InterruptedException {
        while (state == State.STALLS || (replies && state == State.STALLS_REPLIES)) {
            wait();
        }
        if (!replies || repliesToDrop == 0) {
            return false;
        }
        repliesToDrop--;
        return true;
    }

    private synchronized void remove(Socket from, Socket to) {
        close(from);
        close(to);
        sockets.remove(from);
        sockets.remove(to);
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException alreadyGone) {
            return;
        }
    }

    private static Thread start(String name, Runnable work) {
        Thread thread = new Thread(work, "proxy-" + name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
