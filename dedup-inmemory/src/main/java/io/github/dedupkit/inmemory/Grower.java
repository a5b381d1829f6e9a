package io.github.dedupkit.inmemory;

import java.lang.ref.WeakReference;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Makes a table grow, on a thread of its own: whoever marks neither allocates memory nor splits lines, and waits only where
 * there is no room at all. Thread-safe.
 *
 * <p>The thread is a daemon. It ends when it is closed, or, some seconds later, when the table has been collected.
 */
final class Grower implements Runnable {
    /** The lines split in each table before those who wait look again. */
    static final int SPLITS = 64;

    private static final long LOOK_NANOS = 5_000_000_000L;
    private static final long WAIT_MILLIS = 1;

    private final WeakReference<LineTable> table;
    private final AtomicLong wanted = new AtomicLong();
    private final Thread thread;
    private volatile boolean idle;
    private volatile boolean ended;

    private Grower(LineTable table) {
        this.table = new WeakReference<>(table);
        thread = new Thread(null, this, "dedup-table-growth", 0, false); // inherits nothing that keeps a caller alive
        thread.setContextClassLoader(null);
        thread.setDaemon(true);
    }

    /** Starts the thread for a table that may grow; null for one that may not. */
    static @Nullable Grower start(LineTable table) {
        if (!table.mayGrow()) {
            return null;
        }
        Grower grower = new Grower(table);
        grower.thread.start();
        return grower;
    }

    /** Asks for as many lines. */
    void want(long lines) {
        for (long before = wanted.get(); lines > before; before = wanted.get()) {
            if (wanted.compareAndSet(before, lines)) {
                break;
            }
        }
        if (idle) {
            LockSupport.unpark(thread);
        }
    }

    /**
     * Waits until a table has {@link #SPLITS} more lines than before, or cannot grow.
     */
    void await(LineTable open, long before) {
        boolean interrupted = false;
        synchronized (this) {
            while (open.lines() < before + SPLITS && open.mayGrow() && !ended) {
                want(before + SPLITS);
                try {
                    wait(WAIT_MILLIS);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether there is still a thread that would do the work. */
    boolean isAlive() {
        return !ended;
    }

    /** Ends the thread. */
    void close() {
        ended = true;
        LockSupport.unpark(thread);
    }

    @Override
    public void run() {
        try {
            while (!ended && growOnce()) {
                idle = true;
                if (!isWanted()) {
                    LockSupport.parkNanos(this, LOOK_NANOS);
                    Thread.interrupted(); // which somebody may have set, and which would end the next wait at once
                }
                idle = false;
            }
        } finally {
            ended = true;
        }
    }

    /** Grows until there is enough; false if the table is gone. */
    private boolean growOnce() {
        LineTable open = table.get();
        while (open != null && !ended && open.mayGrow(wanted.get())) {
            open.split(wanted.get(), SPLITS);
            synchronized (this) {
                notifyAll();
            }
        }
        return open != null;
    }

    private boolean isWanted() {
        LineTable open = table.get();
        return ended || open == null || open.mayGrow(wanted.get());
    }
}
