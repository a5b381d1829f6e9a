package io.github.dedupkit.inmemory;

import static io.github.dedupkit.inmemory.FingerprintTables.START;
import static io.github.dedupkit.inmemory.FingerprintTables.TICK;
import static io.github.dedupkit.inmemory.FingerprintTables.key;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.DedupKey;
import io.github.dedupkit.DeduplicationStore;
import io.github.dedupkit.Retention;
import io.github.dedupkit.Verdict;
import io.github.dedupkit.testkit.VirtualClock;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Snapshot format 1: two files that were written once, and a reader written again from {@code docs/formats.md} alone. */
class SnapshotFormatTest {
    private static final Retention RETENTION = FingerprintTables.retention(60, 10, 5);
    private static final byte[] POSITION = "offset 42".getBytes(StandardCharsets.US_ASCII);
    private static final int MARKED = 250;
    private static final int GROWN = 2_000;

    @TempDir
    private Path directory;

    /** Marks 250 keys in ten ticks; in a wide table every fourth is left open. */
    private static void write(Width width, Path file) throws IOException {
        FingerprintDeduplicationStore.Builder builder =
                FingerprintDeduplicationStore.builder(RETENTION, 100).clock(new VirtualClock(START + 100 * TICK));
        if (width == Width.NARROW) {
            FingerprintDeduplicationStore store = builder.buildNarrow();
            for (int i = 0; i < MARKED; i++) {
                store.markSeen(key(i), timestamp(i));
            }
            store.snapshot(file, POSITION);
        } else {
            FingerprintNearTier store = builder.buildWide();
            for (int i = 0; i < MARKED; i++) {
                store.markSeen(key(i), timestamp(i), 7);
                if (isKept(width, i)) {
                    store.confirm(key(i), timestamp(i), 7);
                }
            }
            store.snapshot(file);
        }
    }

    private static long timestamp(int i) {
        return START + i * TICK / 25;
    }

    private static boolean isKept(Width width, int i) {
        return width == Width.NARROW || i % 4 != 0;
    }

    private static byte[] golden(Width width) throws IOException {
        String name = width == Width.NARROW ? "narrow-snapshot-1.bin" : "wide-snapshot-1.bin";
        try (InputStream file = Objects.requireNonNull(SnapshotFormatTest.class.getResourceAsStream("/" + name))) {
            return file.readAllBytes();
        }
    }

    @ParameterizedTest
    @EnumSource
    void theSameMarksAreWrittenAsTheyWere(Width width) throws IOException {
        Path file = directory.resolve("table.snapshot");
        write(width, file);
        assertArrayEquals(golden(width), Files.readAllBytes(file));
    }

    @ParameterizedTest
    @EnumSource
    void aFileWrittenOnceIsRestored(Width width) throws IOException {
        Path file = directory.resolve("table.snapshot");
        Files.write(file, golden(width));
        FingerprintDeduplicationStore.Builder builder = FingerprintDeduplicationStore.builder(RETENTION, 1)
                .clock(new VirtualClock(START + 100 * TICK))
                .restoreFrom(file);
        try (DeduplicationStore store = width == Width.NARROW ? builder.buildNarrow() : builder.buildWide()) {
            for (int i = 0; i < MARKED; i++) {
                Verdict expected = isKept(width, i) ? Verdict.DUPLICATE : Verdict.FIRST_SEEN;
                assertEquals(expected, store.markSeen(key(i), START + 9 * TICK), "key " + i);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void theDocumentSaysHowToReadIt(Width width) throws IOException {
        assertReads(new Reader(golden(width)), width, MARKED);
    }

    @Test
    void aTableInTheMiddleOfADoublingIsReadAsWell() throws IOException {
        FingerprintDeduplicationStore store = FingerprintDeduplicationStore.builder(RETENTION, 100)
                .clock(new VirtualClock(START + 100 * TICK))
                .maximumBytes(1 << 20)
                .buildNarrow();
        LineTable table = FingerprintTables.tableOf(store);
        for (int i = 0; i < GROWN; i++) {
            store.markSeen(key(i), START);
        }
        while (table.mayGrow(table.linesFor(GROWN))) {
            Thread.onSpinWait();
        }
        Path file = directory.resolve("table.snapshot");
        store.snapshot(file, POSITION);
        Reader reader = new Reader(Files.readAllBytes(file));
        assertTrue(reader.number(112, 8) > reader.number(104, 8), "it has grown");
        for (int i = 0; i < GROWN; i++) {
            assertEquals(START, reader.find(key(i)), "key " + i);
        }
    }

    private static void assertReads(Reader reader, Width width, int marked) {
        assertEquals(RETENTION.windowMillis(), reader.number(24, 8));
        assertEquals(timestamp(marked - 1), reader.number(64, 8));
        assertEquals(width == Width.NARROW ? POSITION.length : 0, reader.number(92, 4));
        assertEquals(marked, reader.number(168 + 255 * 8, 8), "records made since the 255th tick back began");
        assertEquals(marked / 10, reader.number(168, 8), "records made since the last tick began");
        for (int i = 0; i < marked; i++) {
            long tick = timestamp(i) - timestamp(i) % TICK;
            assertEquals(isKept(width, i) ? tick : -1, reader.find(key(i)), "key " + i);
            assertEquals(-1, reader.find(key(marked + i)), "key " + (marked + i));
        }
    }

    /** Reads by the numbers of the document; nothing of the code under test runs here. */
    static final class Reader {
        private static final List<String> MULTIPLIERS =
                List.of("1", "9E3779B97F4A7C15", "D1342543DE82EF95", "AF251AF3B0F025B5");

        private final ByteBuffer file;

        Reader(byte[] bytes) {
            file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
            assertEquals("dedupTAB", new String(bytes, 0, 8, StandardCharsets.US_ASCII));
            assertEquals(1, number(8, 4));
            int header = (int) number(12, 4);
            assertEquals(crc(0, header - 4), number(header - 4, 4), "checksum of the header");
            int at = header;
            int sections = 0;
            for (int level = 0; level < 4; level++) {
                long lines = number(112 + 16 * level, 8);
                at += (int) lines * 64;
                sections += (int) ((lines + 16_383) / 16_384);
            }
            assertEquals(bytes.length, at + 4 * sections);
            assertEquals(crc(at, 4 * sections), number(96, 4), "checksum of the checksums");
            int from = header;
            for (int level = 0; level < 4; level++) {
                int length = (int) number(112 + 16 * level, 8) * 64;
                assertTrue(length <= 1 << 20, "one section");
                assertEquals(crc(from, length), number(at + 4 * level, 4), "checksum of level " + level);
                from += length;
            }
        }

        private long crc(int from, int length) {
            CRC32C crc = new CRC32C();
            crc.update(file.array(), from, length);
            return crc.getValue();
        }

        /** An integer of up to 8 bytes, the least significant first. */
        long number(int at, int bytes) {
            long value = 0;
            for (int i = bytes - 1; i >= 0; i--) {
                value = (value << 8) | (file.get(at + i) & 0xFF);
            }
            return value;
        }

        /** The start of the tick that a key was marked in, or -1. */
        long find(DedupKey key) {
            long fingerprint = ((key.high() & 0xFFFF) << 24 | (key.low() & 0xFFFFFF)) & ((1L << number(56, 4)) - 1);
            int start = (int) number(12, 4);
            for (int level = 0; level < 4; level++) {
                long base = number(104 + 16 * level, 8);
                long lines = number(112 + 16 * level, 8);
                int line = start + (int) line(key.low(), fingerprint, base, lines, level) * 64;
                long found = findIn(line, fingerprint);
                if (found >= 0) {
                    return found;
                }
                long notes = number(line + 2, 1) | number(line + 3, 1);
                if ((notes >>> ((fingerprint ^ (fingerprint >>> 37)) & 7) & 1) == 0) {
                    return -1;
                }
                start += (int) lines * 64;
            }
            return -1;
        }

        static long line(long keyLow, long fingerprint, long base, long lines, int level) {
            BigInteger product = new BigInteger(Long.toUnsignedString(keyLow))
                    .multiply(new BigInteger(MULTIPLIERS.get(level), 16))
                    .mod(BigInteger.ONE.shiftLeft(64));
            long home = product.shiftRight(1)
                    .multiply(BigInteger.valueOf(base))
                    .shiftRight(63)
                    .longValueExact();
            int doublings = 0;
            while (base << (doublings + 1) <= lines) {
                doublings++;
            }
            long split = lines - (base << doublings);
            long line = home + base * (fingerprint & ((1L << doublings) - 1));
            return line < split && (fingerprint >>> doublings & 1) != 0 ? line + (base << doublings) : line;
        }

        private long findIn(int line, long fingerprint) {
            boolean narrow = number(16, 4) == 0;
            for (int i = 0; i < (narrow ? 10 : 7); i++) {
                int tickAt = i < 8 ? 8 + i : 4 + i - 8;
                int upperAt = i < 8 ? 16 + i : 6 + i - 8;
                long there = number(line + upperAt, 1) << 32 | number(line + 24 + 4 * i, 4);
                long end = end(line, (int) number(line + tickAt, 1));
                if (there == fingerprint && end >= 0) {
                    assertTrue(narrow || number(line + (i < 6 ? 52 + 2 * i : 6), 2) == 0, "no tag");
                    return end;
                }
            }
            return -1;
        }

        /** The start of the tick that a byte names, seen from the stamp of its line, or -1 if its record has expired. */
        private long end(int line, int tick) {
            long number = number(72, 8);
            long skew = (number(48, 8) + number(40, 8) - 1) / number(40, 8);
            long life = skew + (number(24, 8) + number(32, 8)) / number(40, 8) + 1;
            long stamp = number(line, 2) >>> 1;
            long ticks = 16;
            while (ticks < life && 2 * ticks + life <= 253) {
                ticks *= 2;
            }
            long granule = number / ticks - ((number / ticks - stamp) & 0x7FFF);
            long oldest = granule * ticks + skew - life;
            long named = oldest + ((tick - oldest) & 0xFF);
            long watermark = number(64, 8);
            long millis = number(40, 8);
            return number + skew - named >= life ? -1 : watermark - watermark % millis + (named - number) * millis;
        }
    }
}
