package io.jobq.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** Adds up the time between starts and stops: by the clock, and that of all processors spent by this process. */
final class Stopwatch {
    private static final OperatingSystemMXBean SYSTEM =
            ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

    private long nanos;
    private long cpuNanos;

    /** Goes on. */
    void start() {
        cpuNanos -= SYSTEM.getProcessCpuTime();
        nanos -= System.nanoTime();
    }

    /** Pauses. */
    void stop() {
        nanos += System.nanoTime();
        cpuNanos += SYSTEM.getProcessCpuTime();
    }

    /** Nanoseconds by the clock. */
    long nanos() {
        return nanos;
    }

    /** Nanoseconds of processor time, which a busy machine disturbs less; collector and compiler included. */
    long cpuNanos() {
        return cpuNanos;
    }
}
