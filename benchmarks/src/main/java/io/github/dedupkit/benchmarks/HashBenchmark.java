package io.github.dedupkit.benchmarks;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.dynatrace.hash4j.hashing.HashValue128;
import com.dynatrace.hash4j.hashing.Hasher128;
import com.dynatrace.hash4j.hashing.Hashing;
import com.google.common.hash.HashCode;
import com.google.common.hash.HashFunction;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.KeyHasher;
import io.github.dedupkit.KeySpace;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.bouncycastle.crypto.macs.SipHash128;
import org.bouncycastle.crypto.params.KeyParameter;
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
 * What it costs to make a key of an id, through a hasher and through a batch, beside the hashes of other libraries.
 *
 * <p><b>Workload:</b> one thread; 4,096 different random ids of one kind, made beforehand, which fit the second-level
 * cache, one after the other, over and over; all bits of every hash are used. Texts are UUIDs of 36 ASCII characters,
 * ranges are the same texts one after the other in one array. Neighbouring ids do not wait for each other, so this is
 * throughput; a single hash, waited for, takes longer. Where a library has no form for a kind of id, its bytes are
 * written into a reused array first.
 *
 * <p>An application has several key spaces. {@link Company#MIXED} sends ids of every kind through both hashes before the
 * measurement, so that the compiler finds two classes at every call; {@link Company#ALONE} leaves it one.
 *
 * <p>It does not compare like with like: hash4j hashes a text's UTF-16, the other ones its UTF-8, and Guava's SipHash
 * gives 64 bits.
 *
 * <p><b>Command:</b> {@code java -jar benchmarks/target/benchmarks.jar HashBenchmark -prof gc}; {@code gc.alloc.rate.norm}
 * is 0 for ours. {@code -p company=ALONE,MIXED} measures both.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 2, jvmArgsAppend = "-Xmx256m")
public class HashBenchmark {
    static final int IDS = 4_096;
    static final int TEXT_LENGTH = 36;

    private static final int BATCH = 256;
    private static final int WARM_UP_ROUNDS = 20;
    private static final String NAMESPACE = "benchmarks/hash";
    private static final byte[] SECRET = "sixteen bytes ok".getBytes(US_ASCII);
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN)
            .withInvokeExactBehavior();

    /** What hashes. */
    public enum Candidate {
        /** A hasher of a trusted key space: XXH3-128. */
        TRUSTED,
        /** A hasher of a keyed key space: SipHash-2-4-128. */
        KEYED,
        /** A batch, and a trusted key space. */
        TRUSTED_BATCH,
        /** A batch, and a keyed key space. */
        KEYED_BATCH,
        /** hash4j's XXH3-128. */
        HASH4J_XXH3_128,
        /** Guava's Murmur3, 128 bits. */
        GUAVA_MURMUR3_128,
        /** Guava's SipHash-2-4, 64 bits. */
        GUAVA_SIPHASH24,
        /** Bouncy Castle's SipHash-2-4-128. */
        BOUNCY_CASTLE_SIPHASH24_128;

        Hash start() {
            return switch (this) {
                case TRUSTED -> new ByHasher(KeySpace.trusted(NAMESPACE));
                case KEYED -> new ByHasher(KeySpace.keyed(NAMESPACE, SECRET));
                case TRUSTED_BATCH -> new ByBatch(KeySpace.trusted(NAMESPACE));
                case KEYED_BATCH -> new ByBatch(KeySpace.keyed(NAMESPACE, SECRET));
                case HASH4J_XXH3_128 -> new Hash4j();
                case GUAVA_MURMUR3_128 -> new Guava(com.google.common.hash.Hashing.murmur3_128());
                case GUAVA_SIPHASH24 -> new Guava(com.google.common.hash.Hashing.sipHash24());
                case BOUNCY_CASTLE_SIPHASH24_128 -> new BouncyCastle();
            };
        }
    }

    /** What else the compiler has seen. */
    public enum Company {
        /** Nothing. */
        ALONE,
        /** Both of our hashes, by hasher and by batch, on every kind of id. */
        MIXED
    }

    /** What hashes. */
    @Param
    public Candidate candidate;

    /** What else the compiler has seen. */
    @Param("MIXED")
    public Company company;

    private final byte[][] arrays = new byte[IDS][16];
    private final UUID[] uuids = new UUID[IDS];
    private final long[] numbers = new long[IDS];
    private final String[] texts = new String[IDS];
    private byte[] ranges;
    private Hash hash;

    /** Makes the ids, and the company. */
    @Setup
    public void setUp() {
        SplittableRandom random = new SplittableRandom(42);
        for (int i = 0; i < IDS; i++) {
            random.nextBytes(arrays[i]);
            uuids[i] = new UUID(random.nextLong(), random.nextLong());
            numbers[i] = random.nextLong();
            texts[i] = new UUID(random.nextLong(), random.nextLong()).toString();
        }
        ranges = String.join("", texts).getBytes(US_ASCII);
        if (company == Company.MIXED) {
            Hash[] ours = {
                Candidate.TRUSTED.start(),
                Candidate.KEYED.start(),
                Candidate.TRUSTED_BATCH.start(),
                Candidate.KEYED_BATCH.start()
            };
            for (int round = 0; round < WARM_UP_ROUNDS; round++) {
                for (Hash one : ours) {
                    hash = one;
                    array16();
                    uuid();
                    number();
                    text36();
                    range36();
                }
            }
        }
        hash = candidate.start();
    }

    /**
     * 16 bytes in an array.
     *
     * @return all hashes
     */
    @Benchmark
    @OperationsPerInvocation(IDS)
    public long array16() {
        long sum = 0;
        for (byte[] id : arrays) {
            sum += hash.of(id, 0, id.length);
        }
        return sum;
    }

    /**
     * A UUID.
     *
     * @return all hashes
     */
    @Benchmark
    @OperationsPerInvocation(IDS)
    public long uuid() {
        long sum = 0;
        for (UUID id : uuids) {
            sum += hash.of(id);
        }
        return sum;
    }

    /**
     * A number.
     *
     * @return all hashes
     */
    @Benchmark
    @OperationsPerInvocation(IDS)
    public long number() {
        long sum = 0;
        for (long id : numbers) {
            sum += hash.of(id);
        }
        return sum;
    }

    /**
     * A text of 36 ASCII characters.
     *
     * @return all hashes
     */
    @Benchmark
    @OperationsPerInvocation(IDS)
    public long text36() {
        long sum = 0;
        for (String id : texts) {
            sum += hash.of(id);
        }
        return sum;
    }

    /**
     * The same text as a range of bytes.
     *
     * @return all hashes
     */
    @Benchmark
    @OperationsPerInvocation(IDS)
    public long range36() {
        long sum = 0;
        for (int at = 0; at < IDS * TEXT_LENGTH; at += TEXT_LENGTH) {
            sum += hash.of(ranges, at, TEXT_LENGTH);
        }
        return sum;
    }

    /** A hash whose two halves, if it has two, come back as one exclusive or. */
    abstract static class Hash {
        private final byte[] buffer = new byte[16];

        abstract long of(byte[] bytes, int offset, int length);

        long of(UUID id) {
            LONGS.set(buffer, 0, id.getMostSignificantBits());
            LONGS.set(buffer, 8, id.getLeastSignificantBits());
            return of(buffer, 0, 16);
        }

        long of(long id) {
            LONGS.set(buffer, 0, id);
            return of(buffer, 0, 8);
        }

        long of(String id) {
            byte[] bytes = id.getBytes(UTF_8);
            return of(bytes, 0, bytes.length);
        }
    }

    private static final class ByHasher extends Hash {
        private final KeyHasher hasher;

        ByHasher(KeySpace keySpace) {
            hasher = keySpace.hasher();
        }

        @Override
        long of(byte[] bytes, int offset, int length) {
            hasher.hash(bytes, offset, length);
            return hasher.high() ^ hasher.low();
        }

        @Override
        long of(UUID id) {
            hasher.hash(id);
            return hasher.high() ^ hasher.low();
        }

        @Override
        long of(long id) {
            hasher.hash(id);
            return hasher.high() ^ hasher.low();
        }

        @Override
        long of(String id) {
            hasher.hash(id);
            return hasher.high() ^ hasher.low();
        }
    }

    private static final class ByBatch extends Hash {
        private final KeySpace keySpace;
        private final EventBatch batch = new EventBatch(BATCH);

        ByBatch(KeySpace keySpace) {
            this.keySpace = keySpace;
        }

        @Override
        long of(byte[] bytes, int offset, int length) {
            return added(emptied().add(keySpace, bytes, offset, length, length, offset));
        }

        @Override
        long of(UUID id) {
            return added(emptied().add(keySpace, id, 1, 1));
        }

        @Override
        long of(long id) {
            return added(emptied().add(keySpace, id, 1, 1));
        }

        @Override
        long of(String id) {
            return added(emptied().add(keySpace, id, 1, 1));
        }

        private EventBatch emptied() {
            if (batch.isFull()) {
                batch.clear();
            }
            return batch;
        }

        private long added(int index) {
            return batch.keyHigh(index) ^ batch.keyLow(index);
        }
    }

    private static final class Hash4j extends Hash {
        private final Hasher128 hasher = Hashing.xxh3_128();

        @Override
        long of(byte[] bytes, int offset, int length) {
            return folded(hasher.hashBytesTo128Bits(bytes, offset, length));
        }

        @Override
        long of(String id) {
            return folded(hasher.hashCharsTo128Bits(id));
        }

        private static long folded(HashValue128 hash) {
            return hash.getMostSignificantBits() ^ hash.getLeastSignificantBits();
        }
    }

    private static final class Guava extends Hash {
        private final HashFunction function;

        Guava(HashFunction function) {
            this.function = function;
        }

        @Override
        long of(byte[] bytes, int offset, int length) {
            return folded(function.hashBytes(bytes, offset, length));
        }

        @Override
        long of(long id) {
            return folded(function.hashLong(id));
        }

        @Override
        long of(String id) {
            return folded(function.hashString(id, UTF_8));
        }

        private static long folded(HashCode hash) {
            if (hash.bits() == Long.SIZE) {
                return hash.asLong();
            }
            byte[] bytes = hash.asBytes();
            return (long) LONGS.get(bytes, 0) ^ (long) LONGS.get(bytes, 8);
        }
    }

    private static final class BouncyCastle extends Hash {
        private final SipHash128 mac = new SipHash128();
        private final byte[] output = new byte[16];

        BouncyCastle() {
            mac.init(new KeyParameter(SECRET));
        }

        @Override
        long of(byte[] bytes, int offset, int length) {
            mac.update(bytes, offset, length);
            mac.doFinal(output, 0);
            return (long) LONGS.get(output, 0) ^ (long) LONGS.get(output, 8);
        }
    }
}
