package io.github.dedupkit.benchmarks;

import com.google.common.util.concurrent.Uninterruptibles;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Threads that work at one thing together. */
final class BenchThreads {
    private BenchThreads() {}

    /**
     * Runs tasks, each in a thread of its own. All have ended when this returns or throws, so that the caller may close
     * what they use.
     *
     * @param name of the threads, to be numbered
     * @param stop lets the tasks end soon: called when one fails, or when this thread is interrupted
     * @param watch called in this thread every so many milliseconds, and when all have ended
     * @throws InterruptedException if this thread is interrupted
     * @throws RuntimeException as the first task that failed threw it, or an {@link Error}
     */
    static void run(String name, List<? extends Runnable> tasks, Runnable stop, int millis, Runnable watch)
            throws InterruptedException {
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        List<Thread> threads = new ArrayList<>();
        for (Runnable task : tasks) {
            threads.add(new Thread(() -> work(task, stop, failure), name + "-" + threads.size()));
        }
        try {
            threads.forEach(Thread::start);
            for (Thread thread : threads) {
                while (thread.isAlive()) {
                    thread.join(millis);
                    watch.run();
                }
            }
        } finally {
            stop.run();
            threads.forEach(Uninterruptibles::joinUninterruptibly);
        }
        watch.run();
        Throwable thrown = failure.get();
        if (thrown instanceof Error error) {
            throw error;
        }
        if (thrown instanceof RuntimeException exception) {
            throw exception;
        }
    }

    private static void work(Runnable task, Runnable stop, AtomicReference<@Nullable Throwable> failure) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            failure.compareAndSet(null, e);
            stop.run();
        }
    }
}
