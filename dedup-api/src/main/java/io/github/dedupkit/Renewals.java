package io.github.dedupkit;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * Renews the leases of running actions at a third of their duration. To add and to remove one costs a step in a hash map
 * and wakes no thread: one daemon thread looks over them twelve times per lease and once a minute at least, and ends when
 * it finds nothing that runs. Thread-safe.
 */
final class Renewals {
    private static final Logger LOGGER = System.getLogger(Renewals.class.getName());
    private static final int LOOKS_PER_LEASE = 12;
    private static final long LONGEST_LOOK_NANOS = 60_000_000_000L;

    private final IdempotencyStore store;
    private final LongSupplier nanoTime;
    private final long leaseNanos;
    private final long lookNanos;
    private final Set<HeldLease> running = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean threadRuns = new AtomicBoolean();

    Renewals(IdempotencyStore store, long leaseNanos, LongSupplier nanoTime) {
        this.store = store;
        this.leaseNanos = leaseNanos;
        lookNanos = Math.min(leaseNanos / LOOKS_PER_LEASE, LONGEST_LOOK_NANOS);
        this.nanoTime = nanoTime;
    }

    void add(HeldLease held) {
        running.add(held);
        if (!threadRuns.get()) {
            try {
                start();
            } catch (Throwable e) {
                running.remove(held);
                throw e;
            }
        }
    }

    void remove(HeldLease held) {
        running.remove(held);
    }

    private void start() {
        if (threadRuns.compareAndSet(false, true)) {
            boolean started = false;
            try {
                Thread thread = new Thread(null, this::loop, "dedupkit-lease-renewal", 0, false);
                thread.setDaemon(true);
                thread.start();
                started = true;
            } finally {
                threadRuns.set(started);
            }
        }
    }

    private void loop() {
        do {
            LockSupport.parkNanos(lookNanos);
            Thread.interrupted(); // which somebody may have set, and which would end the next wait at once
            look();
        } while (!running.isEmpty());
        threadRuns.set(false);
        if (!running.isEmpty()) { // added while this thread still seemed to run
            start();
        }
    }

    /** Whatever a look throws, there is a next one: leases of running actions depend on it. */
    @SuppressWarnings("EmptyCatch")
    private void look() {
        try {
            renewDue();
        } catch (Throwable ignored) {
        }
    }

    /** Renews what would be past a third of its lease at the next look. */
    void renewDue() {
        for (HeldLease held : running) {
            long remaining = held.lease().expiresAtNanos() - nanoTime.getAsLong();
            if (remaining <= leaseNanos - leaseNanos / 3 + leaseNanos / LOOKS_PER_LEASE) {
                renew(held);
            }
        }
    }

    /** A renewal that fails is tried again at the next look; meanwhile the holder sees its lease run out. */
    private void renew(HeldLease held) {
        try {
            held.renewed(store.renew(held.lease()));
        } catch (LeaseLostException e) {
            held.overtaken();
            running.remove(held);
        } catch (Throwable e) {
            LOGGER.log(Level.WARNING, "the lease of key " + held.key() + " was not renewed; it is tried again", e);
        }
    }
}
