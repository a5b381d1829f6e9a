package io.github.dedupkit.rocksdb;

import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** The session that calls go into: opened with the store, and again after a write has failed. Thread-safe. */
final class Sessions {
    private static final long NANOS_BETWEEN_OPENINGS = TimeUnit.SECONDS.toNanos(1);

    private final Settings settings;
    private final EventTime time;
    private volatile Session current;
    private volatile boolean closed;

    /** When the directory was last opened, by the process's clock. Guarded by this. */
    private long lastOpening = System.nanoTime();

    Sessions(Settings settings, EventTime time) {
        this.settings = settings;
        this.time = time;
        current = new Opening(settings, time).open();
    }

    Session current() {
        return current;
    }

    /** Makes a call inside the session. */
    void inside(Consumer<Session> call) {
        Session open = enter();
        try {
            call.accept(open);
        } finally {
            open.uses.exit();
        }
    }

    /** The session, for a caller to exit. */
    Session enter() {
        while (true) {
            Session open = current.hasFailed() ? reopen() : current;
            if (open.uses.enter()) {
                return open;
            }
            requireOpen();
            Thread.onSpinWait(); // it is being opened again
        }
    }

    private synchronized Session reopen() {
        requireOpen();
        Session failed = current;
        if (!failed.hasFailed()) {
            return failed; // another thread was here first
        }
        long now = System.nanoTime();
        if (now - lastOpening < NANOS_BETWEEN_OPENINGS) {
            throw failed.unavailable();
        }
        lastOpening = now;
        failed.abandon();
        Session open = new Opening(settings.refusingLoss(), time).open();
        boolean undone = false;
        try {
            open.undo(failed);
            undone = true;
        } finally {
            if (!undone) {
                open.abandon();
            }
        }
        current = open;
        return open;
    }

    void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the store is closed");
        }
    }

    void close() {
        closed = true;
        synchronized (this) {
            current.close();
        }
    }

    /** Ends as the death of the process would. */
    void die() {
        closed = true;
        synchronized (this) {
            current.abandon();
        }
    }
}
