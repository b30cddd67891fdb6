package io.jobq.internal;

import java.lang.reflect.Method;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/** Where threads come from. */
final class Threads {
    private Threads() {}

    /**
     * For slots: virtual threads on a JVM that has them (21 or newer), else platform threads. Found by reflection, since
     * the code is compiled for 17; what it yields is a plain factory, so nothing reflective is left on the hot path.
     */
    static ThreadFactory slots(String prefix) {
        try {
            Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
            Class<?> type = Class.forName("java.lang.Thread$Builder");
            Method name = type.getMethod("name", String.class, long.class);
            return (ThreadFactory) type.getMethod("factory").invoke(name.invoke(builder, prefix, 1L));
        } catch (ReflectiveOperationException | RuntimeException without) { // before 21, or a preview that is off
            AtomicInteger number = new AtomicInteger();
            return task -> daemon(prefix + number.incrementAndGet(), task);
        }
    }

    /** A platform thread, not started, that does not keep the JVM alive. */
    static Thread daemon(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }
}
