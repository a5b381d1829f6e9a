package io.github.dedupkit.inmemory;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each operation on a record writes the bytes of its place and no others, byte by byte, whatever the line holds. */
class LineBytesTest {
    private static final Ages AGES = new Ages(60, 30, 1);
    private static final long SEED = 20_260_101;
    private static final int ROUNDS = 2_000;
    private static final long NOW = 1_000;

    private final SplittableRandom random = new SplittableRandom(SEED);
    private final ByteBuffer lines = LineMemory.allocate(1, LineMemory.LARGEST_SHIFT)[0];

    /** A line of random bytes; its header, too, is random but for the lock. */
    private long fill() {
        for (int i = 0; i < Line.BYTES; i += Long.BYTES) {
            lines.putLong(i, random.nextLong());
        }
        return lines.getLong(0) & ~Line.LOCKED;
    }

    private static BitSet bytes(int... indices) {
        BitSet bytes = new BitSet();
        for (int i : indices) {
            bytes.set(i);
        }
        return bytes;
    }

    private static int tickByte(int place) {
        return place < 8 ? 8 + place : 4 + place - 8;
    }

    private static BitSet recordBytes(int place) {
        BitSet record = bytes(tickByte(place), place < 8 ? 16 + place : 6 + place - 8);
        record.set(24 + 4 * place, 24 + 4 * place + 4);
        return record;
    }

    private static BitSet tagBytes(int place) {
        return place == 6 ? bytes(6, 7) : bytes(52 + 2 * place, 53 + 2 * place);
    }

    /** Checks that only some bytes changed: of the line as it was, with the header as it would be written back. */
    private void assertOnly(BitSet allowed, byte[] before, long headerBefore, long header, String what) {
        BitSet changed = new BitSet();
        for (int i = 0; i < Line.BYTES; i++) {
            boolean same = i < Long.BYTES
                    ? (byte) (header >>> (i * Byte.SIZE)) == (byte) (headerBefore >>> (i * Byte.SIZE))
                            && lines.get(i) == before[i]
                    : lines.get(i) == before[i];
            changed.set(i, !same);
        }
        changed.andNot(allowed);
        assertEquals(bytes(), changed, what + " changed other bytes");
    }

    private byte[] copy() {
        byte[] bytes = new byte[Line.BYTES];
        lines.get(0, bytes);
        return bytes;
    }

    @ParameterizedTest
    @EnumSource(Width.class)
    void putAndClearWriteTheirRecordOnly(Width width) {
        for (int round = 0; round < ROUNDS; round++) {
            for (int place = 0; place < width.records; place++) {
                long header = fill();
                byte[] before = copy();
                long fingerprint = random.nextLong() >>> (Long.SIZE - Line.FINGERPRINT_BITS);
                long put = Line.put(lines, 0, header, place, fingerprint, random.nextLong());
                assertOnly(recordBytes(place), before, header, put, "put in place " + place);
                assertEquals(fingerprint, Line.fingerprint(lines, 0, put, place), "place " + place);
                header = fill();
                before = copy();
                long cleared = Line.clear(lines, 0, header, place, AGES, NOW);
                assertOnly(bytes(tickByte(place)), before, header, cleared, "clear of place " + place);
                assertEquals(AGES.expired(), Line.age(lines, 0, cleared, place, AGES, NOW), "place " + place);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(value = Width.class, names = "WIDE")
    void aTagIsWrittenAloneAndReadBack(Width width) {
        for (int round = 0; round < ROUNDS; round++) {
            for (int place = 0; place < width.records; place++) {
                long header = fill();
                byte[] before = copy();
                int tag = round == 0 ? 0xFFFF : round == 1 ? 0 : random.nextInt(1 << 16);
                long put = Line.putTag(lines, 0, header, place, tag);
                assertOnly(tagBytes(place), before, header, put, "tag of place " + place);
                assertEquals(tag, Line.tag(lines, 0, put, place), "place " + place);
            }
        }
    }

    /** A refresh, at any distance, writes ticks and the stamp and the notes: in a wide line no tag. */
    @ParameterizedTest
    @EnumSource(Width.class)
    void aRefreshWritesTicksOnly(Width width) {
        for (int round = 0; round < 10 * ROUNDS; round++) {
            long header = fill();
            byte[] before = copy();
            BitSet allowed = bytes(0, 1, 2, 3);
            for (int place = 0; place < width.records; place++) {
                allowed.set(tickByte(place));
            }
            allowed.set(15); // in a wide line unused, as are bytes 4 and 5
            allowed.set(4, 6);
            long now = NOW + random.nextLong(1L << (1 + random.nextInt(30)));
            assertOnly(allowed, before, header, Line.refresh(lines, 0, header, AGES, now), "refresh at " + now);
        }
    }

    /** What is compared with a fingerprint are fingerprints: in a wide line, tags lie in the same words. */
    @ParameterizedTest
    @EnumSource(value = Width.class, names = "WIDE")
    void aTagIsNoFingerprint(Width width) {
        for (int round = 0; round < ROUNDS; round++) {
            long header = Line.blank(lines, 0, AGES, NOW);
            for (int place = 0; place < width.records; place++) {
                header = Line.putTag(lines, 0, header, place, random.nextInt(1 << 16));
                long fingerprint = random.nextLong() >>> (Long.SIZE - Line.FINGERPRINT_BITS);
                header = Line.put(lines, 0, header, place, fingerprint, NOW);
            }
            for (int at = 52; at <= 60; at += 4) {
                for (long upper = 0; upper < 256; upper += 51) {
                    long tags = (upper << Integer.SIZE) | (lines.getInt(at) & 0xFFFF_FFFFL);
                    assertEquals(-1, Line.next(lines, 0, header, width, tags, AGES, NOW, 0), "tags at byte " + at);
                    assertEquals(-1, Line.find(lines, 0, header, width, tags, AGES, NOW, NOW), "tags at byte " + at);
                }
            }
            long last = Line.fingerprint(lines, 0, header, width.records - 1);
            assertEquals(width.records - 1, Line.next(lines, 0, header, width, last, AGES, NOW, 0), "the last record");
        }
    }
}
