package io.github.dedupkit.benchmarks;

import io.github.dedupkit.benchmarks.AllocationBenchmark.Hash;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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
 * What an event costs from its id to its verdict, in the steady state of a full window: our stores and their rivals,
 * one workload, one harness.
 *
 * <p><b>Workload:</b> window 1 h, tick and lateness 1 min; {@code retained} new ids in a window. 95 % of the events are
 * new, 5 % duplicates drawn uniformly from the last half window, 5 % out of order by up to the lateness ({@link
 * HotPathWorkload}); the parameters change each of that, and the truth about each event stays known. The window is full
 * before anything is measured, and one id expires per id inserted. An invocation judges 65,536 events, whose ids are
 * made off the clock; reading and hashing them is on the clock, and so is comparing each verdict with the truth. A
 * wrong verdict ends the run. All threads start an invocation together.
 *
 * <p><b>Rivals</b> take one id at a time, whatever {@code batch} says, and never see the key space; Redis is sent a
 * batch as one pipeline. What cannot expire is helped for nothing: an id that leaves the window is removed from the
 * hash map and from Redis off the clock, and Bloom filters change for fresh ones. What a tier cannot be asked ({@code
 * lag=W_PLUS_2G} of a ring of Bloom filters) it refuses. The heap is so large that it is seldom collected. Caffeine's
 * maintenance runs on another thread. Memory is not compared here.
 *
 * <p><b>Command:</b> {@code ./dedup bench hot-path --tier fingerprint_narrow --batch 1,256} ({@link HotPathCommand}),
 * with an option for each parameter, {@code --threads}, and a heap for so many ids. Redis and RocksDB want less: {@code
 * --retained 1e6 --invocations 4}. A Redis server is started, unless {@code -Ddedup.bench.redis=redis://HOST:PORT}
 * names one that runs. {@code build/measure-hot-path.sh} runs the tiers in turn and judges the ratios; it takes a run's mean,
 * which is its whole throughput.
 *
 * <p>For JMH's profilers: {@code java -jar benchmarks/target/benchmarks.jar HotPathBenchmark -foe true -p
 * tier=FINGERPRINT_NARROW}; without {@code -foe true}, JMH prints what it had before a failure. {@code -p
 * retained=1000000 -jvmArgsAppend "-Xms1g -Xmx1g"} for a quick look; {@code -p id=BYTES_16 -prof gc} for the
 * allocation, of which the harness itself makes 0.1 bytes per event (a text is made anew for each event, off the clock, and is
 * counted).
 */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = HotPathBenchmark.WARM_UPS)
@Measurement(iterations = HotPathBenchmark.MEASUREMENTS)
@Fork(
        value = 1,
        jvmArgsAppend = {"-XX:+UseParallelGC", "-XX:+UseTransparentHugePages", "-Xms12g", "-Xmx12g"})
public class HotPathBenchmark {
    static final int WARM_UPS = 80;
    static final int MEASUREMENTS = 120;

    private static final int FILL_BATCH = 512;

    /** What all threads share. */
    @State(Scope.Benchmark)
    public static class Run {
        /** What is measured. */
        @Param
        public HotPathTier tier;

        /** The kind of id. */
        @Param("STRING_36")
        public HotPathId id;

        /** The hash, for our stores. */
        @Param("TRUSTED")
        public Hash keySpace;

        /** New ids in a window. */
        @Param("20000000")
        public long retained;

        /** Events per call, for our stores; divides 65,536. */
        @Param("256")
        public int batch;

        /** Lateness in minutes. */
        @Param("1")
        public int latenessTicks;

        /** Share of the events that repeat an id, up to 0.5. */
        @Param("0.05")
        public double duplicates;

        /** How long after an id its repeat comes. */
        @Param("HALF_WINDOW")
        public HotPathLag lag;

        /** Share of the events that are out of order by up to the lateness, up to 0.5. */
        @Param("0.05")
        public double disorder;

        /** Share of the events that repeat one of 8 ids, up to {@code duplicates}. */
        @Param("0")
        public double hot;

        /** What a tier that keeps origins is given; CONFIRMED is refused by the others. */
        @Param("KEPT")
        public HotPathOrigins origins;

        private HotPathSubject subject;
        private HotPathWorkload workload;
        private CyclicBarrier ready;
        private CyclicBarrier judged;

        /**
         * Fills a window.
         *
         * @param params tells the threads
         */
        @Setup
        public void setUp(BenchmarkParams params) {
            open(params.getThreads());
        }

        final void open(int threads) {
            HotPathWorkload.requireBatch(batch);
            HotPathTraffic traffic = new HotPathTraffic(duplicates, lag, disorder, hot, origins);
            workload = new HotPathWorkload(retained, latenessTicks, threads, traffic);
            HotPathSetting setting = new HotPathSetting(id, keySpace, workload);
            subject = tier.open(setting);
            ready = new CyclicBarrier(threads, subject::advance);
            judged = new CyclicBarrier(threads);
            fill(tier.name(), subject, setting);
        }

        /** Releases the subject. */
        @TearDown
        public void close() {
            subject.close();
        }
    }

    /** What each thread has. */
    @State(Scope.Thread)
    public static class Events {
        private final HotPathTally tally = new HotPathTally();
        private HotPathChunk chunk;
        private HotPathSubject.Caller caller;
        private int threads;
        private long next;

        /**
         * Finds the thread's place.
         *
         * @param run what is measured
         * @param params tells which thread this is
         */
        @Setup
        public void setUp(Run run, ThreadParams params) {
            open(run, params.getThreadIndex(), params.getThreadCount());
        }

        final void open(Run run, int thread, int threads) {
            this.threads = threads;
            chunk = new HotPathChunk(run.id);
            caller = run.subject.caller(run.batch);
            next = run.workload.fill() + thread;
        }

        /**
         * Makes the next events, and waits for the other threads.
         *
         * @param run what is measured
         * @throws Exception if a thread failed
         */
        @Setup(Level.Invocation)
        public void make(Run run) throws Exception {
            chunk.fill(run.workload, next, threads);
            next += (long) threads * HotPathWorkload.CHUNK;
            await(run.ready);
        }

        /**
         * Waits for the other threads, does what is done off the clock, and fails if what is measured is broken.
         *
         * @param run what is measured
         * @throws Exception if a thread failed, or was told too many wrong verdicts
         */
        @TearDown(Level.Invocation)
        public void settle(Run run) throws Exception {
            await(run.judged);
            run.subject.settle(chunk);
            tally.requireRight(
                    run.tier.name(), run.subject.falseDuplicateProbability(), run.subject.admissionProbability());
        }

        private static void await(CyclicBarrier barrier)
                throws BrokenBarrierException, InterruptedException, TimeoutException {
            barrier.await(1, TimeUnit.MINUTES);
        }
    }

    /**
     * Judges a chunk of events.
     *
     * @param run what is measured
     * @param events to be judged
     */
    @Benchmark
    @OperationsPerInvocation(HotPathWorkload.CHUNK)
    public void judge(Run run, Events events) {
        judge(events.caller, events.chunk, run.batch, events.tally);
    }

    /** Sends the events until the window is full through the quickest path, in order. */
    static void fill(String name, HotPathSubject subject, HotPathSetting setting) {
        HotPathWorkload workload = setting.workload().inOrder();
        HotPathChunk chunk = new HotPathChunk(setting.id());
        HotPathTally tally = new HotPathTally();
        HotPathSubject.Caller caller = subject.caller(FILL_BATCH);
        for (long event = 0; event < workload.fill(); event += HotPathWorkload.CHUNK) {
            chunk.fill(workload, event, 1);
            judge(caller, chunk, FILL_BATCH, tally);
            subject.settle(chunk);
            subject.advance();
        }
        caller.finish();
        tally.requireRight(
                name + ", while the window was filled,",
                subject.falseDuplicateProbability(),
                subject.admissionProbability());
    }

    static void judge(HotPathSubject.Caller caller, HotPathChunk chunk, int batch, HotPathTally tally) {
        for (int from = 0; from < HotPathWorkload.CHUNK; from += batch) {
            caller.judge(chunk, from, from + batch, tally);
        }
        tally.events += HotPathWorkload.CHUNK;
    }
}
