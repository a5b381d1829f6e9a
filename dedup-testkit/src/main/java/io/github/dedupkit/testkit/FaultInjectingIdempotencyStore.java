package io.github.dedupkit.testkit;

import io.github.dedupkit.Claim;
import io.github.dedupkit.ClaimRequest;
import io.github.dedupkit.DedupKey;
import io.github.dedupkit.Guarantees.Durability;
import io.github.dedupkit.Guarantees.Scope;
import io.github.dedupkit.IdempotencyStats;
import io.github.dedupkit.IdempotencyStore;
import io.github.dedupkit.Lease;
import io.github.dedupkit.Outcome;
import io.github.dedupkit.StoreUnavailableException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One process's connection to an {@link IdempotencyStore}: it loses requests and replies, and its process may crash.
 *
 * <p>A lost request or reply is a {@link StoreUnavailableException}, before the store underneath has acted or after it;
 * a reply that is lost may be an exception. Faults are set one by one, or drawn from a seed, for each kind of call. At a
 * {@link CrashPoint} the process dies: that call and every later one throws {@link SimulatedCrash} and reaches nothing.
 *
 * <p>Several of them on one store are several processes. To close one leaves the store open. Safe for use by many
 * threads, which do not wait for each other here.
 */
public final class FaultInjectingIdempotencyStore implements IdempotencyStore {
    private final IdempotencyStore store;
    private final Map<Call, Faults> faults = new EnumMap<>(Call.class);
    private volatile @Nullable CrashPoint crashPoint;
    private volatile @Nullable CrashPoint diedAt;
    private volatile boolean closed;

    /** A kind of call. */
    public enum Call {
        /** {@link IdempotencyStore#claim}. */
        CLAIM,
        /** {@link IdempotencyStore#complete}. */
        COMPLETE,
        /** {@link IdempotencyStore#release}. */
        RELEASE,
        /** {@link IdempotencyStore#renew}. */
        RENEW,
        /** {@link IdempotencyStore#park}. */
        PARK
    }

    /** What happens to a call. */
    public enum Fault {
        /** It throws, and the store underneath was not asked. */
        LOSE_REQUEST,
        /** It throws, after the store underneath has acted. */
        LOSE_REPLY
    }

    /** Where a process may die. */
    public enum CrashPoint {
        /** Before a claim is sent. */
        BEFORE_CLAIM("before the claim"),
        /** After the store has acted on a claim. */
        AFTER_CLAIM("after the claim"),
        /** After the action has ended: before a complete, release or park is sent. */
        AFTER_ACTION("after the action"),
        /** After the store has acted on a complete, release or park. */
        AFTER_COMPLETE("after completing");

        private final String text;

        CrashPoint(String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /** The faults of one kind of call. */
    private static final class Faults {
        private final Map<Fault, Double> probabilities = new EnumMap<>(Fault.class);
        private final Map<Fault, Long> counts = new EnumMap<>(Fault.class);
        private SplittableRandom random = new SplittableRandom(0);
        private @Nullable Fault next;

        synchronized void failNext(Fault fault) {
            next = fault;
        }

        synchronized void failRandomly(Fault fault, double probability, long seed) {
            probabilities.put(fault, probability);
            random = new SplittableRandom(seed);
        }

        synchronized long count(Fault fault) {
            return counts.getOrDefault(fault, 0L);
        }

        synchronized @Nullable Fault draw() {
            Fault drawn = next == null ? drawAtRandom() : next;
            next = null;
            if (drawn != null) {
                counts.merge(drawn, 1L, Long::sum);
            }
            return drawn;
        }

        private @Nullable Fault drawAtRandom() {
            double rest = random.nextDouble();
            for (Map.Entry<Fault, Double> fault : probabilities.entrySet()) {
                rest -= fault.getValue();
                if (rest < 0) {
                    return fault.getKey();
                }
            }
            return null;
        }
    }

    /**
     * Connects to a store; no call fails until told.
     *
     * @param store the store underneath
     */
    public FaultInjectingIdempotencyStore(IdempotencyStore store) {
        this.store = store;
        for (Call call : Call.values()) {
            faults.put(call, new Faults());
        }
    }

    /**
     * Makes the next call of a kind fail.
     *
     * @param call which
     * @param fault how
     */
    public void failNext(Call call, Fault fault) {
        of(call).failNext(fault);
    }

    /**
     * Makes calls of a kind fail at random.
     *
     * @param call which
     * @param fault how
     * @param probability that a call fails this way, 0 to 1; those of both faults add up
     * @param seed of the draw
     */
    public void failRandomly(Call call, Fault fault, double probability, long seed) {
        of(call).failRandomly(fault, probability, seed);
    }

    /**
     * Lets the process die when it comes to a point.
     *
     * @param point where
     */
    public void crashAt(CrashPoint point) {
        crashPoint = point;
    }

    /**
     * Whether the process has died.
     *
     * @return true once it has come to its crash point
     */
    public boolean crashed() {
        return diedAt != null;
    }

    /**
     * The calls that failed so far.
     *
     * @param call which
     * @param fault how
     * @return the count
     */
    public long faults(Call call, Fault fault) {
        return of(call).count(fault);
    }

    @Override
    public Claim claim(ClaimRequest request) {
        comeTo(CrashPoint.BEFORE_CLAIM);
        return answer(Call.CLAIM, CrashPoint.AFTER_CLAIM, () -> store.claim(request));
    }

    @Override
    public void complete(Lease lease, Outcome outcome, Duration retention) {
        end(Call.COMPLETE, () -> store.complete(lease, outcome, retention));
    }

    @Override
    public void release(Lease lease) {
        end(Call.RELEASE, () -> store.release(lease));
    }

    @Override
    public void park(Lease lease) {
        end(Call.PARK, () -> store.park(lease));
    }

    private void end(Call call, Runnable action) {
        comeTo(CrashPoint.AFTER_ACTION);
        answer(call, CrashPoint.AFTER_COMPLETE, () -> {
            action.run();
            return call;
        });
    }

    @Override
    public Lease renew(Lease lease) {
        return answer(Call.RENEW, null, () -> store.renew(lease));
    }

    private <T> T answer(Call call, @Nullable CrashPoint after, Supplier<T> action) {
        requireAlive();
        Fault fault = of(call).draw();
        if (fault == Fault.LOSE_REQUEST) {
            throw new StoreUnavailableException("injected fault: the request to " + call + " was lost");
        }
        T answer;
        try {
            answer = action.get();
        } catch (RuntimeException e) {
            if (fault == null) {
                throw e;
            }
            throw new StoreUnavailableException("injected fault: the refusal to " + call + " was lost", e);
        }
        comeTo(after);
        if (fault == Fault.LOSE_REPLY) {
            throw new StoreUnavailableException("injected fault: the store did " + call + ", its reply was lost");
        }
        return answer;
    }

    @Override
    public Watch watch(DedupKey key, Runnable changed) {
        requireAlive();
        return store.watch(key, changed);
    }

    @Override
    public int maximumOutcomeBytes() {
        requireAlive();
        return store.maximumOutcomeBytes();
    }

    @Override
    public Durability durability() {
        return store.durability();
    }

    @Override
    public Scope scope() {
        return store.scope();
    }

    /** The books of the store underneath: calls whose request was lost are not in them. */
    @Override
    public IdempotencyStats stats() {
        requireAlive();
        return store.stats();
    }

    /** Ends this connection; the store underneath stays open. */
    @Override
    public void close() {
        closed = true;
    }

    private Faults of(Call call) {
        return Objects.requireNonNull(faults.get(call), "call");
    }

    private void comeTo(@Nullable CrashPoint point) {
        requireAlive();
        if (point != null && point == crashPoint) {
            diedAt = point;
            throw new SimulatedCrash(point);
        }
    }

    private void requireAlive() {
        CrashPoint died = diedAt;
        if (died != null) {
            throw new SimulatedCrash(died);
        }
        if (closed) {
            throw new IllegalStateException("the connection is closed");
        }
    }
}
