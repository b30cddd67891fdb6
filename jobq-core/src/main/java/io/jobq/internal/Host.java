package io.jobq.internal;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** Where this process runs, and what. */
final class Host {
    static final String NAME = name();
    static final String VERSION = version();

    private Host() {}

    private static String name() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException unnamed) {
            return "localhost";
        }
    }

    private static String version() {
        String version = Host.class.getPackage().getImplementationVersion();
        return version == null ? "dev" : version;
    }
}
