package io.jobq.redis;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Free ports of this machine. */
final class Ports {
    /** The bus of a cluster node listens so far above its port. */
    static final int BUS = 10_000;

    private Ports() {}

    /**
     * A port that was free a moment ago, and its bus port too. Both are below the ephemeral ports: out of those a client
     * that reconnects to a dead server may be given the very port, and is then connected to itself.
     */
    static int free() {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(10_000, 10_000 + BUS);
            if (isFree(port) && isFree(port + BUS)) {
                return port;
            }
        }
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException taken) {
            return false;
        }
    }
}
