package io.github.dedupkit.inmemory;

import static io.github.dedupkit.inmemory.FingerprintTables.START;
import static io.github.dedupkit.inmemory.FingerprintTables.TICK;
import static io.github.dedupkit.inmemory.FingerprintTables.key;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.dedupkit.DedupKey;
import io.github.dedupkit.Retention;
import io.github.dedupkit.testkit.VirtualClock;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Snapshot format 1 of filters: a file that was written once, and a reader written again from {@code docs/formats.md} alone. */
class FilterSnapshotFormatTest {
    private static final Retention RETENTION = FingerprintTables.retention(10, 3, 1);
    private static final byte[] POSITION = "offset 42".getBytes(StandardCharsets.US_ASCII);
    private static final int MARKED = 300;

    @TempDir
    private Path directory;

    private static FingerprintFilterDeduplicationStore.Builder builder(FilterWidth width) {
        return FilterStores.builder(width, RETENTION, 100).clock(new VirtualClock(START + 100 * TICK));
    }

    /** Marks 300 keys in five ticks, some out of order, so that lines overflow; returns the file's bytes. */
    private byte[] write(FilterWidth width) throws IOException {
        Path file = directory.resolve("filter.snapshot");
        FingerprintFilterDeduplicationStore store = builder(width).build();
        for (int i = 0; i < MARKED; i++) {
            store.markSeen(key(i), timestamp(i));
        }
        store.snapshot(file, POSITION);
        return Files.readAllBytes(file);
    }

    private static long timestamp(int i) {
        return START + (i - i % 3 * 20) * TICK / 60 + TICK;
    }

    private static byte[] golden() throws IOException {
        try (InputStream file =
                Objects.requireNonNull(FilterSnapshotFormatTest.class.getResourceAsStream("/filter-snapshot-1.bin"))) {
            return file.readAllBytes();
        }
    }

    @Test
    void theSameMarksAreWrittenAsTheyWere() throws IOException {
        assertArrayEquals(golden(), write(FilterWidth.BITS_24));
    }

    @Test
    void aFileWrittenOnceIsRestored() throws IOException {
        Path file = directory.resolve("filter.snapshot");
        Files.write(file, golden());
        FingerprintFilterDeduplicationStore store =
                builder(FilterWidth.BITS_24).restoreFrom(file).build();
        assertArrayEquals(POSITION, store.restoredPosition().orElseThrow());
        for (int i = 0; i < MARKED; i++) {
            assertEquals(true, store.mightContain(key(i), timestamp(MARKED - 1)), "key " + i);
            assertEquals(false, store.mightContain(key(MARKED + i), timestamp(MARKED - 1)), "key " + (MARKED + i));
        }
    }

    @ParameterizedTest
    @EnumSource
    void theDocumentSaysHowToReadIt(FilterWidth width) throws IOException {
        Reader reader = new Reader(write(width));
        int falselyFound = 0;
        for (int i = 0; i < MARKED; i++) {
            assertEquals(timestamp(i) - timestamp(i) % TICK, reader.find(key(i)), "key " + i);
            falselyFound += reader.find(key(MARKED + i)) < 0 ? 0 : 1;
        }
        assertEquals(0, falselyFound, "keys that were not marked");
    }

    /** Reads by the numbers of the document; nothing of the code under test runs here. */
    private static final class Reader {
        private final SnapshotFormatTest.Reader file;
        private final int bits;

        Reader(byte[] bytes) {
            file = new SnapshotFormatTest.Reader(bytes);
            assertEquals(2, file.number(16, 4), "a filter");
            assertEquals(1, file.number(20, 4), "at a barrier");
            assertEquals(RETENTION.windowMillis(), file.number(24, 8));
            assertEquals(POSITION.length, file.number(92, 4));
            bits = (int) file.number(56, 4);
        }

        /** The start of the tick that a key was marked in, or -1. */
        long find(DedupKey key) {
            long fingerprint = key.low() & ((1L << bits) - 1);
            int start = (int) file.number(12, 4);
            for (int level = 0; level < 4; level++) {
                long lines = file.number(112 + 16 * level, 8);
                int line = start + (int) SnapshotFormatTest.Reader.line(key.low(), 0, lines, lines, level) * 64;
                long header = file.number(line, 8);
                long found = findIn(line, header, fingerprint);
                if (found >= 0) {
                    return found;
                }
                if (((header >>> 7 | header >>> 15) >>> (key.high() & 7) & 1) == 0) {
                    return -1;
                }
                start += (int) lines * 64;
            }
            return -1;
        }

        private int places() {
            return switch (bits) {
                case 16 -> 27;
                case 18 -> 24;
                case 21 -> 20;
                case 24 -> 18;
                default -> 13;
            };
        }

        private long findIn(int line, long header, long fingerprint) {
            long number = file.number(72, 8);
            long stamp = file.number(line + 62, 2);
            long back = (number - stamp) & 0xFFFF; // the ticks since the line was as it is
            long skew = (file.number(48, 8) + file.number(40, 8) - 1) / file.number(40, 8);
            long life = skew + (file.number(24, 8) + file.number(32, 8)) / file.number(40, 8) + 1;
            int place = (int) (header >>> 1 & 0x3F);
            long age = back;
            for (int bit = 23; bit < 64; bit++) {
                if ((header >>> bit & 1) == 0) {
                    age++;
                } else {
                    if (age < life && fingerprint(line, place) == fingerprint) {
                        long watermark = file.number(64, 8);
                        long millis = file.number(40, 8);
                        return watermark - watermark % millis + (skew - age) * millis;
                    }
                    place = place == 0 ? places() - 1 : place - 1;
                }
            }
            return -1;
        }

        private long fingerprint(int line, int place) {
            long value = file.number(line + 8 + 2 * place, 2);
            int extra = bits - 16;
            for (int i = 0; i < extra; i++) {
                int bit = place * extra + i;
                value |= (file.number(line + 8 + 2 * places() + bit / 8, 1) >>> bit % 8 & 1) << (16 + i);
            }
            return value;
        }
    }
}
