package io.github.dedupkit.benchmarks;

import io.github.dedupkit.benchmarks.AllocationBenchmark.Hash;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.ThreadParams;

/**
 * The limit of {@link HotPathBenchmark}: what the memory takes for one random line per event, and nothing else.
 *
 * <p><b>Workload:</b> as much direct memory as the table takes for as many retained ids, in lines of 64 bytes. A batch
 * first loads the line of each event, as the table does, then adds 1 to a word of each. The lines are independent,
 * uniform, and drawn off the clock; with several threads each has lines of its own, all over the memory. Afterwards the
 * words must add up to the events.
 *
 * <p><b>Command:</b> {@code java -jar benchmarks/target/benchmarks.jar RandomAccessBenchmark -p batch=1,256}; give
 * threads, {@code retained} and page size ({@code GLIBC_TUNABLES=glibc.malloc.hugetlb=1}) as to the benchmark it is
 * compared with.
 */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = HotPathBenchmark.WARM_UPS)
@Measurement(iterations = HotPathBenchmark.MEASUREMENTS)
@Fork(
        value = 1,
        jvmArgsAppend = {"-XX:+UseParallelGC", "-Xmx1g"})
public class RandomAccessBenchmark {
    private static final VarHandle WORDS = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int LINE_BYTES = 64;
    private static final int BLOCK_SHIFT = 24;
    private static final int BLOCK_MASK = (1 << BLOCK_SHIFT) - 1;

    /** The memory. */
    @State(Scope.Benchmark)
    public static class Lines {
        /** New ids in a window of the table. */
        @Param("20000000")
        public long retained;

        /** Lines loaded before the first of them is changed; divides 65,536. */
        @Param("256")
        public int batch;

        private ByteBuffer[] blocks;
        private long count;
        private long events;

        /**
         * Takes as much memory as the table.
         *
         * @param params tells the threads
         */
        @Setup
        public void setUp(BenchmarkParams params) {
            open(params.getThreads());
        }

        final void open(int threads) {
            HotPathWorkload.requireBatch(batch);
            count = tableBytes(retained) / LINE_BYTES / threads * threads;
            blocks = new ByteBuffer[(int) ((count + BLOCK_MASK) >>> BLOCK_SHIFT)];
            for (int i = 0; i < blocks.length; i++) {
                long lines = Math.min(BLOCK_MASK + 1, count - ((long) i << BLOCK_SHIFT));
                blocks[i] = ByteBuffer.allocateDirect((int) (lines + 1) * LINE_BYTES)
                        .alignedSlice(LINE_BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN);
            }
        }

        private static long tableBytes(long retained) {
            HotPathSetting setting =
                    new HotPathSetting(HotPathId.BYTES_16, Hash.TRUSTED, new HotPathWorkload(retained, 1, 1));
            try (HotPathSubject table = HotPathTier.FINGERPRINT_NARROW.open(setting)) {
                return table.bytes().orElseThrow();
            }
        }

        private synchronized void enter(long judged) {
            events += judged;
        }

        /** Fails if an access was left out. */
        @TearDown
        public void requireAll() {
            long sum = 0;
            for (long line = 0; line < count; line++) {
                sum += (long) WORDS.get(block(line), offset(line));
            }
            if (sum != events) {
                throw new IllegalStateException(
                        sum + " accesses arrived of " + events + ": the figure is about something else");
            }
        }

        long bytes() {
            return count * LINE_BYTES;
        }

        private ByteBuffer block(long line) {
            return blocks[(int) (line >>> BLOCK_SHIFT)];
        }

        private static int offset(long line) {
            return (int) (line & BLOCK_MASK) * LINE_BYTES;
        }
    }

    /** The lines that a thread is going to visit. */
    @State(Scope.Thread)
    public static class Visits {
        private final long[] lines = new long[HotPathWorkload.CHUNK];
        private int thread;
        private int threads;
        private long drawn;

        /**
         * Finds the thread's place.
         *
         * @param params tells which thread this is
         */
        @Setup
        public void setUp(ThreadParams params) {
            open(params.getThreadIndex(), params.getThreadCount());
        }

        final void open(int thread, int threads) {
            this.thread = thread;
            this.threads = threads;
            drawn = (long) thread << Integer.SIZE;
        }

        /**
         * Draws the next lines.
         *
         * @param memory to draw from
         */
        @Setup(Level.Invocation)
        public void draw(Lines memory) {
            long own = memory.count / threads;
            for (int i = 0; i < lines.length; i++) {
                lines[i] = Math.multiplyHigh(GeneratedLines.mix(drawn++) >>> 1, own << 1) * threads + thread;
            }
        }

        /**
         * Enters what was visited.
         *
         * @param memory that was visited
         */
        @TearDown(Level.Invocation)
        public void enter(Lines memory) {
            memory.enter(lines.length);
        }
    }

    /**
     * Visits lines, in batches.
     *
     * @param memory to be visited
     * @param visits the lines
     * @return the words first loaded, or-ed
     */
    @Benchmark
    @OperationsPerInvocation(HotPathWorkload.CHUNK)
    public long visit(Lines memory, Visits visits) {
        long touched = 0;
        for (int from = 0; from < HotPathWorkload.CHUNK; from += memory.batch) {
            touched |= touch(memory, visits.lines, from, from + memory.batch);
            change(memory, visits.lines, from, from + memory.batch);
        }
        return touched;
    }

    private static long touch(Lines memory, long[] lines, int from, int to) {
        long touched = 0;
        for (int i = from; i < to; i++) {
            touched |= (long) WORDS.getOpaque(memory.block(lines[i]), Lines.offset(lines[i]));
        }
        return touched;
    }

    private static void change(Lines memory, long[] lines, int from, int to) {
        for (int i = from; i < to; i++) {
            ByteBuffer block = memory.block(lines[i]);
            int at = Lines.offset(lines[i]);
            WORDS.set(block, at, (long) WORDS.get(block, at) + 1);
        }
    }
}
