package io.github.dedupkit.testkit;

import io.github.dedupkit.Claim;
import io.github.dedupkit.DedupKey;
import io.github.dedupkit.IdempotencyStore;
import io.github.dedupkit.Lease;
import io.github.dedupkit.LeaseLostException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Phaser;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Races of several threads for claims, on many keys in the same order. In the races with a holder, the first thread holds a
 * lease and uses it, while the others claim. Counts the races whose calls really overlapped: one that did not proves nothing.
 */
final class ClaimRaces {
    private static final int CHUNK = 1024;
    private static final int SPINS = 1024;
    private static final int SPINS_PER_YIELD = 128;
    private static final Duration LONG = Duration.ofDays(1);

    /** What the threads do. */
    enum Kind {
        /** All claim a fresh key: one is granted. */
        CLAIM,
        /** All send one request, as repeats of one call: all are granted the same lease. */
        REPEAT,
        /** All claim a lapsed key: one is granted. */
        TAKE_OVER,
        /** The holder of a lapsed lease completes: it does, or one of the others is granted; the outcome is the winner's. */
        COMPLETE,
        /** The holder of a lapsed lease renews: it does, or one of the others is granted. */
        RENEW,
        /** The holder releases: one of the others at most is granted, with a higher fence. */
        RELEASE
    }

    /** What happened: the races, those that overlapped, those that went wrong, and one of these in words. */
    record Result(long races, long overlapped, long wrong, String example) {
        Result plus(Result other) {
            return new Result(
                    races + other.races,
                    overlapped + other.overlapped,
                    wrong + other.wrong,
                    example.isEmpty() ? other.example : example);
        }

        @Override
        public String toString() {
            return races + " races, " + overlapped + " overlapped, " + wrong + " went wrong"
                    + (example.isEmpty() ? "" : ", such as: " + example);
        }
    }

    private final List<IdempotencyStore> stores;
    private final VirtualNanoTime nanoTime;
    private final Kind kind;
    private final int threads;
    private final long races;
    private final Phaser barrier;
    private final AtomicIntegerArray entered = new AtomicIntegerArray(CHUNK);
    private final AtomicIntegerArray left = new AtomicIntegerArray(CHUNK);
    private final AtomicIntegerArray overlaps = new AtomicIntegerArray(CHUNK);
    private final AtomicIntegerArray grants = new AtomicIntegerArray(CHUNK);
    private final AtomicIntegerArray kept = new AtomicIntegerArray(CHUNK);
    private final AtomicReferenceArray<@Nullable Lease> held = new AtomicReferenceArray<>(CHUNK);
    private final AtomicReferenceArray<@Nullable Lease> won = new AtomicReferenceArray<>(CHUNK);
    private final AtomicIntegerArray strayFences = new AtomicIntegerArray(CHUNK);
    private final AtomicLongArray progress;
    private Result result = new Result(0, 0, 0, "");

    ClaimRaces(List<IdempotencyStore> stores, VirtualNanoTime nanoTime, Kind kind, int threads, long races) {
        this.stores = stores;
        this.nanoTime = nanoTime;
        this.kind = kind;
        this.threads = threads;
        this.races = races;
        barrier = new Phaser(threads);
        progress = new AtomicLongArray(threads);
        for (int t = 0; t < threads; t++) {
            progress.set(t, -1);
        }
    }

    Result run() throws Exception {
        ContractSupport.onThreads(threads, this::race);
        return result;
    }

    /** The part of one thread; one that fails leaves the barrier, so that the others come to their end. */
    private void race(int thread) {
        try {
            IdempotencyStore store = stores.get(thread % stores.size());
            for (long from = 0; from < races; from += CHUNK) {
                int length = (int) Math.min(CHUNK, races - from);
                if (thread == 0) {
                    prepare(store, from, length);
                }
                barrier.arriveAndAwaitAdvance();
                for (int i = 0; i < length; i++) {
                    awaitAnother(thread, from + i);
                    meet(store, thread, key(from + i), i);
                }
                barrier.arriveAndAwaitAdvance();
                if (thread == 0) {
                    judge(store, from, length);
                }
            }
        } finally {
            progress.set(thread, Long.MAX_VALUE);
            barrier.arriveAndDeregister();
        }
    }

    private static DedupKey key(long race) {
        return IdempotencyContractSupport.key(race);
    }

    private void prepare(IdempotencyStore store, long from, int length) {
        for (int i = 0; i < length; i++) {
            for (AtomicIntegerArray counts : List.of(entered, left, overlaps, grants, kept, strayFences)) {
                counts.set(i, 0);
            }
            won.set(i, null);
            if (kind != Kind.CLAIM && kind != Kind.REPEAT) {
                var request = IdempotencyContractSupport.request(key(from + i), new UUID(1, from + i));
                held.set(i, IdempotencyContractSupport.granted(store, request, "rule 8: a fresh key"));
            }
        }
        if (kind != Kind.RELEASE) {
            nanoTime.advance(IdempotencyContractSupport.LEASE);
        }
    }

    private void meet(IdempotencyStore store, int thread, DedupKey key, int i) {
        if (entered.getAndIncrement(i) > left.get(i)) {
            overlaps.incrementAndGet(i);
        }
        Lease own = held.get(i);
        if (thread == 0 && own != null && kind != Kind.TAKE_OVER) {
            use(store, own, i);
            left.incrementAndGet(i);
            return;
        }
        UUID owner = new UUID(2, kind == Kind.REPEAT ? 0 : thread);
        Claim claim = store.claim(IdempotencyContractSupport.request(key, owner));
        left.incrementAndGet(i);
        if (claim instanceof Claim.Granted granted) {
            grants.incrementAndGet(i);
            Lease lease = granted.lease();
            if (!won.compareAndSet(i, null, lease)
                    && Objects.requireNonNull(won.get(i)).fence() != lease.fence()) {
                strayFences.incrementAndGet(i);
            }
            if (kind == Kind.COMPLETE) {
                store.complete(
                        lease,
                        IdempotencyContractSupport.result("second"),
                        IdempotencyContractSupport.OUTCOME_RETENTION);
            }
        }
    }

    /** The holder's call. */
    private void use(IdempotencyStore store, Lease own, int i) {
        try {
            switch (kind) {
                case COMPLETE ->
                    store.complete(
                            own,
                            IdempotencyContractSupport.result("first"),
                            IdempotencyContractSupport.OUTCOME_RETENTION);
                case RENEW -> store.renew(own);
                case RELEASE -> store.release(own);
                default -> throw new IllegalStateException("a race without a holder: " + kind);
            }
            kept.incrementAndGet(i);
        } catch (LeaseLostException overtaken) {
            // one of the others was granted the claim
        }
    }

    private void judge(IdempotencyStore store, long from, int length) {
        for (int i = 0; i < length; i++) {
            String wrong = violation(store, key(from + i), i);
            result = result.plus(new Result(
                    1,
                    overlaps.get(i) > 0 ? 1 : 0,
                    wrong == null ? 0 : 1,
                    wrong == null ? "" : kind + " by " + threads + " threads, " + wrong));
        }
        nanoTime.advance(LONG);
    }

    private @Nullable String violation(IdempotencyStore store, DedupKey key, int i) {
        int granted = grants.get(i);
        int done = kept.get(i);
        String counted = granted + " granted, and the holder's call was " + (done > 0 ? "accepted" : "refused");
        Lease own = held.get(i);
        Lease winner = won.get(i);
        boolean right = switch (kind) {
            case CLAIM, TAKE_OVER -> granted == 1;
            case REPEAT -> granted == threads && strayFences.get(i) == 0;
            case COMPLETE, RENEW -> granted + done == 1;
            case RELEASE -> done == 1 && granted <= 1;
        };
        if (!right) {
            return counted + (strayFences.get(i) > 0 ? ", with several fences" : "");
        }
        if (own != null && winner != null && winner.fence() <= own.fence()) {
            return "fence " + winner.fence() + " after fence " + own.fence();
        }
        if (kind == Kind.COMPLETE) {
            String expected = IdempotencyContractSupport.completed(
                    IdempotencyContractSupport.result(done > 0 ? "first" : "second"));
            String told = IdempotencyContractSupport.describe(
                    store.claim(IdempotencyContractSupport.request(key, new UUID(3, i))));
            return told.equals(expected) ? null : counted + ", but then: " + told + " instead of " + expected;
        }
        return null;
    }

    /** Waits a moment until another thread is at this race or beyond; never for long. */
    @SuppressWarnings("ThreadPriorityCheck") // only makes calls meet more often
    private void awaitAnother(int thread, long race) {
        progress.set(thread, race);
        for (int spin = 1; spin <= SPINS; spin++) {
            for (int other = 0; other < threads; other++) {
                if (other != thread && progress.get(other) >= race) {
                    return;
                }
            }
            if (spin % SPINS_PER_YIELD == 0) {
                Thread.yield();
            } else {
                Thread.onSpinWait();
            }
        }
    }
}
