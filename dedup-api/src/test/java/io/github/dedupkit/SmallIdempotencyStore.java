package io.github.dedupkit;

import io.github.dedupkit.Guarantees.Durability;
import io.github.dedupkit.Guarantees.Scope;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The table of {@link IdempotencyStore} on a hash map: keeps a diary of its calls, and throws what a test has prepared. */
class SmallIdempotencyStore implements IdempotencyStore {
    static final int MAXIMUM_OUTCOME_BYTES = 100;

    final List<String> diary = new ArrayList<>();
    final List<ClaimRequest> requests = new ArrayList<>();
    final List<Runnable> watchers = new ArrayList<>();
    private final Map<DedupKey, @Nullable ClaimRecord> records = new HashMap<>();
    private final Map<String, List<Throwable>> lostReplies = new HashMap<>();
    private final Map<String, List<Throwable>> refusals = new HashMap<>();
    private final LongSupplier nanoTime;
    private long fence = 1000;

    SmallIdempotencyStore(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** The next calls throw before they act. */
    synchronized void refuse(String call, Throwable... failures) {
        refusals.computeIfAbsent(call, c -> new ArrayList<>()).addAll(List.of(failures));
    }

    /** The next calls throw after they have acted. */
    synchronized void loseReply(String call, Throwable... failures) {
        lostReplies.computeIfAbsent(call, c -> new ArrayList<>()).addAll(List.of(failures));
    }

    synchronized List<String> diary() {
        return List.copyOf(diary);
    }

    private void enter(String call) {
        diary.add(call);
        throwNext(refusals, call);
    }

    private static void throwNext(Map<String, List<Throwable>> prepared, String call) {
        List<Throwable> failures = prepared.getOrDefault(call, List.of());
        if (!failures.isEmpty()) {
            throw sneaky(failures.remove(0));
        }
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    static <E extends Throwable> RuntimeException sneaky(Throwable failure) throws E {
        throw (E) failure;
    }

    @Override
    public synchronized Claim claim(ClaimRequest request) {
        enter(request.intent() == ClaimRequest.Intent.RUN ? "claim" : "resolve");
        requests.add(request);
        long now = nanoTime.getAsLong();
        ClaimRecord.Step step = ClaimRecord.claim(records.get(request.key()), request, now, now, () -> fence++);
        records.put(request.key(), step.record());
        throwNext(lostReplies, "claim");
        return step.answer();
    }

    @Override
    public void complete(Lease lease, Outcome outcome, Duration retention) {
        synchronized (this) {
            enter("complete");
            if (outcome.size() > MAXIMUM_OUTCOME_BYTES) {
                throw new IllegalArgumentException("too large");
            }
            long now = nanoTime.getAsLong();
            records.put(lease.key(), ClaimRecord.complete(records.get(lease.key()), lease, outcome, retention, now));
            throwNext(lostReplies, "complete");
        }
        changed();
    }

    @Override
    public void release(Lease lease) {
        synchronized (this) {
            enter("release");
            ClaimRecord.requireReleasable(records.get(lease.key()), lease, nanoTime.getAsLong());
            records.remove(lease.key());
            throwNext(lostReplies, "release");
        }
        changed();
    }

    @Override
    public synchronized Lease renew(Lease lease) {
        enter("renew");
        long now = nanoTime.getAsLong();
        records.put(lease.key(), ClaimRecord.renew(records.get(lease.key()), lease, now));
        throwNext(lostReplies, "renew");
        return lease.renewedAt(now);
    }

    @Override
    public void park(Lease lease) {
        synchronized (this) {
            enter("park");
            records.put(lease.key(), ClaimRecord.park(records.get(lease.key()), lease, nanoTime.getAsLong()));
            throwNext(lostReplies, "park");
        }
        changed();
    }

    private void changed() {
        List<Runnable> told;
        synchronized (this) {
            told = List.copyOf(watchers);
        }
        told.forEach(Runnable::run);
    }

    @Override
    public synchronized Watch watch(DedupKey key, Runnable changed) {
        enter("watch");
        watchers.add(changed);
        return () -> {
            synchronized (this) {
                watchers.remove(changed);
            }
        };
    }

    @Override
    public int maximumOutcomeBytes() {
        return MAXIMUM_OUTCOME_BYTES;
    }

    @Override
    public Durability durability() {
        return Durability.NONE;
    }

    @Override
    public Scope scope() {
        return Scope.PROCESS;
    }

    @Override
    public IdempotencyStats stats() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
