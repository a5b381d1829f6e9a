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
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.CorruptSnapshotException;
import io.github.dedupkit.DedupKey;
import io.github.dedupkit.DeduplicationStore;
import io.github.dedupkit.KeyFilter;
import io.github.dedupkit.Retention;
import io.github.dedupkit.testkit.VirtualClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What a snapshot of a filter brings back, and when it is refused. */
class FilterSnapshotTest {
    private static final Retention RETENTION = FingerprintTables.retention(10, 3, 1);
    private static final byte[] POSITION = {1, 2, 3};
    private static final int KEYS = 300;

    private final VirtualClock clock = new VirtualClock(START);

    @TempDir
    private Path directory;

    private Path file;

    @BeforeEach
    void nameAFile() {
        file = directory.resolve("filter.snapshot");
    }

    private FingerprintFilterDeduplicationStore.Builder builder(FilterWidth width, long expectedKeys) {
        return FilterStores.builder(width, RETENTION, expectedKeys).clock(clock);
    }

    /** A snapshot of a filter for 100 keys with 300 of them, so that lines overflow. */
    private FingerprintFilterDeduplicationStore write(FilterWidth width) throws IOException {
        FingerprintFilterDeduplicationStore store = builder(width, 100).build();
        for (int i = 0; i < KEYS; i++) {
            assertEquals(FIRST_SEEN, store.markSeen(key(i), timestamp(i)));
        }
        store.snapshot(file, POSITION);
        return store;
    }

    private static long timestamp(int i) {
        return START - (KEYS - i - 1) * TICK * 5 / 2 / KEYS;
    }

    @ParameterizedTest
    @EnumSource
    void aSnapshotBringsBackMarksTimeAndPosition(FilterWidth width) throws IOException {
        FingerprintFilterDeduplicationStore store = write(width);
        FingerprintFilterDeduplicationStore restored =
                builder(width, 100).restoreFrom(file).build();
        assertTrue(store.restoredPosition().isEmpty(), "nothing was restored there");
        byte[] position = restored.restoredPosition().orElseThrow();
        assertArrayEquals(POSITION, position);
        position[0] = 0;
        assertArrayEquals(POSITION, restored.restoredPosition().orElseThrow(), "nobody can change it");
        assertEquals(KEYS, restored.stats().retainedKeys());
        assertEquals(0, restored.stats().calls(), "the books are those of this process");
        assertEquals(store.stats().falseDuplicateProbability(), restored.stats().falseDuplicateProbability());
        assertEquals(TOO_LATE, restored.markSeen(key(KEYS), START - 3 * TICK - 1), "the watermark");
        for (int i = 0; i < KEYS; i++) {
            assertTrue(restored.mightContain(key(i), START), "key " + i);
            assertEquals(DUPLICATE, restored.markSeen(key(i), timestamp(i)), "key " + i);
        }
        clock.set(START + 8 * TICK);
        assertEquals(DUPLICATE, restored.markSeen(key(KEYS - 1), START + 8 * TICK), "in the window");
        clock.set(START + 15 * TICK);
        for (int i = 0; i < KEYS; i++) {
            assertEquals(FIRST_SEEN, restored.markSeen(key(i), START + 15 * TICK), "after the window");
        }
    }

    @Test
    void anEmptyFilterIsRestoredToo() throws IOException {
        builder(FilterWidth.BITS_24, 1).build().snapshot(file, new byte[0]);
        KeyFilter restored = builder(FilterWidth.BITS_24, 1).restoreFrom(file).build();
        assertEquals(0, restored.stats().retainedKeys());
        assertFalse(restored.mightContain(key(0), START));
        assertEquals(FIRST_SEEN, restored.markSeen(key(0), 0), "there is no watermark yet");
        assertEquals(FIRST_SEEN, restored.markSeen(key(1), START));
        assertEquals(DUPLICATE, restored.markSeen(key(1), START));
    }

    /** Bytes of the header, of lines of each level, and of the checksums, with no common step. */
    @ParameterizedTest
    @EnumSource(names = {"BITS_16", "BITS_32"})
    void damageAnywhereIsRefused(FilterWidth width) throws IOException {
        write(width);
        byte[] whole = Files.readAllBytes(file);
        assertEquals(SnapshotHeader.PAGE + 4 * (16 * Line.BYTES + Integer.BYTES), whole.length);
        for (int at = 0; at < whole.length; at += at < 110 || at >= whole.length - 20 ? 1 : 31) {
            int bit = at % Byte.SIZE;
            whole[at] ^= (byte) (1 << bit);
            Files.write(file, whole);
            FingerprintFilterDeduplicationStore.Builder damaged =
                    builder(width, 100).restoreFrom(file);
            assertThrows(CorruptSnapshotException.class, damaged::build, "bit " + bit + " of byte " + at);
            whole[at] ^= (byte) (1 << bit);
        }
        for (int length = 0; length < whole.length; length += 191) {
            Files.write(file, Arrays.copyOf(whole, length));
            String message = refusal(CorruptSnapshotException.class, builder(width, 100));
            assertTrue(message.contains("ends after " + length + " bytes of "), message);
        }
    }

    private String refusal(
            Class<? extends RuntimeException> type, FingerprintFilterDeduplicationStore.Builder builder) {
        String message = String.valueOf(
                assertThrows(type, builder.restoreFrom(file)::build).getMessage());
        assertTrue(message.contains(file.toString()), message);
        return message;
    }

    @ParameterizedTest
    @CsvSource({"9, 3, 1", "10, 2, 1", "10, 3, 0"})
    void anotherRetentionIsRefused(int window, int lateness, int skew) throws IOException {
        write(FilterWidth.BITS_16);
        Retention other = FingerprintTables.retention(window, lateness, skew);
        String message = refusal(IllegalArgumentException.class, FilterStores.builder(FilterWidth.BITS_16, other, 100));
        assertTrue(message.contains(RETENTION.toString()) && message.contains(other.toString()), message);
    }

    @ParameterizedTest
    @EnumSource
    void anotherProbabilityIsRefused(FilterWidth width) throws IOException {
        write(width);
        for (FilterWidth other : FilterWidth.values()) {
            if (other != width) {
                String message = refusal(IllegalArgumentException.class, builder(other, 100));
                assertTrue(message.contains(width.bits() + " bits") && message.contains("of " + other.bits()), message);
            }
        }
    }

    @Test
    void anotherNumberOfKeysIsRefused() throws IOException {
        builder(FilterWidth.BITS_24, 10_000).build().snapshot(file, POSITION);
        for (long other : new long[] {1, 9_000, 11_000, 1_000_000}) {
            String message = refusal(IllegalArgumentException.class, builder(FilterWidth.BITS_24, other));
            assertTrue(message.contains("planned for " + other + "; expect as many as when it was taken"), message);
        }
        builder(FilterWidth.BITS_24, 10_000).restoreFrom(file).build();
    }

    @ParameterizedTest
    @EnumSource
    void aTableIsNoFilterAndNoFilterIsATable(Width width) throws IOException {
        write(FilterWidth.BITS_16);
        FingerprintDeduplicationStore.Builder table = FingerprintDeduplicationStore.builder(RETENTION, 100)
                .fingerprintBits(FilterWidth.BITS_16.bits())
                .restoreFrom(file);
        RuntimeException refusal = assertThrows(
                IllegalArgumentException.class, width == Width.NARROW ? table::buildNarrow : table::buildWide);
        assertTrue(
                String.valueOf(refusal.getMessage())
                        .contains("is of a filter, a FingerprintFilterDeduplicationStore; build one"),
                refusal::toString);
        FingerprintDeduplicationStore.Builder other =
                FingerprintDeduplicationStore.builder(RETENTION, 100).fingerprintBits(FilterWidth.BITS_16.bits());
        if (width == Width.NARROW) {
            other.buildNarrow().snapshot(file, POSITION);
        } else {
            other.buildWide().snapshot(file, POSITION);
        }
        String message = refusal(IllegalArgumentException.class, builder(FilterWidth.BITS_16, 100));
        assertTrue(message.contains(width == Width.NARROW ? "buildNarrow()" : "buildWide()"), message);
    }

    @Test
    void aPositionThatIsTooLongIsRefused() {
        RuntimeException refusal = assertThrows(
                IllegalArgumentException.class,
                () -> builder(FilterWidth.BITS_24, 1).build().snapshot(file, new byte[65_537]));
        assertTrue(String.valueOf(refusal.getMessage()).contains("65537 bytes"), refusal::toString);
        assertFalse(Files.exists(file));
    }

    /** What somebody does while a snapshot is taken that must be of a moment when nobody does. */
    enum Work {
        MARK,
        RECORD;

        void call(KeyFilter store, DedupKey key) {
            if (this == MARK) {
                store.markSeen(key, START);
            } else {
                store.record(key.high(), key.low(), START);
            }
        }
    }

    /** Of keys that are known as well: to record one makes its record later. */
    @ParameterizedTest
    @CsvSource({"MARK, 1000000", "MARK, 1", "RECORD, 1000000", "RECORD, 1"})
    @Timeout(60)
    void whatIsMarkedMeanwhileIsNoticed(Work work, int keys) throws Exception {
        FingerprintFilterDeduplicationStore store =
                builder(FilterWidth.BITS_16, 2_000_000).build();
        AtomicReference<byte[]> before = new AtomicReference<>(new byte[0]);
        AtomicBoolean over = new AtomicBoolean();
        AtomicLong calls = new AtomicLong();
        FingerprintTables.onThreads(2, thread -> {
            if (thread == 0) {
                try {
                    while (calls.get() < 10) {
                        Thread.onSpinWait();
                    }
                    RuntimeException refusal = null;
                    while (refusal == null) { // the other thread may be off the processor for the whole of a snapshot
                        refusal = refusal(store);
                        if (refusal == null) {
                            before.set(Files.readAllBytes(file));
                        }
                    }
                    assertTrue(
                            String.valueOf(refusal.getMessage()).contains("marks were made while"), refusal::toString);
                } finally {
                    over.set(true);
                }
            } else {
                for (int i = 0; !over.get(); i++) {
                    work.call(store, key(i % keys));
                    calls.incrementAndGet();
                }
            }
        });
        byte[] left = Files.exists(file) ? Files.readAllBytes(file) : new byte[0];
        assertArrayEquals(before.get(), left, "the old file stays");
        store.snapshot(file, POSITION);
        DeduplicationStore restored =
                builder(FilterWidth.BITS_16, 2_000_000).restoreFrom(file).build();
        assertEquals(DUPLICATE, restored.markSeen(key(0), START));
    }

    /** How a snapshot is refused; null if it is not. */
    private @Nullable RuntimeException refusal(FingerprintFilterDeduplicationStore store) throws IOException {
        try {
            store.snapshot(file, POSITION);
            return null;
        } catch (IllegalStateException e) {
            return e;
        }
    }

    /** Stamps go on from where they were: nothing is lost, and nothing comes back, when they come round. */
    @Test
    void timeGoesOnWhereItWas() throws IOException {
        FingerprintFilterDeduplicationStore store = write(FilterWidth.BITS_32);
        long now = START;
        int life = Ages.of(RETENTION).life();
        for (int i = 0; i * life < FilterLine.STAMPS; i++) {
            now += life * TICK;
            clock.set(now);
            store.markSeen(key(1_000 + i % 2), now);
            if (i % 500 == 0) {
                assertEquals(FIRST_SEEN, store.markSeen(key(2_000 + i), now));
                store.snapshot(file, POSITION);
                store = builder(FilterWidth.BITS_32, 100).restoreFrom(file).build();
                assertEquals(DUPLICATE, store.markSeen(key(2_000 + i), now + TICK));
            }
        }
        for (int i = 0; i < KEYS; i++) {
            assertFalse(store.mightContain(key(i), now), "key " + i + " came back");
        }
    }
}
