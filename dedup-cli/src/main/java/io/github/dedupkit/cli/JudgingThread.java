package io.github.dedupkit.cli;

import io.github.dedupkit.EventBatch;
import java.util.ArrayDeque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.ToIntFunction;

/**
 * Judges blocks of records, one after the other, while the thread that owns it reads the next and writes the last. It does
 * nothing else: no input keeps it waiting, no output, so it ends when it is told to. Its methods are for one thread at a
 * time.
 *
 * <p>The store belongs to this thread while a block is handed over, and to the owner while none is. After a block that was
 * not judged completely no other is judged.
 */
final class JudgingThread {
    private final ToIntFunction<EventBatch> store;
    private final ExecutorService executor = Executors.newSingleThreadExecutor(JudgingThread::daemon);
    private final ArrayDeque<Handed> handed = new ArrayDeque<>();
    private volatile boolean stopped;

    private record Handed(RecordBlock block, Future<?> judgement) {}

    private interface Wait {
        void await() throws InterruptedException, ExecutionException;
    }

    /**
     * Starts no thread before there is a block.
     *
     * @param store answers how many of the first of a batch it has judged rightly
     */
    JudgingThread(ToIntFunction<EventBatch> store) {
        this.store = store;
    }

    /** Hands a block over. It is this thread's until it is taken back. */
    void submit(RecordBlock block) {
        handed.add(new Handed(block, executor.submit(() -> judge(block))));
    }

    /** Whether no block is handed over. */
    boolean isIdle() {
        return handed.isEmpty();
    }

    /** Takes the oldest block back, judged; waits for that. Throws what its judging threw. */
    RecordBlock take() {
        Handed oldest = handed.remove();
        uninterruptibly(oldest.judgement::get);
        return oldest.block;
    }

    /** Judges a block here and now: quicker for a few records than to hand them over. No block may be handed over. */
    void judge(RecordBlock block) {
        if (stopped) {
            return;
        }
        boolean complete = false;
        try {
            complete = block.judge(store);
        } finally {
            if (!complete) {
                stopped = true;
            }
        }
    }

    /** Ends the thread, and waits for that. Blocks that are handed over are dropped, and with them what went wrong there. */
    void stop() {
        stopped = true;
        executor.shutdown();
        uninterruptibly(() -> executor.awaitTermination(Long.MAX_VALUE, TimeUnit.NANOSECONDS));
        handed.clear();
    }

    /** Waits, for as long as it takes to judge some blocks. An interrupt is kept for later. */
    private static void uninterruptibly(Wait wait) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    wait.await();
                    return;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } catch (ExecutionException e) {
            throw unchecked(e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static RuntimeException unchecked(ExecutionException e) {
        if (e.getCause() instanceof Error error) {
            throw error;
        }
        return e.getCause() instanceof RuntimeException exception ? exception : new IllegalStateException(e);
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "dedup-judge");
        thread.setDaemon(true);
        return thread;
    }
}
