package io.jobq.system;

/**
 * Where metrics and health can be read over HTTP. Whoever reaches the port can read them, so by default that is this machine.
 *
 * @param enabled whether there is a port at all
 * @param port 0 for any that is free, up to 65,535
 * @param address the host's name or IP address to bind to
 */
public record MetricsConfig(boolean enabled, int port, String address) {
    /** No port. */
    public static final MetricsConfig OFF = new MetricsConfig(false, 9464, "127.0.0.1");

    /** Checks ranges. */
    public MetricsConfig {
        QueueConfig.require("port", port, 0, 65_535);
        if (address.isBlank()) {
            throw new IllegalArgumentException("address must be a host's name or IP address, but is blank");
        }
    }

    /** On this port of the loopback address. */
    public static MetricsConfig on(int port) {
        return new MetricsConfig(true, port, OFF.address());
    }

    /** The same on another {@link #address()}. */
    public MetricsConfig withAddress(String changed) {
        return new MetricsConfig(enabled, port, changed);
    }
}
