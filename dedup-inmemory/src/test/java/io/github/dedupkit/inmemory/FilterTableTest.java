package io.github.dedupkit.inmemory;

import static io.github.dedupkit.Verdict.DUPLICATE;
import static io.github.dedupkit.Verdict.FIRST_SEEN;
import static io.github.dedupkit.inmemory.FingerprintTables.START;
import static io.github.dedupkit.inmemory.FingerprintTables.TICK;
import static io.github.dedupkit.inmemory.FingerprintTables.key;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.DedupKey;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.KeyFilter;
import io.github.dedupkit.Retention;
import io.github.dedupkit.testkit.VirtualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a filter records, what it forgets, and what it does for that. */
class FilterTableTest {
    private static final int SHARE = 512;
    private static final int STAMP = Line.BYTES - Short.BYTES;

    private final VirtualClock clock = new VirtualClock(Long.MAX_VALUE / 4); // no timestamp is ahead of it
    private long now = START;

    private FingerprintFilterDeduplicationStore open(FilterWidth width, long expectedKeys) {
        return FilterStores.open(width, FilterStores.mostTicks(width), expectedKeys, clock);
    }

    private static boolean record(KeyFilter store, DedupKey key, long timestamp) {
        return store.record(key.high(), key.low(), timestamp);
    }

    /** Keys of one line fill it: most are in overflow tables, where each record is made later, for many lives. */
    @ParameterizedTest
    @EnumSource
    void aRecordThatOverflowedIsMadeLaterAsAnyOther(FilterWidth width) {
        KeyFilter store = open(width, 400);
        SplittableRandom random = new SplittableRandom(1);
        DedupKey[] keys = IntStream.range(0, 3 * width.records)
                .mapToObj(i -> FilterStores.crowded(random, 1))
                .toArray(DedupKey[]::new);
        for (int round = 0; round < 500; round++) {
            for (DedupKey key : keys) {
                boolean isNew = record(store, key, now);
                assertFalse(isNew && round > 0, "round " + round + ", " + key);
            }
            now += (1 + round % (width.mostTicks() - 4)) * TICK;
        }
    }

    /** The same key again and again takes one place, as long as no two of its events are more than the window apart. */
    @Test
    void aKeyRecordedAgainTakesNoMoreRoom() {
        FilterWidth width = FilterWidth.BITS_32;
        KeyFilter store = open(width, 1);
        int keys = 100;
        for (int round = 0; round < 2_000; round++) {
            for (int i = 0; i < keys; i++) {
                assertEquals(round == 0, record(store, key(i), now));
            }
            now += TICK;
        }
        assertTrue(store.stats().falseDuplicateProbability() < 1.5 * keys / 16 / (1L << width.bits()));
    }

    /** A warm-up from a store that is scanned in the order of its keys: times are in no order, and more than L back. */
    @ParameterizedTest
    @EnumSource
    void aScanInRandomOrderLosesNothing(FilterWidth width) {
        int keys = 50_000;
        Retention retention = FilterStores.mostTicks(width);
        KeyFilter store = open(width, keys);
        SplittableRandom random = new SplittableRandom(2);
        long kept = retention.windowMillis() + retention.latenessMillis();
        long[] times = random.longs(keys, START - kept, START + 1).toArray();
        EventBatch batch = new EventBatch(700);
        record(store, key(keys), START);
        for (int i = 0; i < keys; i++) {
            batch.add(key(i), times[i], 0);
            if (batch.isFull() || i == keys - 1) {
                store.record(batch, new BitSet());
                batch.clear();
            }
        }
        for (int i = 0; i < keys; i++) {
            long in = Math.max(times[i], START - retention.latenessMillis());
            assertTrue(store.mightContain(key(i), in) || in - times[i] > retention.windowMillis(), "key " + i);
            long end = Math.min(START, times[i] + retention.windowMillis());
            assertTrue(end < START - retention.latenessMillis() || store.mightContain(key(i), end), "key " + i);
        }
        long falselyKnown = IntStream.range(0, keys)
                .filter(i -> store.mightContain(key(-1 - i), START))
                .count();
        FingerprintTables.assertNotAbove(
                keys * store.guarantees().falseDuplicateProbability(), falselyKnown, "by the guarantees");
    }

    /** Times are taken as they are: years ago or ahead, in ticks that no int counts. */
    @Test
    @Timeout(60)
    void timesFarApartAreRecordedOrPassedOver() {
        Retention retention = Retention.builder(Duration.ofMillis(10))
                .lateness(Duration.ofMillis(3))
                .tick(Duration.ofMillis(1))
                .futureSkew(Duration.ofMillis(1))
                .build();
        KeyFilter store = FilterStores.open(FilterWidth.BITS_16, retention, 100, new VirtualClock(START));
        assertTrue(record(store, key(0), START));
        for (long ago = 1 << 20; ago < START; ago += ago / 3) {
            assertFalse(record(store, key(1), START - ago), "nothing is proven " + ago + " ticks back");
        }
        for (long wrapped = 1L << 32; wrapped < START; wrapped += 1L << 32) {
            for (int near = -20; near <= 20; near++) {
                assertFalse(record(store, key(1), START - wrapped + near), "an int wraps");
            }
        }
        assertFalse(store.mightContain(key(1), START), "none of that was kept");
        assertFalse(record(store, key(0), START), "nor is anything lost");
        long ahead = 10 * START;
        assertTrue(record(store, key(0), ahead), "far ahead of the clock");
        assertFalse(record(store, key(0), ahead));
        assertFalse(record(store, key(2), START), "the watermark went along");
        assertFalse(store.mightContain(key(2), ahead));
    }

    /** Records that nobody touches, while stamps come round: they neither come back nor stay. */
    @ParameterizedTest
    @ValueSource(ints = {1, 7, 27, 32, 320})
    void whatExpiredStaysSoWhenStampsComeRound(int step) {
        FilterWidth width = FilterWidth.BITS_32;
        int keys = 20_000;
        FingerprintFilterDeduplicationStore store = open(width, keys);
        long counted = Math.min(step, Ages.of(FilterStores.mostTicks(width)).life() + 1);
        for (int i = 0; i < keys; i++) {
            assertEquals(FIRST_SEEN, store.markSeen(key(i), now));
        }
        long moved = 0;
        while (moved + counted <= FilterLine.STAMPS) {
            now += step * TICK;
            moved += counted;
            store.markSeen(key(-1 - moved % 4), now);
        }
        now += (FilterLine.STAMPS - moved) * TICK;
        int back = 0;
        for (int i = 0; i < keys; i++) {
            back += store.markSeen(key(i), now) == FIRST_SEEN ? 0 : 1;
        }
        assertEquals(0, back, "records came back, of " + keys);
        for (int i = 0; i < keys; i++) {
            assertEquals(DUPLICATE, store.markSeen(key(i), now + TICK), "key " + i);
        }
    }

    private static List<FilterTable> tablesOf(FingerprintFilterDeduplicationStore store) {
        List<FilterTable> tables = new ArrayList<>();
        for (FilterTable next = FilterStores.tableOf(store); next != null; next = next.overflow()) {
            tables.add(next);
        }
        assertEquals(4, tables.size());
        return tables;
    }

    private static short[][] stamps(List<FilterTable> tables) {
        return tables.stream()
                .map(table -> {
                    short[] stamps = new short[(int) table.lines()];
                    for (int line = 0; line < stamps.length; line++) {
                        stamps[line] = table.chunk(line).getShort(table.offset(line) + STAMP);
                    }
                    return stamps;
                })
                .toArray(short[][]::new);
    }

    /** However far the watermark moves, and also when lines have been waiting for a thread that was held up. */
    @ParameterizedTest
    @EnumSource
    @Timeout(60)
    void oneCallRefreshesNoMoreThanItsShare(FilterWidth width) throws Exception {
        FingerprintFilterDeduplicationStore store = open(width, 200_000);
        List<FilterTable> tables = tablesOf(store);
        FilterTable first = tables.get(0);
        int life = Ages.of(FilterStores.mostTicks(width)).life();
        SplittableRandom random = new SplittableRandom(1);
        store.markSeen(key(0), now);
        int most = 0;
        for (int call = 0; call < 200; call++) {
            now += (call % 2 == 0 ? random.nextLong(life + 2) : random.nextLong(1L << 35)) * TICK;
            most = Math.max(most, assertBounded(store, tables, "call " + call));
        }
        assertTrue(most > 2, "hardly a line is ever refreshed: " + most);

        DedupKey driver = FilterStores.crowded(random, 1); // of the first lines; the line held is another one
        long held = first.lines() - 1;
        long header = Line.tryLock(first.chunk(held), first.offset(held));
        assertEquals(0, header & Line.LOCKED);
        long begun = now;
        Thread heldUp = new Thread(() -> {
            for (int i = 1; i < 3 * SHARE; i++) {
                store.markSeen(driver, begun + i * (life + 1L) * TICK);
            }
        });
        heldUp.start();
        try {
            heldUp.join(300);
            assertTrue(heldUp.isAlive(), "it is held up");
            now += 3L * SHARE * (life + 1L) * TICK;
            for (int call = 0; call < 100; call++) {
                now += (life + 1L) * TICK;
                store.markSeen(driver, now);
            }
        } finally {
            Line.unlock(first.chunk(held), first.offset(held), header);
        }
        heldUp.join();
        for (int call = 0; call < 20; call++) {
            now += (life + 1L) * TICK;
            assertBounded(store, tables, "call " + call + " after it");
        }
    }

    /** Returns the lines refreshed in the first table by a mark at the present. */
    private int assertBounded(FingerprintFilterDeduplicationStore store, List<FilterTable> tables, String what) {
        short[][] before = stamps(tables);
        store.markSeen(key(0), now);
        short[][] after = stamps(tables);
        int inFirst = 0;
        for (int level = 0; level < after.length; level++) {
            int refreshed = 0;
            for (int line = 0; line < after[level].length; line++) {
                refreshed += before[level][line] == after[level][line] ? 0 : 1;
            }
            inFirst = level == 0 ? refreshed : inFirst;
            int most = after[level].length / SHARE + 2; // one more, and the key's own
            assertTrue(refreshed <= most, what + ": " + refreshed + " lines of table " + level + ", most " + most);
        }
        return inFirst;
    }

    /** Nothing is allocated per mark but when the watermark enters another tick. */
    @Test
    void marksAllocateNothing() throws Exception {
        KeyFilter store = open(FilterWidth.BITS_24, 200_000);
        int calls = 100_000;
        EventBatch batch = new EventBatch(1_000);
        BitSet provenNew = new BitSet(1_000);
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 5; round++) {
            now += 100 * TICK;
            store.markSeen(0, 0, now);
            long before = FingerprintTables.allocatedBytes();
            for (int i = 0; i < calls; i++) {
                long key = i * 0x9E3779B97F4A7C15L;
                store.markSeen(key, key, now);
                store.record(~key, ~key, now);
                store.mightContain(key, key, now);
            }
            for (int i = 0; i < calls / 1_000; i++) {
                batch.clear();
                for (int j = 0; j < 1_000; j++) {
                    batch.add(i, (i * 1_000L + j) * 0x9E3779B97F4A7C15L, now, 0);
                }
                store.record(batch, provenNew);
                store.markSeen(batch);
            }
            least = Math.min(least, FingerprintTables.allocatedBytes() - before);
        }
        assertTrue(least < calls / 10, least + " bytes for " + 5 * calls + " calls");
    }
}
