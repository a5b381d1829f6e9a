package io.github.dedupkit.testkit;

import io.github.dedupkit.EventBatch;
import io.github.dedupkit.Guarantees;
import io.github.dedupkit.ReplaySafeStore;
import io.github.dedupkit.StoreStats;
import io.github.dedupkit.StoreUnavailableException;
import io.github.dedupkit.Verdict;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A store behind a network that loses requests and replies: some calls throw {@link StoreUnavailableException}, before
 * the store underneath has acted or after it.
 *
 * <p>As a correct networked store must, it recognises a batch that is submitted again by its {@link
 * EventBatch#retryToken()} and then gives the answers whose reply was lost; a single mark that is asked again reaches the
 * store as a new call. Safe for use by many threads, which take turns. Faults are drawn from a seed, or set one by one.
 */
public final class FaultInjectingStore implements ReplaySafeStore {
    /** What happens to a call. */
    public enum Fault {
        /** It throws, and the store underneath was not asked. */
        LOSE_REQUEST,
        /** It throws, after the store underneath has acted. */
        LOSE_REPLY
    }

    private final ReplaySafeStore store;
    private final Map<Long, EventBatch> lostReplies = new HashMap<>();
    private @Nullable Fault next;
    private @Nullable SplittableRandom random;
    private double probability;
    private long faults;

    /**
     * Wraps a store; no call fails until told.
     *
     * @param store the store underneath
     */
    public FaultInjectingStore(ReplaySafeStore store) {
        this.store = store;
    }

    /**
     * Makes the next call fail.
     *
     * @param fault how
     */
    public synchronized void failNext(Fault fault) {
        next = fault;
    }

    /**
     * Makes calls fail at random, half of them by a lost request and half by a lost reply.
     *
     * @param callsLost the probability that a call fails, 0 to 1
     * @param seed of the draw
     */
    public synchronized void failRandomly(double callsLost, long seed) {
        probability = callsLost;
        random = new SplittableRandom(seed);
    }

    /**
     * The calls that failed so far.
     *
     * @return the count
     */
    public synchronized long faults() {
        return faults;
    }

    @Override
    public synchronized Verdict markSeen(long keyHigh, long keyLow, long timestamp, long origin) {
        return call(() -> store.markSeen(keyHigh, keyLow, timestamp, origin), lost -> {});
    }

    @Override
    public synchronized void markSeen(EventBatch batch) {
        submit(batch, store::markSeen);
    }

    @Override
    public synchronized void confirmAndMark(EventBatch done, EventBatch next) {
        if (done == next) {
            store.confirmAndMark(done, next); // which refuses it
        }
        submit(next, sent -> store.confirmAndMark(done, sent));
    }

    private void submit(EventBatch batch, Consumer<EventBatch> request) {
        long token = batch.retryToken();
        EventBatch answered = call(() -> answer(batch, token, request), lost -> lostReplies.put(token, lost));
        lostReplies.remove(token);
        for (int i = 0; i < answered.size(); i++) {
            if (batch.verdict(i) == Verdict.UNJUDGED) {
                pass(answered, batch, i);
            }
        }
    }

    /** The answers given before under this token, then those of the store to the items that are left. */
    private EventBatch answer(EventBatch batch, long token, Consumer<EventBatch> request) {
        EventBatch sent = new EventBatch(batch.capacity());
        EventBatch given = lostReplies.get(token);
        for (int i = 0; i < batch.size(); i++) {
            sent.add(batch, i);
            if (given != null && i < given.size() && batch.verdict(i) == Verdict.UNJUDGED) {
                pass(given, sent, i);
            } else {
                pass(batch, sent, i);
            }
        }
        request.accept(sent);
        return sent;
    }

    private static void pass(EventBatch from, EventBatch to, int index) {
        to.judge(index, from.verdict(index));
        if (from.confirmedAt(index) >= 0) {
            to.noteConfirmed(index, from.confirmedAt(index));
        }
    }

    private void run(Runnable action) {
        call(
                () -> {
                    action.run();
                    return Boolean.TRUE;
                },
                lost -> {});
    }

    private <T> T call(Supplier<T> action, Consumer<T> ifReplyLost) {
        Fault fault = draw();
        if (fault == null) {
            return action.get();
        }
        faults++;
        if (fault == Fault.LOSE_REPLY) {
            ifReplyLost.accept(action.get());
            throw new StoreUnavailableException("injected fault: the store acted, its reply was lost");
        }
        throw new StoreUnavailableException("injected fault: the request was lost");
    }

    private @Nullable Fault draw() {
        Fault fault = next;
        next = null;
        if (fault == null && random != null && random.nextDouble() < probability) {
            fault = random.nextBoolean() ? Fault.LOSE_REQUEST : Fault.LOSE_REPLY;
        }
        return fault;
    }

    @Override
    public synchronized boolean mightContain(long keyHigh, long keyLow, long timestamp) {
        return call(() -> store.mightContain(keyHigh, keyLow, timestamp), lost -> {});
    }

    @Override
    public synchronized void confirm(long keyHigh, long keyLow, long timestamp, long origin) {
        run(() -> store.confirm(keyHigh, keyLow, timestamp, origin));
    }

    @Override
    public synchronized void confirm(EventBatch batch) {
        run(() -> store.confirm(batch));
    }

    @Override
    public synchronized void forget(long keyHigh, long keyLow, long timestamp, long origin) {
        run(() -> store.forget(keyHigh, keyLow, timestamp, origin));
    }

    @Override
    public synchronized void forget(EventBatch batch) {
        run(() -> store.forget(batch));
    }

    @Override
    public Guarantees guarantees() {
        return store.guarantees();
    }

    /** The books of the store underneath: calls whose request was lost are not in them. */
    @Override
    public StoreStats stats() {
        return store.stats();
    }

    @Override
    public void close() {
        store.close();
    }
}
