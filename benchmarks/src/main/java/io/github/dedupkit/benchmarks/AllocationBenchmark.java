package io.github.dedupkit.benchmarks;

import io.github.dedupkit.DedupKey;
import io.github.dedupkit.DeduplicationStore;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.KeyHasher;
import io.github.dedupkit.KeySpace;
import io.github.dedupkit.ReplaySafeStore;
import io.github.dedupkit.Retention;
import io.github.dedupkit.Verdict;
import io.github.dedupkit.inmemory.FingerprintDeduplicationStore;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How many bytes an event costs on the heap, from its id to its verdict, when four store classes share a call site.
 *
 * <p>One store class at a call site lets the compiler see through the call and take apart whatever it is given; from three
 * on it cannot, and an object made for the call is an object allocated. So each call goes to the next of four stores of
 * four classes: nothing but the primitive forms stays at zero. One is the fingerprint table that keeps origins, the others are
 * the smallest that keep their word; what is measured is the way to them. One of them has a value form of its own: where all inherit the interface's, newer
 * compilers (seen on 25, not on 17) know the one target of the call, and take the key apart after all.
 *
 * <p>The table forms do the same without origins, and with the narrow table among the four. A table makes an object of 40
 * bytes when the watermark enters another tick, so its tick is 10 s, which leaves 0.004 bytes per event.
 *
 * <p><b>Workload:</b> one thread; 4,355 random ids of one kind, made beforehand, in a fixed order, over and over; event
 * time advances 1 ms per event. A store meets an id every 17.4 s against a window of 20 s, so a first delivery and a copy
 * take turns; where there are origins, every eighth id keeps its own, and is replayed. Each table has 8,192 slots. A batch has 256 events and
 * all of its verdicts are read.
 *
 * <p><b>Command:</b> {@code java -jar benchmarks/target/benchmarks.jar AllocationBenchmark -prof gc}; read {@code
 * gc.alloc.rate.norm}, in bytes per event in every row. {@code build/check-allocation.sh} runs it shorter and judges it.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgsAppend = "-Xmx256m")
public class AllocationBenchmark {
    /** Odd, and 17 batches and a bit: by event and by batch, each round begins with the next store. */
    static final int IDS = 4_355;

    private static final int BATCH = 256;
    static final int SLOTS = 8_192;
    private static final long WINDOW_MILLIS = 20_000;
    private static final long TABLE_TICK_MILLIS = 10_000;
    static final Retention RETENTION = Retention.builder(Duration.ofMillis(WINDOW_MILLIS))
            .lateness(Duration.ofMillis(TABLE_TICK_MILLIS))
            .tick(Duration.ofMillis(TABLE_TICK_MILLIS))
            .build();

    /** No event is ahead of it. */
    static final InstantSource FAR_AHEAD = InstantSource.fixed(Instant.ofEpochMilli(Long.MAX_VALUE / 2));

    private static final int WARM_UP_EVENTS = 20 * IDS;
    private static final String NAMESPACE = "benchmarks/allocation";

    /** The kinds of id that a key space takes. */
    public enum IdKind {
        /** 16 bytes in an array. */
        BYTES_16,
        /** A {@link java.util.UUID}. */
        UUID,
        /** A number. */
        LONG,
        /** A UUID's 36 characters. */
        ASCII_STRING
    }

    /** The hashes that a key space uses. */
    public enum Hash {
        /** XXH3-128. */
        TRUSTED,
        /** SipHash-2-4-128. */
        KEYED
    }

    /** The kind of id. */
    @Param
    public IdKind id;

    /** The hash. */
    @Param
    public Hash keySpace;

    private KeySpace space;
    private KeyHasher hasher;
    private EventBatch batch;
    private ReplaySafeStore[] stores;
    private DeduplicationStore[] storesWithTable;
    private byte[][] byteIds;
    private UUID[] uuidIds;
    private long[] longIds;
    private String[] textIds;
    private long now;
    private int next;
    private int turn;

    /** Makes the ids, and sends every store class through every call site before anything is compiled for good. */
    @Setup
    public void setUp() {
        SplittableRandom random = new SplittableRandom(42);
        space = switch (keySpace) {
            case TRUSTED -> KeySpace.trusted(NAMESPACE);
            case KEYED -> {
                byte[] secret = new byte[KeySpace.SECRET_BYTES];
                random.nextBytes(secret);
                yield KeySpace.keyed(NAMESPACE, secret);
            }
        };
        hasher = space.hasher();
        batch = new EventBatch(BATCH);
        byteIds = new byte[IDS][16];
        uuidIds = new UUID[IDS];
        longIds = new long[IDS];
        textIds = new String[IDS];
        for (int i = 0; i < IDS; i++) {
            random.nextBytes(byteIds[i]);
            uuidIds[i] = new UUID(random.nextLong(), random.nextLong());
            longIds[i] = random.nextLong();
            textIds[i] = new UUID(random.nextLong(), random.nextLong()).toString();
        }
        stores = replaySafeStores();
        storesWithTable = new DeduplicationStore[] {
            table().buildNarrow(),
            new DirectMappedStore(SLOTS, WINDOW_MILLIS),
            new TwoChoiceStore(SLOTS, WINDOW_MILLIS),
            new ChainedRingStore(SLOTS, WINDOW_MILLIS)
        };
        for (int i = 0; i < WARM_UP_EVENTS; i++) {
            singleCall();
            valueForm();
            tableCall();
            if (i % BATCH == 0) {
                batch();
                tableBatch();
            }
        }
    }

    /** Four classes, of which one is the table. */
    static ReplaySafeStore[] replaySafeStores() {
        return new ReplaySafeStore[] {
            table().buildWide(),
            new NeighbourhoodStore(SLOTS, WINDOW_MILLIS),
            new TwoChoiceStore(SLOTS, WINDOW_MILLIS),
            new ChainedRingStore(SLOTS, WINDOW_MILLIS)
        };
    }

    private static FingerprintDeduplicationStore.Builder table() {
        return FingerprintDeduplicationStore.builder(RETENTION, SLOTS).clock(FAR_AHEAD);
    }

    /**
     * The primitive form: must not allocate.
     *
     * @return the verdict
     */
    @Benchmark
    public Verdict singleCall() {
        int index = nextIndex();
        hash(index);
        long timestamp = now++;
        return nextStore().markSeen(hasher.high(), hasher.low(), timestamp, origin(index, timestamp));
    }

    /**
     * The batch form: must not allocate.
     *
     * @return the number of duplicates
     */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public int batch() {
        batch.clear();
        for (int i = 0; i < BATCH; i++) {
            int index = nextIndex();
            long timestamp = now++;
            add(index, timestamp, origin(index, timestamp));
        }
        nextStore().markSeen(batch);
        return duplicates();
    }

    /**
     * The primitive form, with the fingerprint table among the stores: must not allocate.
     *
     * @return the verdict
     */
    @Benchmark
    public Verdict tableCall() {
        hash(nextIndex());
        return nextStoreWithTable().markSeen(hasher.high(), hasher.low(), now++);
    }

    /**
     * The batch form, with the fingerprint table among the stores: must not allocate.
     *
     * @return the number of duplicates
     */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public int tableBatch() {
        batch.clear();
        for (int i = 0; i < BATCH; i++) {
            add(nextIndex(), now++, 0);
        }
        nextStoreWithTable().markSeen(batch);
        return duplicates();
    }

    /**
     * The value form, for contrast: allocates a key at least, or this benchmark proves nothing.
     *
     * @return the verdict
     */
    @Benchmark
    public Verdict valueForm() {
        int index = nextIndex();
        long timestamp = now++;
        return nextStore().markSeen(key(index), timestamp, origin(index, timestamp));
    }

    private int nextIndex() {
        int index = next;
        next = index + 1 == IDS ? 0 : index + 1;
        return index;
    }

    private int duplicates() {
        int duplicates = 0;
        for (int i = 0; i < BATCH; i++) {
            duplicates += batch.verdict(i).isDuplicate() ? 1 : 0;
        }
        return duplicates;
    }

    private ReplaySafeStore nextStore() {
        return stores[turn++ & 3];
    }

    private DeduplicationStore nextStoreWithTable() {
        return storesWithTable[turn++ & 3];
    }

    /** Every eighth id is one delivery for ever; of the others each event is a delivery of its own. */
    private static long origin(int index, long timestamp) {
        return (index & 7) == 0 ? index + 1 : IDS + 1 + timestamp;
    }

    private void hash(int index) {
        switch (id) {
            case BYTES_16 -> hasher.hash(byteIds[index]);
            case UUID -> hasher.hash(uuidIds[index]);
            case LONG -> hasher.hash(longIds[index]);
            case ASCII_STRING -> hasher.hash(textIds[index]);
        }
    }

    private void add(int index, long timestamp, long origin) {
        switch (id) {
            case BYTES_16 -> batch.add(space, byteIds[index], timestamp, origin);
            case UUID -> batch.add(space, uuidIds[index], timestamp, origin);
            case LONG -> batch.add(space, longIds[index], timestamp, origin);
            case ASCII_STRING -> batch.add(space, textIds[index], timestamp, origin);
        }
    }

    private DedupKey key(int index) {
        return switch (id) {
            case BYTES_16 -> space.key(byteIds[index]);
            case UUID -> space.key(uuidIds[index]);
            case LONG -> space.key(longIds[index]);
            case ASCII_STRING -> space.key(textIds[index]);
        };
    }
}
