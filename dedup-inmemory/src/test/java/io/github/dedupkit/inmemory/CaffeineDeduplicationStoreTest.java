package io.github.dedupkit.inmemory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.DeduplicationListener;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.KeySpace;
import io.github.dedupkit.Retention;
import io.github.dedupkit.StoreStats;
import io.github.dedupkit.Verdict;
import io.github.dedupkit.testkit.VirtualClock;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.openjdk.jol.info.GraphLayout;

/** What is particular to the Caffeine store: expiry that frees, the fuse, its footprint, its listener. */
class CaffeineDeduplicationStoreTest {
    private static final long START = 1_767_225_600_000L;
    private static final KeySpace KEYS = KeySpace.trusted("dedupkit/test");

    private final VirtualClock clock = new VirtualClock(START);

    private CaffeineDeduplicationStore open(Duration window, long maximumKeys) {
        return CaffeineDeduplicationStore.builder(Retention.ofWindow(window), maximumKeys)
                .clock(clock)
                .build();
    }

    @Test
    void expiryFreesRecordsAsEventTimePasses() {
        try (var store = open(Duration.ofMinutes(1), 1_000_000)) {
            for (int i = 0; i < 10_000; i++) {
                store.markSeen(KEYS.key(i), START);
            }
            assertEquals(10_000, store.stats().retainedKeys());
            clock.advance(Duration.ofMinutes(2));
            store.markSeen(KEYS.key(-1), clock.millis());
            long retained = store.stats().retainedKeys();
            for (int calls = 0; calls < 20 && retained > 1; calls++) { // Caffeine removes some thousands a call
                retained = store.stats().retainedKeys();
            }
            assertEquals(1, retained);
            assertEquals(0, store.stats().evicted());
        }
    }

    /** A window shorter than the second within which Caffeine leaves a write time unchanged. */
    @Test
    void windowsFarBelowASecondKeepTheirRecords() {
        try (var store = open(Duration.ofMillis(120), 1_000_000)) {
            long time = START;
            for (int i = 0; i < 200; i++) {
                clock.set(time);
                assertEquals(Verdict.FIRST_SEEN, store.markSeen(KEYS.key(0), time), "round " + i);
                for (long later : new long[] {1, 60, 119, 120}) {
                    clock.set(time + later);
                    assertEquals(Verdict.DUPLICATE, store.markSeen(KEYS.key(0), time + later), "round " + i);
                }
                time += 123;
            }
        }
    }

    @Test
    void theFuseIsCountedAndShortensTheEffectiveWindow() {
        AtomicLong told = new AtomicLong();
        DeduplicationListener listener = new DeduplicationListener() {
            @Override
            public void marked(int firstSeen, int replayed, int duplicates, int tooLate, int failedOpen, int thrown) {}

            @Override
            public void evicted(long records) {
                told.addAndGet(records);
            }
        };
        Retention retention = Retention.ofWindow(Duration.ofHours(1));
        try (var store = CaffeineDeduplicationStore.builder(retention, 1_000)
                .clock(clock)
                .listener(listener)
                .build()) {
            clock.advance(Duration.ofMinutes(30));
            for (int i = 0; i < 1_000; i++) {
                store.markSeen(KEYS.key(i), START + i);
            }
            assertEquals(Duration.ofHours(1), store.stats().effectiveWindow());
            for (int i = 1_000; i < 1_500; i++) {
                store.markSeen(KEYS.key(i), START + i);
            }
            StoreStats stats = store.stats();
            assertEquals(500, stats.evicted());
            assertEquals(500, told.get());
            assertTrue(stats.effectiveWindow().toMillis() < 1_500, stats.toString());
            for (int i = 0; i < 1_500; i++) {
                assertTrue(store.mightContain(KEYS.key(i), START + i), "a dropped key is not proved new");
            }
            clock.advance(Duration.ofHours(3));
            store.markSeen(KEYS.key(-1), clock.millis());
            assertEquals(Duration.ofHours(1), store.stats().effectiveWindow(), "the window grows back as time passes");
        }
    }

    @Test
    void expiredRecordsDroppedBySizeAreNoLoss() {
        try (var store = open(Duration.ofMinutes(1), 100)) {
            for (int i = 0; i < 1_000; i++) {
                clock.advance(Duration.ofSeconds(5));
                store.markSeen(KEYS.key(i), clock.millis());
            }
            assertEquals(0, store.stats().evicted());
            assertEquals(Duration.ofMinutes(1), store.stats().effectiveWindow());
        }
    }

    /** Copies, late ones included, do not keep a record beyond W + L: the recommended size is enough. */
    @Test
    void theRecommendedSizeIsEnough() {
        Duration window = Duration.ofMinutes(10);
        Duration lateness = Duration.ofMinutes(5);
        Retention retention = Retention.builder(window).lateness(lateness).build();
        long perSecond = 20;
        long maximumKeys = perSecond * window.plus(lateness).toSeconds() * 5 / 4;
        try (var store = CaffeineDeduplicationStore.builder(retention, maximumKeys)
                .clock(clock)
                .build()) {
            SplittableRandom random = new SplittableRandom(7);
            long events = perSecond * 3 * window.plus(lateness).toSeconds();
            for (int i = 0; i < events; i++) {
                clock.set(START + 1_000L * i / perSecond);
                store.markSeen(KEYS.key(i), clock.millis());
                int copies = random.nextInt(10) < 3 ? 1 : 0;
                for (int c = 0; c < copies; c++) {
                    int earlier = Math.max(0, i - random.nextInt((int) (perSecond * window.toSeconds())));
                    store.markSeen(KEYS.key(earlier), START + 1_000L * earlier / perSecond);
                }
            }
            StoreStats stats = store.stats();
            assertEquals(0, stats.evicted(), stats.toString());
            assertEquals(events, stats.firstSeen(), stats.toString());
            assertTrue(stats.duplicates() > events / 10 && stats.tooLate() > events / 20, stats.toString());
            assertEquals(window, stats.effectiveWindow());
        }
    }

    @Test
    void aListenerThatThrowsCostsNoEvent() {
        Retention retention = Retention.ofWindow(Duration.ofHours(1));
        DeduplicationListener broken = (first, replayed, duplicates, late, open, thrown) -> {
            throw new NoClassDefFoundError("the metrics registry is gone");
        };
        try (var store = CaffeineDeduplicationStore.builder(retention, 1_000)
                .clock(clock)
                .listener(broken)
                .build()) {
            assertEquals(Verdict.FIRST_SEEN, store.markSeen(KEYS.key(0), START));
            EventBatch batch = new EventBatch(1);
            batch.add(KEYS, 0, START);
            store.markSeen(batch);
            assertEquals(Verdict.DUPLICATE, batch.verdict(0));
        }
    }

    @Test
    void aCallThatThrowsIsCounted() {
        AtomicLong readings = new AtomicLong();
        var store = CaffeineDeduplicationStore.builder(Retention.ofWindow(Duration.ofHours(1)), 1_000)
                .clock(() -> {
                    if (readings.incrementAndGet() > 4) {
                        throw new IllegalStateException("the clock is gone");
                    }
                    return java.time.Instant.ofEpochMilli(START);
                })
                .build();
        EventBatch batch = new EventBatch(8);
        for (int i = 0; i < 8; i++) {
            batch.add(KEYS, i, START - 10 + i);
        }
        assertThrows(IllegalStateException.class, () -> store.markSeen(batch));
        assertThrows(IllegalStateException.class, () -> store.markSeen(KEYS.key(99), START));
        StoreStats stats = store.stats();
        assertEquals(9, stats.calls(), stats.toString());
        assertEquals(4, stats.firstSeen(), stats.toString());
        assertEquals(5, stats.thrown(), stats.toString());
        assertEquals(Verdict.UNJUDGED, batch.verdict(7), "what was not judged says so");
        store.close();
    }

    @Test
    void badConfigurationIsRefusedWithTheBoundAndTheRemedy() {
        Retention retention = Retention.ofWindow(Duration.ofHours(1));
        for (long keys : new long[] {0, -1, (1L << 31) + 1}) {
            var refusal = assertThrows(
                    IllegalArgumentException.class, () -> CaffeineDeduplicationStore.builder(retention, keys));
            assertTrue(String.valueOf(refusal.getMessage()).contains("maximumKeys " + keys), refusal.toString());
        }
    }

    /** The stated heap per record is what the objects of a full store take, within a tenth. */
    @Test
    void theStatedFootprintIsTrue() {
        System.setProperty("jol.magicFieldOffset", "true"); // lets it walk through lambdas
        int records = 9_000;
        try (var store = open(Duration.ofHours(1), records)) {
            long empty = GraphLayout.parseInstance(store).totalSize();
            for (int i = 0; i < records; i++) {
                store.markSeen(KEYS.key(i), START, i + 1);
            }
            double measured = (double) (GraphLayout.parseInstance(store).totalSize() - empty) / records;
            System.out.println("heap per record: measured " + measured + " bytes, stated "
                    + CaffeineDeduplicationStore.BYTES_PER_RECORD);
            assertEquals(measured, CaffeineDeduplicationStore.BYTES_PER_RECORD, measured / 10);
        }
    }
}
