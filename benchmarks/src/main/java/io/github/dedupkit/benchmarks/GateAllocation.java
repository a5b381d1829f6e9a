package io.github.dedupkit.benchmarks;

import java.lang.management.ManagementFactory;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;

/**
 * Bytes that this thread allocates. The JVM is asked by name, for the interface is none of Java's own; the question itself
 * allocates, and that is taken off.
 */
final class GateAllocation {
    private static final MBeanServer SERVER = ManagementFactory.getPlatformMBeanServer();
    private static final int REPETITIONS = 5;
    private static final int EVENTS = 50_000;

    private GateAllocation() {}

    /**
     * The bytes per event, of several repetitions the one with the least: the compiler, when it changes its mind, allocates
     * once, and what the code allocates it does each time.
     *
     * @param events of a call
     * @param call to be repeated
     */
    static double perEvent(int events, Runnable call) {
        long calls = EVENTS / events;
        long question = least(0, call);
        return Math.max(0, least(calls, call) - question) / (double) (calls * events);
    }

    private static long least(long calls, Runnable call) {
        long least = Long.MAX_VALUE;
        for (int repetition = 0; repetition < REPETITIONS; repetition++) {
            long before = allocated();
            for (long i = 0; i < calls; i++) {
                call.run();
            }
            least = Math.min(least, allocated() - before);
        }
        return least;
    }

    private static long allocated() {
        try {
            return (long) SERVER.invoke(
                    new ObjectName(ManagementFactory.THREAD_MXBEAN_NAME),
                    "getThreadAllocatedBytes",
                    new Object[] {Thread.currentThread().getId()},
                    new String[] {"long"});
        } catch (JMException e) {
            throw BenchException.failed("this JVM does not tell what a thread allocates; use HotSpot: " + e);
        }
    }
}
