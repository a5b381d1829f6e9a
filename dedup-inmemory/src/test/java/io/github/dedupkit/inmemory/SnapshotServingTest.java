package io.github.dedupkit.inmemory;

import static io.github.dedupkit.Verdict.FIRST_SEEN;
import static io.github.dedupkit.inmemory.FingerprintTables.START;
import static io.github.dedupkit.inmemory.FingerprintTables.key;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.Retention;
import io.github.dedupkit.testkit.VirtualClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Snapshots taken while threads mark, confirm and forget, while the table grows, and while event time runs. */
class SnapshotServingTest {
    private static final Retention RETENTION = FingerprintTables.retention(118, 59, 59);
    private static final long O1 = 1;
    private static final long O2 = 2;
    private static final int KEYS = 300_000;
    private static final int PER_SNAPSHOT = KEYS / 20;
    private static final int ATTEMPTS = 200;
    private static final long NANOS_PER_TICK = 20_000;

    private final VirtualClock clock = new VirtualClock(Long.MAX_VALUE / 4);

    @TempDir
    private Path directory;

    private Path file;

    @BeforeEach
    void nameAFile() {
        file = directory.resolve("table.snapshot");
    }

    private FingerprintDeduplicationStore.Builder growing() {
        return FingerprintDeduplicationStore.builder(RETENTION, 500)
                .clock(clock)
                .maximumBytes(1 << 24);
    }

    /**
     * Every key that was confirmed before the snapshot began is in it, wherever its record has moved, and none that was never
     * confirmed. Key i is confirmed unless it is a multiple of three; half of the others are forgotten.
     */
    @Test
    void aSnapshotWhileTheTableGrowsHoldsWhatWasConfirmedAndNoMore() throws Exception {
        FingerprintNearTier store = growing().buildWide();
        AtomicInteger done = new AtomicInteger();
        AtomicInteger begun = new AtomicInteger();
        AtomicInteger whileGrowing = new AtomicInteger();
        FingerprintTables.onThreads(2, thread -> {
            if (thread == 0) {
                for (int i = 0; i < KEYS; i++) {
                    while (begun.get() <= i / PER_SNAPSHOT) {
                        Thread.onSpinWait(); // so that each snapshot meets some of the growth
                    }
                    store.markSeen(key(i), START, O1);
                    if (i % 3 != 0) {
                        store.confirm(key(i), START, O1);
                    } else if (i % 2 != 0) {
                        store.forget(key(i), START, O1);
                    }
                    done.setRelease(i + 1);
                }
            } else {
                try {
                    while (done.getAcquire() < KEYS) {
                        int before = done.getAcquire();
                        long lines = FingerprintTables.tableOf(store).lines();
                        begun.incrementAndGet();
                        store.snapshot(file);
                        whileGrowing.addAndGet(FingerprintTables.tableOf(store).lines() > lines ? 1 : 0);
                        assertHoldsConfirmed(before);
                    }
                } finally {
                    begun.addAndGet(KEYS); // nobody waits for one that failed
                }
            }
        });
        begun.addAndGet(-KEYS);
        System.out.println(begun + " snapshots, " + whileGrowing + " while the table grew");
        assertTrue(whileGrowing.get() > 2, whileGrowing + " of " + begun + " while the table grew");
    }

    private void assertHoldsConfirmed(int confirmed) {
        try (FingerprintNearTier restored = growing().restoreFrom(file).buildWide()) {
            for (int i = 0; i < confirmed; i++) {
                boolean known = restored.recall(key(i).high(), key(i).low(), START, O2);
                assertEquals(i % 3 != 0, known, "key " + i + " of " + confirmed);
            }
            for (int i = confirmed; i < KEYS; i++) {
                if (i % 3 == 0) {
                    assertEquals(FIRST_SEEN, restored.markSeen(key(i), START, O2), "never confirmed: key " + i);
                }
            }
        }
    }

    /** A mark without origin made meanwhile is refused, or too late to be in the file. */
    @Test
    void aMarkWithoutOriginIsInNoServingSnapshot() throws Exception {
        AtomicInteger refused = new AtomicInteger();
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            FingerprintNearTier store = FingerprintDeduplicationStore.builder(RETENTION, 20_000)
                    .clock(clock)
                    .buildWide();
            Files.deleteIfExists(file);
            FingerprintTables.onThreads(2, thread -> {
                if (thread == 0) {
                    awaitTemporaryFile();
                    for (int i = 0; i < 100; i++) {
                        store.markSeen(key(i), START, 0);
                    }
                } else {
                    try {
                        store.snapshot(file);
                    } catch (IllegalStateException e) {
                        refused.incrementAndGet();
                    }
                }
            });
            if (Files.exists(file)) {
                FingerprintNearTier restored = FingerprintDeduplicationStore.builder(RETENTION, 20_000)
                        .clock(clock)
                        .restoreFrom(file)
                        .buildWide();
                for (int i = 0; i < 100; i++) {
                    assertEquals(FIRST_SEEN, restored.markSeen(key(i), START, O1), "attempt " + attempt);
                }
            }
        }
        System.out.println(refused + " of " + ATTEMPTS + " snapshots met a mark without origin");
        assertTrue(refused.get() > 0, "no snapshot met a mark without origin");
    }

    /** What is remembered with an origin is open until it is confirmed: it is in no snapshot, whenever it was remembered. */
    @Test
    void whatIsRememberedDuringASnapshotIsInItOnceConfirmed() throws Exception {
        long keys = 20_000;
        for (int attempt = 0; attempt < ATTEMPTS / 10; attempt++) {
            FingerprintNearTier store = FingerprintDeduplicationStore.builder(RETENTION, 2 * keys)
                    .clock(clock)
                    .buildWide();
            Files.deleteIfExists(file);
            for (long i = 0; i < keys / 2; i++) {
                store.remember(key(i).high(), key(i).low(), START, O1);
                store.confirm(key(i), START, O1);
            }
            FingerprintTables.onThreads(2, thread -> {
                if (thread == 0) {
                    awaitTemporaryFile();
                    for (long i = 0; i < keys; i++) {
                        store.remember(key(keys + i).high(), key(keys + i).low(), START, O1);
                    }
                } else {
                    store.snapshot(file);
                }
            });
            try (FingerprintNearTier restored = FingerprintDeduplicationStore.builder(RETENTION, 2 * keys)
                    .clock(clock)
                    .restoreFrom(file)
                    .buildWide()) {
                for (long i = 0; i < keys; i++) {
                    boolean known = restored.recall(key(i).high(), key(i).low(), START, O2);
                    assertEquals(i < keys / 2, known, "key " + i);
                    assertEquals(FIRST_SEEN, restored.markSeen(key(keys + i), START, O2), "remembered: key " + i);
                }
            }
        }
    }

    /** To remember a mark without origin counts as one: it is refused, or too late to be in the file. */
    @Test
    void whatIsRememberedWithoutOriginIsInNoServingSnapshot() throws Exception {
        AtomicInteger refused = new AtomicInteger();
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            FingerprintNearTier store = FingerprintDeduplicationStore.builder(RETENTION, 20_000)
                    .clock(clock)
                    .buildWide();
            Files.deleteIfExists(file);
            FingerprintTables.onThreads(2, thread -> {
                if (thread == 0) {
                    awaitTemporaryFile();
                    for (int i = 0; i < 100; i++) {
                        store.remember(key(i).high(), key(i).low(), START, 0);
                    }
                } else {
                    try {
                        store.snapshot(file);
                    } catch (IllegalStateException e) {
                        refused.incrementAndGet();
                    }
                }
            });
            if (Files.exists(file)) {
                try (FingerprintNearTier restored = FingerprintDeduplicationStore.builder(RETENTION, 20_000)
                        .clock(clock)
                        .restoreFrom(file)
                        .buildWide()) {
                    for (int i = 0; i < 100; i++) {
                        assertEquals(FIRST_SEEN, restored.markSeen(key(i), START, O1), "attempt " + attempt);
                    }
                }
            }
        }
        assertTrue(refused.get() > 0, "no snapshot met a mark that was remembered");
    }

    /** Waits until a snapshot is being written, or has been. */
    private void awaitTemporaryFile() throws IOException {
        boolean found = false;
        while (!found) {
            try (Stream<Path> files = Files.list(directory)) {
                found = files.findAny().isPresent();
            }
        }
    }

    @Test
    void marksDuringASnapshotAtABarrierAreNoticed() throws Exception {
        FingerprintDeduplicationStore store = FingerprintDeduplicationStore.builder(RETENTION, 100_000)
                .clock(clock)
                .buildNarrow();
        AtomicBoolean stop = new AtomicBoolean();
        AtomicInteger refused = new AtomicInteger();
        FingerprintTables.onThreads(2, thread -> {
            if (thread == 0) {
                for (int i = 0; !stop.get(); i++) {
                    store.markSeen(key(i % 50_000), START);
                }
            } else {
                try {
                    for (int i = 0; i < ATTEMPTS && refused.get() == 0; i++) {
                        try {
                            store.snapshot(file, new byte[0]);
                        } catch (IllegalStateException e) {
                            assertTrue(String.valueOf(e.getMessage()).matches("\\d+ marks were made .*"), e::toString);
                            refused.incrementAndGet();
                        }
                    }
                } finally {
                    stop.set(true);
                }
            }
        });
        assertEquals(1, refused.get(), "no snapshot met a mark");
        store.snapshot(file, new byte[0]);
    }

    /** Lines are copied one after the other; each is read in the time that it was copied at, which runs on meanwhile. */
    @Test
    void timeThatRunsDuringASnapshotChangesNoVerdict() throws Exception {
        int met = 0;
        for (int attempt = 0; attempt < ATTEMPTS / 10; attempt++) {
            Files.deleteIfExists(file);
            met += snapshotWhileTimeRuns() ? 1 : 0;
        }
        System.out.println("time ran during " + met + " snapshots of " + ATTEMPTS / 10);
        assertTrue(met > 0, "time stood still during the snapshots");
    }

    /** Takes a snapshot while time moves by up to a window; returns whether it moved while lines were copied. */
    private boolean snapshotWhileTimeRuns() throws Exception {
        int keys = 20_000;
        int planned = 200_000;
        TablePlan plan = new TablePlan(Width.WIDE, planned, 0, Line.FINGERPRINT_BITS, false, null);
        FingerprintTable table = new FingerprintTable(RETENTION, clock, null, plan, null);
        for (int i = 0; i < keys; i++) {
            table.mark(key(i).high(), key(i).low(), START, 0);
        }
        int window = (int) (RETENTION.windowMillis() / FingerprintTables.TICK);
        AtomicInteger ticks = new AtomicInteger();
        AtomicInteger copied = new AtomicInteger();
        FingerprintTables.onThreads(2, thread -> {
            if (thread == 0) {
                awaitTemporaryFile();
                while (copied.get() == 0 && ticks.get() < window) {
                    table.mark(
                            key(-1).high(), key(-1).low(), START + ticks.incrementAndGet() * FingerprintTables.TICK, 0);
                    for (long until = System.nanoTime() + NANOS_PER_TICK; System.nanoTime() < until; ) {
                        Thread.onSpinWait();
                    }
                }
            } else {
                table.snapshot(file, () -> copied.set(Math.max(1, ticks.get())));
            }
        });
        FingerprintNearTier restored = FingerprintDeduplicationStore.builder(RETENTION, planned)
                .clock(clock)
                .restoreFrom(file)
                .buildWide();
        for (int i = 0; i < keys; i++) {
            assertTrue(restored.recall(key(i).high(), key(i).low(), START + RETENTION.windowMillis(), O2), "key " + i);
        }
        long after = START + RETENTION.windowMillis() + (ticks.get() + 1) * FingerprintTables.TICK;
        for (int i = 0; i < keys; i++) {
            assertEquals(FIRST_SEEN, restored.markSeen(key(i), after, O2));
            assertEquals(FIRST_SEEN, restored.markSeen(key(i), after, O2));
        }
        return copied.get() > 1 << Ages.of(RETENTION).granuleShift();
    }

    /** A file whose lines could not be told in time would bring back what has expired. */
    @Test
    void timeThatRunsTooFarDuringASnapshotIsRefused() throws IOException {
        Ages ages = Ages.of(RETENTION);
        int jumps = 262_144 / (ages.life() + 1) + 1;
        AtomicBoolean moves = new AtomicBoolean();
        EventTime[] time = new EventTime[1];
        time[0] = new EventTime(RETENTION, ages, () -> {
            if (moves.getAndSet(false)) { // while the snapshot reads the time
                for (int i = 1; i <= jumps; i++) {
                    time[0].raise(START + i * (ages.life() + 1L) * FingerprintTables.TICK, Long.MAX_VALUE);
                }
            }
            return 0;
        });
        LineTable table = new TablePlan(Width.WIDE, 1_000, 0, Line.FINGERPRINT_BITS, false, null).build(ages, time[0]);
        time[0].raise(START, Long.MAX_VALUE);
        SnapshotWriter writer = new SnapshotWriter(table, time[0], RETENTION);
        moves.set(true);
        var refusal = assertThrows(IllegalStateException.class, () -> writer.write(file, null, () -> {}));
        assertTrue(String.valueOf(refusal.getMessage()).contains("262144 are the most"), refusal::toString);
    }
}
