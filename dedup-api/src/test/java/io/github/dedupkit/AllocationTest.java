package io.github.dedupkit;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Hashing an id and adding it to a batch allocate nothing, once warm. */
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
