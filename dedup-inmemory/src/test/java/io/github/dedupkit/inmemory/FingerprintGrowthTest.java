package io.github.dedupkit.inmemory;

import static io.github.dedupkit.Verdict.DUPLICATE;
import static io.github.dedupkit.Verdict.FIRST_SEEN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.DeduplicationStore;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.KeySpace;
import io.github.dedupkit.StoreStats;
import io.github.dedupkit.StoreUnavailableException;
import io.github.dedupkit.Verdict;
import io.github.dedupkit.testkit.VirtualClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A table that grows from a thousand keys to two million: every verdict is checked against what was really marked.
 *
 * <p>System property: {@code dedup.test.growth-keys} how many keys to grow to, 200,000 or more.
 */
@Timeout(300)
class FingerprintGrowthTest {
    private static final int PLANNED = 1_000;
    private static final int KEYS = Integer.getInteger("dedup.test.growth-keys", 2_000_000);
    private static final long ROOM = 64L << 20;
    private static final long START = FingerprintTables.START;
    private static final long TICK = FingerprintTables.TICK;
    private static final int WINDOW = 60;
    private static final int LATENESS = 10;

    /** Just after a doubling; chunks of memory not yet used up included. */
    private static final double MOST_BYTES_PER_KEY = 27;

    /** The probability of a false duplicate is below 1e-8 here, so two million keys have three with a chance below 1e-5. */
    private static final int MOST_LOST = 2;

    private final VirtualClock clock = new VirtualClock(START);

    private DeduplicationStore open(long maximumBytes) {
        return FingerprintDeduplicationStore.builder(FingerprintTables.retention(WINDOW, LATENESS, LATENESS), PLANNED)
                .clock(clock)
                .maximumBytes(maximumBytes)
                .buildNarrow();
    }

    private static Verdict mark(DeduplicationStore store, long index, long timestamp) {
        return store.markSeen(FingerprintTables.key(index), timestamp);
    }

    @Test
    void oneByOne() {
        DeduplicationStore store = open(ROOM * KEYS / 2_000_000);
        LineTable table = FingerprintTables.tableOf(store);
        SplittableRandom random = new SplittableRandom(1);
        int lost = 0;
        double leastPerKey = Double.MAX_VALUE;
        double mostPerKey = 0;
        for (int i = 0; i < KEYS; i++) {
            lost += mark(store, i, START) == FIRST_SEEN ? 0 : 1;
            if (i % 4 == 0) {
                assertEquals(DUPLICATE, mark(store, random.nextInt(i + 1), START), "after key " + i);
            }
            if (i >= 100_000 && i % 1_000 == 0) { // before, whole chunks of memory weigh much
                double perKey = (double) table.bytes() / (i + 1);
                leastPerKey = Math.min(leastPerKey, perKey);
                mostPerKey = Math.max(mostPerKey, perKey);
            }
        }
        assertTrue(lost <= MOST_LOST, lost + " of " + KEYS + " keys lost");
        assertAllKnown(store, KEYS, START);
        StoreStats stats = store.stats();
        assertEquals(KEYS - lost, stats.firstSeen());
        assertEquals(KEYS - lost, stats.retainedKeys());
        assertEquals(0, stats.evicted() + stats.thrown() + stats.tooLate());
        System.out.printf("growth to %,d keys: %.1f to %.1f bytes per key%n", KEYS, leastPerKey, mostPerKey);
        assertTrue(leastPerKey >= 9 && leastPerKey < 13, "just before a doubling: " + leastPerKey + " bytes per key");
        assertTrue(mostPerKey < MOST_BYTES_PER_KEY, "just after a doubling: " + mostPerKey + " bytes per key");
    }

    /** Nothing, but for what the JVM itself puts there while it compiles: the chunks alone would be 16 MB. */
    @Test
    void growthAllocatesNothingOnTheThreadThatMarks() throws Exception {
        DeduplicationStore store = open(ROOM);
        EventBatch batch = new EventBatch(256);
        SplittableRandom random = new SplittableRandom(4);
        long before = FingerprintTables.allocatedBytes();
        int keys = 1_000_000;
        for (int i = 0; i < keys / 2; i++) {
            store.markSeen(random.nextLong(), random.nextLong(), START);
        }
        for (int i = keys / 2; i < keys; i += batch.size()) {
            batch.clear();
            while (!batch.isFull()) {
                batch.add(random.nextLong(), random.nextLong(), START, 0);
            }
            store.markSeen(batch);
        }
        long allocated = FingerprintTables.allocatedBytes() - before;
        assertTrue(FingerprintTables.tableOf(store).lines() > keys / 10, "it grew");
        assertTrue(allocated < 100_000, allocated + " bytes allocated");
    }

    @Test
    void inBatches() {
        DeduplicationStore store = open(ROOM * KEYS / 2_000_000);
        LineTable table = FingerprintTables.tableOf(store);
        SplittableRandom random = new SplittableRandom(2);
        int[] sizes = {3, 64, 257};
        EventBatch batch = new EventBatch(sizes[2]);
        KeySpace keys = KeySpace.trusted("dedupkit/test");
        int lost = 0;
        int next = 0;
        for (int round = 0; next < KEYS; round++) {
            batch.clear();
            List<Integer> indices = new ArrayList<>();
            int known = next;
            for (int i = 0; i < sizes[round % sizes.length]; i++) {
                int index = random.nextInt(4) == 0 ? random.nextInt(next + 1) : next;
                next = Math.max(next, index + 1);
                indices.add(index);
                batch.add(keys, index, START);
            }
            store.markSeen(batch);
            for (int i = 0; i < batch.size(); i++) {
                if (indices.get(i) < known) {
                    assertEquals(DUPLICATE, batch.verdict(i), "key " + indices.get(i));
                } else {
                    lost += batch.verdict(i) == FIRST_SEEN ? 0 : 1;
                    known = indices.get(i) + 1;
                }
            }
        }
        assertTrue(lost <= MOST_LOST, lost + " of " + next + " keys lost");
        assertAllKnown(store, next, START);
        assertTrue(table.bytes() < MOST_BYTES_PER_KEY * next, table.bytes() + " bytes");
    }

    @Test
    void fromFourThreads() throws Exception {
        int threads = 4;
        int keys = KEYS / 2;
        DeduplicationStore store = open(ROOM * KEYS / 2_000_000);
        AtomicIntegerArray winners = new AtomicIntegerArray(keys);
        FingerprintTables.onThreads(threads, thread -> {
            SplittableRandom random = new SplittableRandom(thread);
            for (int i = 0; i < keys; i++) {
                if (mark(store, i, START) == FIRST_SEEN) {
                    winners.incrementAndGet(i);
                }
                if (i % 4 == 0) {
                    assertEquals(DUPLICATE, mark(store, random.nextInt(i + 1), START), "after key " + i);
                }
            }
        });
        int lost = 0;
        for (int i = 0; i < keys; i++) {
            assertTrue(winners.get(i) <= 1, winners.get(i) + " winners of key " + i);
            lost += 1 - winners.get(i);
        }
        assertTrue(lost <= MOST_LOST, lost + " of " + keys + " keys lost");
        assertEquals(threads * (keys + (keys + 3L) / 4), store.stats().calls());
        assertTrue(
                store.stats().bytes().orElseThrow() < MOST_BYTES_PER_KEY * keys,
                store.stats().toString());
    }

    /** More threads than cores, each with keys of its own: whoever finds no room must not keep the one away that makes it. */
    @Test
    @Timeout(60)
    void fromSixteenThreads() throws Exception {
        int threads = 16;
        int keys = KEYS / threads;
        DeduplicationStore store = open(ROOM * KEYS / 2_000_000);
        FingerprintTables.onThreads(threads, thread -> {
            EventBatch batch = new EventBatch(512);
            for (int i = 0; i < keys; i += batch.capacity()) {
                batch.clear();
                while (!batch.isFull()) {
                    batch.add(FingerprintTables.key((long) thread * KEYS + i + batch.size()), START, 0);
                }
                store.markSeen(batch);
            }
        });
        StoreStats stats = store.stats();
        assertEquals(stats.calls(), stats.firstSeen() + stats.duplicates());
        assertTrue(stats.duplicates() <= MOST_LOST, stats.toString());
    }

    /** Records expire, and keys come back, while lines split. */
    @Test
    void whileTheWindowSlides() {
        DeduplicationStore store = open(ROOM);
        LineTable table = FingerprintTables.tableOf(store);
        SplittableRandom random = new SplittableRandom(3);
        List<Long> recordedAt = new ArrayList<>();
        int lost = 0;
        int again = 0;
        long linesAtFirst = table.lines();
        double rate = 20;
        for (int tick = 0; tick < 500; tick++, rate *= tick < 280 ? 1.02 : 0.97) {
            long before = table.lines();
            for (int i = 0; i < rate; i++) {
                long now = START + tick * TICK + random.nextLong(TICK);
                clock.set(now);
                recordedAt.add(now);
                lost += mark(store, recordedAt.size() - 1, now) == FIRST_SEEN ? 0 : 1;
                int earlier = random.nextInt(recordedAt.size());
                long passed = now - recordedAt.get(earlier);
                if (passed > (WINDOW + 1) * TICK) {
                    lost += mark(store, earlier, now) == FIRST_SEEN ? 0 : 1;
                    recordedAt.set(earlier, now);
                    again++;
                } else if (passed <= WINDOW * TICK && passed >= -WINDOW * TICK) {
                    assertEquals(DUPLICATE, mark(store, earlier, now), "key " + earlier + ", tick " + tick);
                }
            }
            assertTrue(table.lines() >= before, "the table shrank");
        }
        assertTrue(lost <= MOST_LOST, lost + " keys lost");
        assertTrue(again > 50_000, again + " keys came back");
        assertTrue(table.lines() > 20 * linesAtFirst, "it grew to " + table.lines() + " lines only");
    }

    /** As many new keys per tick as expire: the table has the size that it needs. */
    @Test
    void itStopsGrowingWhenItsKeysDo() {
        DeduplicationStore store = open(ROOM);
        int perTick = 1_000;
        long bytes = 0;
        for (int tick = 0; tick < 6 * (WINDOW + LATENESS); tick++) {
            clock.set(START + tick * TICK);
            for (int i = 0; i < perTick; i++) {
                mark(store, (long) tick * perTick + i, clock.millis());
            }
            if (tick == 2 * (WINDOW + LATENESS)) {
                bytes = store.stats().bytes().orElseThrow();
            }
        }
        StoreStats stats = store.stats();
        assertEquals(bytes, stats.bytes().orElseThrow(), stats.toString());
        assertTrue(bytes < MOST_BYTES_PER_KEY * perTick * (WINDOW + LATENESS + 2), stats.toString());
    }

    @Test
    void itKeepsToItsMaximumThenRefuses() {
        long maximum = 4L << 20;
        DeduplicationStore store = open(maximum);
        int marked = markUntilRefused(store);
        StoreStats full = store.stats();
        System.out.printf(
                "%,d bytes at most: full at %,d keys in %,d bytes%n",
                maximum, marked, full.bytes().orElseThrow());
        assertTrue(full.bytes().orElseThrow() <= maximum + (4 << 19), full.toString());
        assertTrue(marked > maximum / 12, full.toString());
        assertEquals(1, full.thrown());
        assertEquals(marked, full.firstSeen());
        assertFalse(store.mightContain(FingerprintTables.key(marked), START), "a refused mark is not recorded");
        assertAllKnown(store, marked, START);
        clock.advance(Duration.ofMillis((WINDOW + LATENESS + 1) * TICK));
        for (int i = 0; i < marked; i++) {
            assertEquals(FIRST_SEEN, mark(store, i, clock.millis()), "what has expired makes room");
        }
        assertEquals(full.bytes(), store.stats().bytes());
    }

    private static int markUntilRefused(DeduplicationStore store) {
        for (int i = 0; ; i++) {
            try {
                assertEquals(FIRST_SEEN, mark(store, i, START), "key " + i);
            } catch (StoreUnavailableException e) {
                String message = String.valueOf(e.getMessage());
                assertTrue(
                        message.contains("capacity") && message.contains("planned for " + PLANNED + " keys"), message);
                return i;
            }
        }
    }

    /** Where the JVM gives no more memory, a table stays as large as it is: it answers, and refuses when it is full. */
    @Test
    void aJvmWithoutMemoryStopsItsGrowth(@TempDir Path directory) throws Exception {
        String printed = FingerprintTables.fork(
                directory, OutOfDirectMemory.class, List.of("-XX:MaxDirectMemorySize=16m", "-Xmx128m"));
        System.out.print(printed);
        assertTrue(printed.startsWith("refused at "), printed);
    }

    /** Runs in a JVM that has less memory than the table may take. */
    static final class OutOfDirectMemory {
        private OutOfDirectMemory() {}

        public static void main(String[] arguments) {
            FingerprintGrowthTest test = new FingerprintGrowthTest();
            DeduplicationStore store = test.open(1L << 30);
            int marked = markUntilRefused(store);
            long bytes = store.stats().bytes().orElseThrow();
            assertTrue(bytes > 8 << 20 && bytes <= 16 << 20, bytes + " bytes");
            assertAllKnown(store, marked, START);
            assertThrows(StoreUnavailableException.class, () -> mark(store, marked, START));
            test.clock.advance(Duration.ofMillis((WINDOW + LATENESS + 1) * TICK));
            // Not all: which of a line's records overflow depends on how far the table had grown when they came.
            for (int i = 0; i < marked / 10 * 9; i++) {
                assertEquals(FIRST_SEEN, mark(store, i, test.clock.millis()));
            }
            assertEquals(bytes, store.stats().bytes().orElseThrow());
            System.out.printf("refused at %,d keys in %,d bytes, for lack of direct memory%n", marked, bytes);
        }
    }

    private static void assertAllKnown(DeduplicationStore store, int keys, long timestamp) {
        for (int i = 0; i < keys; i++) {
            assertEquals(DUPLICATE, mark(store, i, timestamp), "key " + i);
        }
    }
}
