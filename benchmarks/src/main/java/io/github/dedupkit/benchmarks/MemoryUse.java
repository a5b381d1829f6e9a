package io.github.dedupkit.benchmarks;

import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;

/**
 * What this process holds.
 *
 * @param resident memory, as the system counts it; 0 where it does not
 * @param heap that is in use after a collection
 * @param direct buffers
 * @param disk in the process's temporary directory
 */
record MemoryUse(long resident, long heap, long direct, long disk) {
    private static final int COLLECTIONS = 3;
    private static final int QUIET_SECONDS = 60;

    /** After everything that can go has gone: collects, with a heap that shrinks to what is in use. */
    static MemoryUse settled() throws InterruptedException {
        if (!ForkJoinPool.commonPool().awaitQuiescence(QUIET_SECONDS, TimeUnit.SECONDS)) {
            throw BenchException.failed("a cache was still tidying up after " + QUIET_SECONDS
                    + " s; its memory means nothing yet, so measure fewer keys");
        }
        leaveFree(1, 2);
        for (int i = 0; i < COLLECTIONS; i++) {
            collect();
        }
        leaveFree(40, 70); // as the JVM has them by default
        return new MemoryUse(
                BenchMemory.residentBytes().orElse(0),
                ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed(),
                directBytes(),
                BenchFiles.bytes(Path.of(System.getProperty("java.io.tmpdir"))));
    }

    /**
     * Collects, and waits until references found dead are being handled: direct memory goes only then, and after the next
     * collection all of it has gone.
     */
    private static void collect() throws InterruptedException {
        ReferenceQueue<Object> handled = new ReferenceQueue<>();
        WeakReference<Object> sentinel = new WeakReference<>(new Object(), handled);
        try {
            System.gc();
            if (handled.remove(QUIET_SECONDS * 1_000L) == null) {
                throw BenchException.failed("System.gc() collects nothing; measure without -XX:+DisableExplicitGC");
            }
        } finally {
            Reference.reachabilityFence(sentinel);
        }
    }

    /** Sets how much of the heap a collection leaves free, in percent. By name: the bean's class is no part of Java. */
    private static void leaveFree(int least, int most) {
        try {
            MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
            ObjectName vm = new ObjectName("com.sun.management:type=HotSpotDiagnostic");
            String[] types = {String.class.getName(), String.class.getName()};
            // From 0 on, so that the least is never above the most.
            for (String[] option : new String[][] {
                {"MinHeapFreeRatio", "0"}, {"MaxHeapFreeRatio", "" + most}, {"MinHeapFreeRatio", "" + least}
            }) {
                beans.invoke(vm, "setVMOption", option, types);
            }
        } catch (JMException e) {
            throw BenchException.failed(
                    "this JVM does not let its heap shrink (" + e + "); measure with HotSpot 17 or newer");
        }
    }

    /** What has come since. */
    MemoryUse since(MemoryUse earlier) {
        return new MemoryUse(
                resident - earlier.resident, heap - earlier.heap, direct - earlier.direct, disk - earlier.disk);
    }

    private static long directBytes() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
    }
}
