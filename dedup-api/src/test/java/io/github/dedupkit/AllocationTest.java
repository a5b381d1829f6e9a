package io.github.dedupkit;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Hashing an id, adding it to a batch and passing it through a tier allocate nothing, once warm. */
class AllocationTest {
    private static final byte[] SECRET = "sixteen bytes ok".getBytes(US_ASCII);
    private static final UUID ID = UUID.fromString("018f3c2a-7b1d-7abc-8def-0123456789ab");
    private static final String TEXT = ID.toString();
    private static final byte[] BYTES = "0123456789abcdef".getBytes(US_ASCII);
    private static final int CALLS = 300_000;

    static List<KeySpace> spaces() {
        return List.of(KeySpace.trusted("n"), KeySpace.keyed("n", SECRET));
    }

    @ParameterizedTest
    @MethodSource("spaces")
    void hashersAllocateNothing(KeySpace space) {
        KeyHasher hasher = space.hasher();
        assertAllocatesNothing(calls -> hash(hasher, calls));
    }

    @ParameterizedTest
    @MethodSource("spaces")
    void batchesAllocateNothing(KeySpace space) {
        EventBatch batch = new EventBatch(256);
        assertAllocatesNothing(calls -> fill(batch, space, calls));
    }

    @Test
    void tiersAllocateNothing() {
        TieredDeduplicationStore store =
                TieredDeduplicationStore.builder(new EvenKeys(), new EvenKeys()).build();
        EventBatch batch = new EventBatch(4);
        assertAllocatesNothing(calls -> markAndConfirm(store, batch, calls));
    }

    private static long markAndConfirm(ReplaySafeStore store, EventBatch batch, int calls) {
        long sum = 0;
        for (int i = 0; i < calls; i++) {
            sum += store.markSeen(i, i, i, 1).isDuplicate() ? 1 : 0;
            store.confirm(i, i, i, 1);
            batch.clear();
            while (!batch.isFull()) {
                batch.add(i, batch.size(), i, 1);
            }
            store.markSeen(batch);
            store.confirm(batch);
            sum += batch.verdict(1).isDuplicate() ? 1 : 0;
        }
        return sum;
    }

    /** Knows the even keys, and has them confirmed when it is asked to judge or to confirm. */
    private static final class EvenKeys implements NearTier {
        private final NearTier rest = new ScriptedTier();

        @Override
        public boolean recall(long keyHigh, long keyLow, long timestamp, long origin) {
            return (keyLow & 1) == 0;
        }

        @Override
        public void remember(long keyHigh, long keyLow, long timestamp, long origin) {}

        @Override
        public Verdict markSeen(long keyHigh, long keyLow, long timestamp, long origin) {
            return rest.markSeen(keyHigh, keyLow, timestamp, origin);
        }

        @Override
        public void markSeen(EventBatch batch) {
            for (int i = 0; i < batch.size(); i++) {
                if (batch.verdict(i) == Verdict.UNJUDGED) {
                    batch.judge(i, Verdict.FIRST_SEEN);
                    batch.noteConfirmed(i, batch.timestamp(i));
                }
            }
        }

        @Override
        public boolean mightContain(long keyHigh, long keyLow, long timestamp) {
            return rest.mightContain(keyHigh, keyLow, timestamp);
        }

        @Override
        public void confirm(long keyHigh, long keyLow, long timestamp, long origin) {
            rest.confirm(keyHigh, keyLow, timestamp, origin);
        }

        @Override
        public void confirm(EventBatch batch) {
            for (int i = 0; i < batch.size(); i++) {
                batch.noteConfirmed(i, batch.timestamp(i));
            }
        }

        @Override
        public void forget(long keyHigh, long keyLow, long timestamp, long origin) {
            rest.forget(keyHigh, keyLow, timestamp, origin);
        }

        @Override
        public Guarantees guarantees() {
            return rest.guarantees();
        }

        @Override
        public StoreStats stats() {
            return rest.stats();
        }

        @Override
        public void close() {
            rest.close();
        }
    }

    private static long hash(KeyHasher hasher, int calls) {
        long sum = 0;
        for (int i = 0; i < calls; i++) {
            sum += hasher.hash(BYTES).low();
            sum += hasher.hash(ID).low();
            sum += hasher.hash(i).low();
            sum += hasher.hash(TEXT).low();
            sum += hasher.begin().part(TEXT).part(i).part(ID).part(BYTES).end().high();
        }
        return sum;
    }

    private static long fill(EventBatch batch, KeySpace space, int calls) {
        long sum = 0;
        for (int i = 0; i < calls; i++) {
            if (batch.size() + 4 > batch.capacity()) {
                sum += batch.keyLow(batch.size() - 1);
                batch.clear();
            }
            batch.add(space, BYTES, i, i);
            batch.add(space, ID, i, i);
            batch.add(space, i, i, i);
            int last = batch.add(space, TEXT, i, i);
            batch.judge(last, Verdict.FIRST_SEEN);
            sum += batch.verdict(last).isDuplicate() ? 1 : batch.retryToken();
        }
        return sum;
    }

    private interface Work {
        long run(int calls);
    }

    private static void assertAllocatesNothing(Work work) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        assertTrue(threads.isThreadAllocatedMemoryEnabled());
        long sum = work.run(50_000);
        long before = threads.getCurrentThreadAllocatedBytes();
        sum += work.run(CALLS);
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        // The measurement itself, and a compilation that ends meanwhile, may cost a few objects; one per call would be
        // 16 bytes at least.
        assertTrue(allocated < CALLS / 10, allocated + " bytes in " + CALLS + " rounds, sum " + sum);
    }
}
