package io.github.dedupkit.benchmarks;

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
 * What the gate times: short runs on small tables, each in a JVM of its own, and a control that no change of the library
 * can move. The hot path proper is measured by {@link HotPathBenchmark}.
 *
 * <p><b>Workload:</b> one thread; window 1 h, tick and lateness 1 min; event time advances so that one id expires per id
 * inserted, and the window is full before anything is measured. One event in 20 is a duplicate from the last half window;
 * an invocation that is told far more or fewer fails. Ids are numbers, hashed on the clock. 1,000,000 ids are
 * retained in the table that keeps origins, 20,000 in the one that does not, 5,000 on the heap: small, for the more a
 * benchmark depends on memory, the more do the neighbours show. An invocation takes a quarter of a millisecond: shorter
 * than what a scheduler gives, so that a neighbour on the processor spoils few of them.
 *
 * <p><b>Command:</b> {@code ./dedup bench gate --base REV}; by hand {@code java -jar benchmarks/target/benchmarks.jar
 * GateBenchmark}.
 */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 100)
@Measurement(iterations = 250)
@Fork(
        value = 1,
        jvmArgsAppend = {"-Xbatch", "-XX:+UseSerialGC", "-Xms128m", "-Xmx128m", "-Xmn96m"})
public class GateBenchmark {
    private static final int BATCH = 256;
    private static final int NARROW = 20 * BATCH;
    private static final int WIDE = 10 * BATCH;
    private static final int HEAPED = 5 * BATCH;
    private static final int HASHED = 10_240;
    private static final int CONTROLLED = 15_360;

    /** The table without origins. */
    @State(Scope.Benchmark)
    public static class Narrow {
        private GateStream stream;

        /** Fills a window. */
        @Setup
        public void setUp() {
            stream = GateStream.full(GateStream.CACHED_KEYS, GateStores::narrow);
        }
    }

    /** The table that keeps origins. */
    @State(Scope.Benchmark)
    public static class Wide {
        private GateStream stream;

        /** Fills a window. */
        @Setup
        public void setUp() {
            stream = GateStream.full(GateStream.TABLE_KEYS, GateStores::wide);
        }
    }

    /** The exact store on the heap. */
    @State(Scope.Benchmark)
    public static class Heap {
        private GateStream stream;

        /** Fills a window. */
        @Setup
        public void setUp() {
            stream = GateStream.full(GateStream.HEAP_KEYS, GateStores::caffeine);
        }
    }

    /** Texts, and both hashes. */
    @State(Scope.Benchmark)
    public static class Texts {
        private GateHashing hashing;

        /** Makes the texts. */
        @Setup
        public void setUp() {
            hashing = new GateHashing();
        }
    }

    /** Memory that is nobody's. */
    @State(Scope.Benchmark)
    public static class Walk {
        private GateControl control;

        /** Fills the memory. */
        @Setup
        public void setUp() {
            control = new GateControl();
        }
    }

    /**
     * Batches of 256 through the table without origins.
     *
     * @param state the table
     * @return duplicates
     */
    @Benchmark
    @OperationsPerInvocation(NARROW)
    public int narrowBatch(Narrow state) {
        return state.stream.batches(NARROW);
    }

    /**
     * Single calls to the table without origins.
     *
     * @param state the table
     * @return duplicates
     */
    @Benchmark
    @OperationsPerInvocation(NARROW)
    public int narrowSingle(Narrow state) {
        return state.stream.singles(NARROW);
    }

    /**
     * Batches of 256 through the table that keeps origins, each confirmed.
     *
     * @param state the table
     * @return duplicates
     */
    @Benchmark
    @OperationsPerInvocation(WIDE)
    public int wideBatch(Wide state) {
        return state.stream.confirmedBatches(WIDE);
    }

    /**
     * Batches of 256 through the exact store on the heap, each confirmed.
     *
     * @param state the store
     * @return duplicates
     */
    @Benchmark
    @OperationsPerInvocation(HEAPED)
    public int caffeineBatch(Heap state) {
        return state.stream.confirmedBatches(HEAPED);
    }

    /**
     * Keys of texts of 36 characters, trusted and keyed in turn.
     *
     * @param state the texts
     * @return of no meaning
     */
    @Benchmark
    @OperationsPerInvocation(HASHED)
    public long keyHashing(Texts state) {
        return state.hashing.hash(HASHED);
    }

    /**
     * Arithmetic and a walk through memory, without a line of the library.
     *
     * @param state the memory
     * @return of no meaning
     */
    @Benchmark
    @OperationsPerInvocation(CONTROLLED)
    public long control(Walk state) {
        return state.control.walk(CONTROLLED);
    }
}
