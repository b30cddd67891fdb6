package io.jobq.internal;

import java.lang.reflect.Method;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Where threads come from. None inherits the {@link InheritableThreadLocal}s of the thread that makes it: a system is often
 * started by a request, whose user is not that of any job. The context class loader is the maker's all the same.
 */
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
            Object named = type.getMethod("name", String.class, long.class).invoke(builder, prefix, 1L);
            Method inherit = type.getMethod("inheritInheritableThreadLocals", boolean.class);
            return (ThreadFactory) type.getMethod("factory").invoke(inherit.invoke(named, false));
        } catch (ReflectiveOperationException | RuntimeException without) { // before 21, or a preview that is off
            AtomicInteger number = new AtomicInteger();
            return task -> daemon(prefix + number.incrementAndGet(), task);
        }
    }

    /** A platform thread, not started, that does not keep the JVM alive. */
    static Thread daemon(String name, Runnable task) {
        Thread thread = new Thread(null, task, name, 0, false);
        thread.setContextClassLoader(Thread.currentThread().getContextClassLoader());
        thread.setDaemon(true);
        return thread;
    }
}
