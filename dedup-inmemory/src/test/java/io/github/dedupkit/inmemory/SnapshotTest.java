package io.github.dedupkit.inmemory;

import static io.github.dedupkit.Verdict.DUPLICATE;
import static io.github.dedupkit.Verdict.FIRST_SEEN;
import static io.github.dedupkit.Verdict.TOO_LATE;
import static io.github.dedupkit.inmemory.FingerprintTables.START;
import static io.github.dedupkit.inmemory.FingerprintTables.TICK;
import static io.github.dedupkit.inmemory.FingerprintTables.key;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.DeduplicationStore;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.KeySpace;
import io.github.dedupkit.Retention;
import io.github.dedupkit.StoreStats;
import io.github.dedupkit.StoreUnavailableException;
import io.github.dedupkit.testkit.VirtualClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a snapshot brings back, what it leaves out, and when it is refused. */
class SnapshotTest {
    private static final Retention RETENTION = FingerprintTables.retention(60, 10, 5);
    private static final KeySpace OTHERS = KeySpace.trusted("dedupkit/test/others");
    private static final long O1 = 11;
    private static final long O2 = 22;
    private static final byte[] POSITION = {1, 2, 3};

    private final VirtualClock clock = new VirtualClock(START);

    @TempDir
    private Path directory;

    private Path file;

    @BeforeEach
    void nameAFile() {
        file = directory.resolve("table.snapshot");
    }

    private FingerprintDeduplicationStore.Builder builder() {
        return FingerprintDeduplicationStore.builder(RETENTION, 1_000).clock(clock);
    }

    private FingerprintNearTier restored() {
        return builder().restoreFrom(file).buildWide();
    }

    /** A store of either width, and its snapshot at a barrier. */
    private static void snapshot(DeduplicationStore store, Path file, byte[] position) throws IOException {
        if (store instanceof FingerprintNearTier wide) {
            wide.snapshot(file, position);
        } else {
            ((FingerprintDeduplicationStore) store).snapshot(file, position);
        }
    }

    private static DeduplicationStore build(Width width, FingerprintDeduplicationStore.Builder builder) {
        return width == Width.NARROW ? builder.buildNarrow() : builder.buildWide();
    }

    @Test
    void aNarrowSnapshotBringsBackMarksTimeAndPosition() throws IOException {
        FingerprintDeduplicationStore store = builder().buildNarrow();
        for (int i = 0; i < 1_000; i++) {
            store.markSeen(key(i), START - 5 * TICK);
        }
        store.markSeen(key(1_000), START);
        store.snapshot(file, POSITION);
        FingerprintDeduplicationStore restored = builder().restoreFrom(file).buildNarrow();
        byte[] position = restored.restoredPosition().orElseThrow();
        assertArrayEquals(POSITION, position);
        assertNotSame(position, restored.restoredPosition().orElseThrow(), "nobody can change it");
        assertEquals(1_001, restored.stats().retainedKeys());
        assertEquals(0, restored.stats().firstSeen(), "the books are those of this process");
        assertEquals(TOO_LATE, restored.markSeen(OTHERS.key(0), START - 10 * TICK - 1), "the watermark");
        for (int i = 0; i < 1_000; i++) {
            assertEquals(DUPLICATE, restored.markSeen(key(i), START - 5 * TICK));
        }
        assertEquals(FIRST_SEEN, restored.markSeen(OTHERS.key(1), START));
        assertTrue(store.restoredPosition().isEmpty(), "nothing was restored there");
    }

    @Test
    void aServingSnapshotHoldsWhatIsConfirmedAndNothingThatIsOpen() throws IOException {
        FingerprintNearTier store = builder().buildWide();
        for (int i = 0; i < 900; i++) {
            store.markSeen(key(i), START, O1);
            if (i % 3 == 0) {
                store.confirm(key(i), START, O1);
            } else if (i % 3 == 1) {
                store.forget(key(i), START, O1);
            }
        }
        store.snapshot(file);
        FingerprintNearTier restored = restored();
        assertTrue(restored.restoredPosition().isEmpty());
        for (int i = 0; i < 900; i++) {
            assertEquals(i % 3 == 0 ? DUPLICATE : FIRST_SEEN, restored.markSeen(key(i), START, O2), "key " + i);
        }
    }

    /** The forget is not in the file: if the open mark were, its key would be lost. */
    @ParameterizedTest
    @EnumSource
    void aForgetAfterTheSnapshotLosesNothing(Kind kind) throws IOException {
        FingerprintNearTier store = builder().buildWide();
        store.markSeen(key(0), START, O1);
        kind.take(store, file);
        store.forget(key(0), START, O1);
        store.close();
        assertEquals(FIRST_SEEN, restored().markSeen(key(0), START, O2));
    }

    /** A confirm may be missing too: then a copy is admitted, and that is all. */
    @ParameterizedTest
    @EnumSource
    void aConfirmAfterTheSnapshotAdmitsACopy(Kind kind) throws IOException {
        FingerprintNearTier store = builder().buildWide();
        store.markSeen(key(0), START, O1);
        kind.take(store, file);
        store.confirm(key(0), START, O1);
        FingerprintNearTier restored = restored();
        assertEquals(FIRST_SEEN, restored.markSeen(key(0), START, O1));
        restored.confirm(key(0), START, O1);
        assertEquals(DUPLICATE, restored.markSeen(key(0), START, O1));
    }

    /** The two kinds of snapshots of a wide table. */
    enum Kind {
        SERVING {
            @Override
            void take(FingerprintNearTier store, Path file) throws IOException {
                store.snapshot(file);
            }
        },
        BARRIER {
            @Override
            void take(FingerprintNearTier store, Path file) throws IOException {
                store.snapshot(file, POSITION);
            }
        };

        abstract void take(FingerprintNearTier store, Path file) throws IOException;
    }

    /** What makes a mark without origin. */
    enum WithoutOrigin {
        MARK {
            @Override
            void make(FingerprintNearTier store) {
                store.markSeen(key(0), START, 0);
            }
        },
        MARK_OF_THE_PLAIN_STORE {
            @Override
            void make(FingerprintNearTier store) {
                store.markSeen(key(0), START);
            }
        },
        BATCH {
            @Override
            void make(FingerprintNearTier store) {
                store.markSeen(mixed());
            }
        },
        REMEMBER {
            @Override
            void make(FingerprintNearTier store) {
                store.remember(key(0).high(), key(0).low(), START, 0);
            }
        },
        REMEMBER_BATCH {
            @Override
            void make(FingerprintNearTier store) {
                EventBatch batch = mixed();
                batch.judge(0, FIRST_SEEN);
                batch.judge(1, FIRST_SEEN);
                store.remember(batch);
            }
        };

        abstract void make(FingerprintNearTier store);

        private static EventBatch mixed() {
            EventBatch batch = new EventBatch(2);
            batch.add(key(1), START, O1);
            batch.add(key(0), START, 0);
            return batch;
        }
    }

    @ParameterizedTest
    @EnumSource
    void marksWithoutOriginNeedABarrier(WithoutOrigin mark) throws IOException {
        FingerprintNearTier store = builder().buildWide();
        store.markSeen(key(5), START, O1);
        store.confirm(key(5), START, O1);
        store.snapshot(file);
        byte[] before = Files.readAllBytes(file);
        mark.make(store);
        var refusal = assertThrows(IllegalStateException.class, () -> store.snapshot(file));
        assertTrue(String.valueOf(refusal.getMessage()).contains("snapshot(file, position)"), refusal::toString);
        assertArrayEquals(before, Files.readAllBytes(file), "the old file stays");
        store.snapshot(file, POSITION);
        FingerprintNearTier restored = restored();
        assertArrayEquals(POSITION, restored.restoredPosition().orElseThrow());
        assertEquals(DUPLICATE, restored.markSeen(key(0), START, O2));
        restored.snapshot(file); // what was restored had taken effect
        assertEquals(DUPLICATE, restored().markSeen(key(0), START, O2));
    }

    @Test
    void rememberedMarksAreKeptIfTheyAreConfirmed() throws IOException {
        FingerprintNearTier store = builder().buildWide();
        for (int i = 0; i < 2; i++) {
            store.remember(key(i).high(), key(i).low(), START, O1);
        }
        store.confirm(key(0), START, O1);
        store.snapshot(file);
        FingerprintNearTier restored = restored();
        assertTrue(restored.recall(key(0).high(), key(0).low(), START, O2));
        assertFalse(restored.recall(key(1).high(), key(1).low(), START, O2));
    }

    @ParameterizedTest
    @EnumSource
    void anEmptyTableIsRestoredToo(Width width) throws IOException {
        snapshot(build(width, builder()), file, new byte[0]);
        DeduplicationStore restored = build(width, builder().restoreFrom(file));
        assertEquals(0, restored.stats().retainedKeys());
        assertFalse(restored.mightContain(key(0).high(), key(0).low(), START));
        assertEquals(FIRST_SEEN, restored.markSeen(key(0), 0), "there is no watermark yet");
        assertEquals(FIRST_SEEN, restored.markSeen(key(1), START));
        assertEquals(DUPLICATE, restored.markSeen(key(1), START));
    }

    @ParameterizedTest
    @EnumSource
    void aRestoredStoreThatFirstHearsOfAnEventAYearLaterJudgesRight(Width width) throws IOException {
        DeduplicationStore store = build(width, builder());
        for (int i = 0; i < 1_000; i++) {
            store.markSeen(key(i), START);
        }
        snapshot(store, file, POSITION);
        long year = START + 366L * 24 * 3_600_000;
        clock.set(year);
        DeduplicationStore restored = build(width, builder().restoreFrom(file));
        assertEquals(DUPLICATE, restored.markSeen(key(0), START), "nothing has told it of the year");
        for (int i = 1; i < 1_000; i++) {
            assertEquals(FIRST_SEEN, restored.markSeen(key(i), year + i % 10 * TICK / 10));
            assertEquals(DUPLICATE, restored.markSeen(key(i), year));
        }
    }

    /** Stamps of lines come round after 2^15 granules: the sweep goes on after a restore. */
    @ParameterizedTest
    @EnumSource
    void whatExpiredStaysSoWhenStampsComeRound(Width width) throws IOException {
        int keys = 30_000;
        Retention widest = FingerprintTables.retention(118, 59, 59);
        VirtualClock late = new VirtualClock(Long.MAX_VALUE / 4);
        DeduplicationStore store =
                build(width, FingerprintDeduplicationStore.builder(widest, keys).clock(late));
        for (int i = 0; i < keys; i++) {
            assertEquals(FIRST_SEEN, store.markSeen(key(i), START));
        }
        int perJump = Ages.of(widest).life() + 1;
        int round = Line.STAMPS << Ages.of(widest).granuleShift();
        int jumps = round / perJump;
        long now = START;
        for (int i = 0; i < jumps; i++) {
            now += perJump * TICK;
            if (i % (jumps / 8) == 0) {
                snapshot(store, file, POSITION);
                store = build(
                        width,
                        FingerprintDeduplicationStore.builder(widest, keys)
                                .clock(late)
                                .restoreFrom(file));
            }
            store.markSeen(OTHERS.key(i % 4), now);
        }
        now += round % perJump * TICK;
        for (int i = 0; i < keys; i++) {
            assertEquals(FIRST_SEEN, store.markSeen(key(i), now), "a record came back");
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatWasDroppedStillShows(Width width) throws IOException {
        DeduplicationStore store = build(width, builder().evictOldestWhenFull());
        long now = START;
        for (int i = 0; i < 3_000; i++) {
            clock.set(now += TICK / 100);
            store.markSeen(key(i), now);
        }
        StoreStats before = store.stats();
        assertTrue(before.effectiveWindow().toMillis() < RETENTION.windowMillis(), before::toString);
        snapshot(store, file, POSITION);
        StoreStats after =
                build(width, builder().evictOldestWhenFull().restoreFrom(file)).stats();
        assertEquals(before.effectiveWindow(), after.effectiveWindow());
        assertEquals(before.retainedKeys(), after.retainedKeys());
        assertEquals(before.falseDuplicateProbability(), after.falseDuplicateProbability());
        assertEquals(before.bytes(), after.bytes());
    }

    /** A table keeps what it has grown to, and grows on, or does not, as it is built. */
    @ParameterizedTest
    @EnumSource
    void aTableGrowsOnAfterARestore(Width width) throws IOException {
        FingerprintDeduplicationStore.Builder growing = builder().maximumBytes(4 << 20);
        DeduplicationStore store = build(width, growing);
        for (int i = 0; i < 40_000; i++) {
            store.markSeen(key(i), START);
        }
        store.markSeen(key(40_000), START);
        long grown = FingerprintTables.tableOf(store).lines();
        snapshot(store, file, POSITION);
        long bytes = Files.size(file);
        assertTrue(grown > 2_000, grown + " lines");
        DeduplicationStore fixed = build(width, builder().restoreFrom(file));
        long kept = FingerprintTables.tableOf(fixed).lines();
        assertTrue(kept >= grown && kept <= FingerprintTables.tableOf(store).lines(), kept + " lines of " + grown);
        assertFalse(FingerprintTables.tableOf(fixed).mayGrow());
        assertTrue(fixed.stats().bytes().orElseThrow() <= bytes, "no more memory than lines");
        DeduplicationStore restored = build(width, growing.restoreFrom(file));
        for (int i = 40_000; i < 100_000; i++) {
            restored.markSeen(key(i), START);
        }
        for (int i = 0; i < 100_000; i++) {
            assertEquals(DUPLICATE, restored.markSeen(key(i), START), "key " + i);
            if (i <= 40_000) {
                assertEquals(DUPLICATE, fixed.markSeen(key(i), START), "key " + i);
            }
        }
        assertTrue(FingerprintTables.tableOf(restored).lines() > kept);
        assertThrows(StoreUnavailableException.class, () -> {
            for (int i = 0; i < 1_000_000; i++) {
                fixed.markSeen(OTHERS.key(i), START);
            }
        });
        assertEquals(store.guarantees(), restored.guarantees(), "it may grow to the same size");
    }

    @Test
    void aClosedStoreTakesNoSnapshot() {
        FingerprintNearTier store = builder().buildWide();
        store.close();
        assertThrows(IllegalStateException.class, () -> store.snapshot(file));
        assertThrows(IllegalStateException.class, () -> store.snapshot(file, POSITION));
        assertFalse(Files.exists(file));
    }

    /** A batch is in the books when it ends; a snapshot amid it would hold marks that nobody was told of. */
    @Test
    void aSnapshotAmidABatchIsRefused() {
        AtomicInteger readings = new AtomicInteger();
        AtomicReference<FingerprintDeduplicationStore> subject = new AtomicReference<>();
        AtomicReference<Exception> refusal = new AtomicReference<>();
        FingerprintDeduplicationStore store = FingerprintDeduplicationStore.builder(RETENTION, 10_000)
                .clock(() -> {
                    if (readings.incrementAndGet() == 3) { // in the third block
                        try {
                            subject.get().snapshot(file, POSITION);
                        } catch (IOException | IllegalStateException e) {
                            refusal.set(e);
                        }
                    }
                    return Instant.ofEpochMilli(START);
                })
                .buildNarrow();
        subject.set(store);
        EventBatch batch = new EventBatch(1_024);
        for (int i = 0; i < 1_024; i++) {
            batch.add(key(i), START - 2_000 + i, 0);
        }
        store.markSeen(batch);
        assertTrue(readings.get() >= 3, readings + " readings");
        assertTrue(String.valueOf(refusal.get()).contains("1 batches are being marked"), () -> "" + refusal.get());
        assertFalse(Files.exists(file));
    }
}
