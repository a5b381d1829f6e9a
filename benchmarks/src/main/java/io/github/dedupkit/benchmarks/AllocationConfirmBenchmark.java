package io.github.dedupkit.benchmarks;

import io.github.dedupkit.EventBatch;
import io.github.dedupkit.ReplaySafeStore;
import io.github.dedupkit.Verdict;
import io.github.dedupkit.inmemory.CaffeineDeduplicationStore;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How many bytes a delivery costs on the heap that is marked, and then confirmed or forgotten, when four store classes
 * share a call site: one is the fingerprint table that keeps origins, as in {@link AllocationBenchmark}. Our Caffeine
 * store promises no such thing: it makes a key for each call, and a mark for each confirm. So it is the contrast that
 * shows that these forms are seen.
 *
 * <p><b>Workload:</b> that of {@link AllocationBenchmark}, of ready keys: each delivery has an origin of its own, so a
 * confirm finds its mark at every other event, for the one between is a duplicate, and a forget at every event.
 *
 * <p><b>Command:</b> {@code java -jar benchmarks/target/benchmarks.jar AllocationConfirmBenchmark -prof gc}; {@code
 * build/check-allocation.sh} judges it.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgsAppend = "-Xmx256m")
public class AllocationConfirmBenchmark {
    private static final int BATCH = 256;
    private static final int WARM_UP_EVENTS = 20 * AllocationBenchmark.IDS;

    private final long[] highs = new long[AllocationBenchmark.IDS];
    private final long[] lows = new long[AllocationBenchmark.IDS];
    private final EventBatch batch = new EventBatch(BATCH);
    private ReplaySafeStore[] confirming;
    private ReplaySafeStore[] forgetting;
    private ReplaySafeStore caffeine;
    private ReplaySafeStore last;
    private long now;
    private int next;
    private int turn;

    /** Makes the keys, and sends every store class through every call site before anything is compiled for good. */
    @Setup
    public void setUp() {
        SplittableRandom random = new SplittableRandom(42);
        for (int i = 0; i < highs.length; i++) {
            highs[i] = random.nextLong();
            lows[i] = random.nextLong();
        }
        confirming = AllocationBenchmark.replaySafeStores();
        forgetting = AllocationBenchmark.replaySafeStores();
        last = confirming[0];
        caffeine = CaffeineDeduplicationStore.builder(AllocationBenchmark.RETENTION, AllocationBenchmark.SLOTS)
                .clock(AllocationBenchmark.FAR_AHEAD)
                .build();
        for (int i = 0; i < WARM_UP_EVENTS; i++) {
            confirmCall();
            forgetCall();
            if (i % BATCH == 0) {
                confirmBatch();
                forgetBatch();
            }
        }
    }

    /**
     * The primitive form of a mark and a confirm: must not allocate.
     *
     * @return the verdict
     */
    @Benchmark
    public Verdict confirmCall() {
        return markAndConfirm(next(confirming));
    }

    /**
     * The same of the Caffeine store, for contrast: allocates, or this benchmark proves nothing.
     *
     * @return the verdict
     */
    @Benchmark
    public Verdict confirmCaffeine() {
        return markAndConfirm(caffeine);
    }

    private Verdict markAndConfirm(ReplaySafeStore store) {
        advance();
        Verdict verdict = store.markSeen(highs[next], lows[next], now, origin());
        store.confirm(highs[next], lows[next], now, origin());
        return verdict;
    }

    /**
     * The batch form of a mark and a confirm: must not allocate.
     *
     * @return the number of duplicates
     */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public int confirmBatch() {
        ReplaySafeStore store = next(confirming);
        fill();
        store.markSeen(batch);
        store.confirm(batch);
        return duplicates();
    }

    /**
     * The primitive form of a mark and a forget: must not allocate.
     *
     * @return the verdict
     */
    @Benchmark
    public Verdict forgetCall() {
        ReplaySafeStore store = next(forgetting);
        advance();
        Verdict verdict = store.markSeen(highs[next], lows[next], now, origin());
        store.forget(highs[next], lows[next], now, origin());
        return verdict;
    }

    /**
     * The batch form of a mark and a forget: must not allocate.
     *
     * @return the number of duplicates
     */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public int forgetBatch() {
        ReplaySafeStore store = next(forgetting);
        fill();
        store.markSeen(batch);
        store.forget(batch);
        return duplicates();
    }

    /** Marks the last event once more, as the delivery that it was, or as a copy. */
    Verdict again(long originOfCopy) {
        return last.markSeen(highs[next], lows[next], now, originOfCopy == 0 ? origin() : originOfCopy);
    }

    private ReplaySafeStore next(ReplaySafeStore[] stores) {
        last = stores[turn++ & 3];
        return last;
    }

    private void advance() {
        next = next + 1 == highs.length ? 0 : next + 1;
        now++;
    }

    private long origin() {
        return now; // from 1 on
    }

    private void fill() {
        batch.clear();
        for (int i = 0; i < BATCH; i++) {
            advance();
            batch.add(highs[next], lows[next], now, origin());
        }
    }

    private int duplicates() {
        int duplicates = 0;
        for (int i = 0; i < BATCH; i++) {
            duplicates += batch.verdict(i).isDuplicate() ? 1 : 0;
        }
        return duplicates;
    }
}
