package io.github.dedupkit.inmemory;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The layout of a line: 64 bytes, one lock, and ten records, or seven that have a tag each. Operates on the bytes at an
 * offset of a buffer in little-endian order; everything but {@link #tryLock} is for the holder of the lock.
 */
final class Line {
    /*
     *                                  narrow                            wide
     * word 0, the header   bit 0       the lock
     *                      bits 1-15   stamp: the granule of the last refresh, modulo 2^15
     *                      bits 16-23  classes of keys that overflowed in this generation
     *                      bits 24-31  ... in the one before
     *                      bytes 4, 5  ticks of records 8 and 9          unused
     *                      bytes 6, 7  upper 8 bits of their             tag of record 6
     *                                  fingerprints
     * word 1                           ticks of records 0 to 7           0 to 6
     * word 2                           upper 8 bits of fingerprints
     *                                  0 to 7                            0 to 6
     * words 3 to 5                     lower 32 bits of fingerprints
     *                                  0 to 5                            0 to 5
     * word 6                           6 and 7                           6; tags of records 0 and 1
     * word 7                           8 and 9                           tags of records 2 to 5
     *
     * A tick is one byte, the tick's number modulo 256. A tag is two: 0, or what is left of the origin of a mark that
     * is not confirmed.
     *
     * A place without a record is one whose record has expired. Since a byte of tick comes round, a line is refreshed
     * whenever it is locked in another granule than before: what has expired gets the youngest tick that has, and the
     * stamp says when. Nothing in a line is then older than the tick before the stamped granule began, less a record's
     * life, and nothing newer than the granule's end and S, which is less than 256 ticks: each byte names one tick.
     *
     * The holder of the lock keeps the header in a variable and writes it back, unlocked, with release semantics; all else
     * is plain reads and writes in between. The lock is taken by a CAS with acquire semantics.
     */
    static final int BYTES = 64;
    static final int FINGERPRINT_BITS = 40;

    /** The bit of a header that says that the line is locked. */
    static final long LOCKED = 1;

    private static final VarHandle WORDS = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final int STAMP_SHIFT = 1;
    private static final int STAMP_MASK = 0x7FFF;
    private static final int CLASSES_SHIFT = 16;
    private static final int CLASSES = 8;
    private static final long ALL_CLASSES = 0xFFFFL << CLASSES_SHIFT;
    private static final int LAST_TICKS_SHIFT = 32;
    private static final int LAST_UPPERS_SHIFT = 48;
    private static final int LAST_TAG_SHIFT = 48;
    private static final int LAST_TAG = 6;
    private static final int TICKS = 8;
    private static final int UPPERS = 16;
    private static final int LOWERS = 24;
    private static final int TAGS = 52;
    private static final int IN_WORDS = 8;

    private static final long EACH_BYTE = 0x0101_0101_0101_0101L;
    private static final long TOP_OF_BYTES = 0x8080_8080_8080_8080L;
    private static final long EACH_HALF = 0x0000_0001_0000_0001L;
    private static final long TOP_OF_HALVES = 0x8000_0000_8000_0000L;
    private static final long TOP_OF_FIRST_HALF = 0x8000_0000L;
    private static final long TWO_BYTES = 0xFFFF;

    /** How many granules a stamp can tell apart. */
    static final int STAMPS = STAMP_MASK + 1;

    private Line() {}

    /**
     * Takes a line's lock if it is free. Returns the header, which is to be given to {@link #unlock}, or a {@link
     * #LOCKED} one.
     */
    static long tryLock(ByteBuffer lines, int at) {
        long header = (long) WORDS.getOpaque(lines, at);
        while ((header & LOCKED) == 0) {
            if ((boolean) WORDS.weakCompareAndSetAcquire(lines, at, header, header | LOCKED)) {
                return header;
            }
            header = (long) WORDS.getOpaque(lines, at);
        }
        return header;
    }

    /** Writes the header back and gives the lock away. */
    static void unlock(ByteBuffer lines, int at, long header) {
        WORDS.setRelease(lines, at, header);
    }

    /** Loads a line towards the processor; what is returned means nothing, and must be used for something. */
    static long touch(ByteBuffer lines, int at) {
        return lines.getLong(at);
    }

    /**
     * Makes a line fit for the present tick.
     *
     * @return the header
     */
    static long refresh(ByteBuffer lines, int at, long header, Ages ages, long now) {
        long granule = ages.granuleOf(now);
        int since = (int) (granule - (header >>> STAMP_SHIFT)) & STAMP_MASK;
        return since == 0 ? header : refresh(lines, at, header, ages, now, granule - since);
    }

    private static long refresh(ByteBuffer lines, int at, long header, Ages ages, long now, long stamped) {
        long oldest = (stamped << ages.granuleShift()) + ages.skew() - ages.expired();
        long newest = ((stamped + 1) << ages.granuleShift()) - 1 + ages.skew();
        long present = now + ages.skew();
        long first = lines.getLong(at + TICKS);
        long last = header >>> LAST_TICKS_SHIFT;
        long blank = bytes(present - ages.expired());
        if (present - newest >= ages.expired()) {
            first = blank;
            last = blank;
        } else if (present - oldest < 256) {
            first = blend(first, blank, expired(first, ages, now));
            last = blend(last, blank, expired(last, ages, now));
        } else {
            first = replaceExpired(first, IN_WORDS, oldest, ages, now);
            last = replaceExpired(last, Width.NARROW.records - IN_WORDS, oldest, ages, now);
        }
        long granule = ages.granuleOf(now);
        long refreshed =
                (header & ~((TWO_BYTES << LAST_TICKS_SHIFT) | ((long) STAMP_MASK << STAMP_SHIFT) | ALL_CLASSES))
                        | ((last & TWO_BYTES) << LAST_TICKS_SHIFT)
                        | ((granule & STAMP_MASK) << STAMP_SHIFT)
                        | classes(header & ALL_CLASSES, stamped, granule, ages);
        lines.putLong(at + TICKS, first); // last: an error in between leaves the line as it was
        return refreshed;
    }

    /** The header of a line without records, whatever its bytes were. */
    static long blank(ByteBuffer lines, int at, Ages ages, long now) {
        long blank = bytes(now + ages.skew() - ages.expired());
        lines.putLong(at + TICKS, blank);
        return ((blank & TWO_BYTES) << LAST_TICKS_SHIFT) | ((ages.granuleOf(now) & STAMP_MASK) << STAMP_SHIFT);
    }

    /** Replaces the ticks of expired records where a byte and the present alone do not say which tick is meant. */
    private static long replaceExpired(long ticks, int count, long oldest, Ages ages, long now) {
        long present = now + ages.skew();
        long result = ticks;
        for (int shift = 0; shift < count * Byte.SIZE; shift += Byte.SIZE) {
            long tick = oldest + (((ticks >>> shift) - oldest) & 0xFF);
            if (present - tick >= ages.expired()) {
                result = (result & ~(0xFFL << shift)) | (((present - ages.expired()) & 0xFF) << shift);
            }
        }
        return result;
    }

    /**
     * The classes that overflowed, two generations back: a generation is longer than a record's life, so what a class's bit
     * stands for has expired when the bit goes.
     */
    private static long classes(long classes, long stamped, long granule, Ages ages) {
        if (classes == 0) {
            return 0;
        }
        int generation = (int) ages.granuleOf(ages.expired() - 1) + 1;
        long passed = granule / generation - stamped / generation;
        return passed == 0 ? classes : passed == 1 ? (classes << CLASSES) & ALL_CLASSES : 0;
    }

    /**
     * The place of a record that has not expired, with a fingerprint that an event matches, or -1.
     *
     * @param now the present tick
     * @param event the event's tick
     */
    static int find(
            ByteBuffer lines, int at, long header, Width width, long fingerprint, Ages ages, long now, long event) {
        if (lacks(lines, at, header, width, fingerprint)) {
            return -1;
        }
        long age = now + ages.skew() - event;
        for (int i = 0; i < width.records; i++) {
            if (fingerprint(lines, at, header, i) == fingerprint) {
                int recorded = age(lines, at, header, i, ages, now);
                if (recorded < ages.expired() && Math.abs(recorded - age) <= ages.window()) {
                    return i;
                }
            }
        }
        return -1;
    }

    /** The next place, from a given one on, of a record with a fingerprint that has not expired, or -1. */
    static int next(
            ByteBuffer lines, int at, long header, Width width, long fingerprint, Ages ages, long now, int from) {
        if (lacks(lines, at, header, width, fingerprint)) {
            return -1;
        }
        for (int i = from; i < width.records; i++) {
            if (fingerprint(lines, at, header, i) == fingerprint
                    && age(lines, at, header, i, ages, now) < ages.expired()) {
                return i;
            }
        }
        return -1;
    }

    /** Whether no place has the fingerprint; if false, one may. Seldom reads more than the upper bytes. */
    private static boolean lacks(ByteBuffer lines, int at, long header, Width width, long fingerprint) {
        long upper = bytes(fingerprint >>> Integer.SIZE);
        long zeros = zeroBytes(lines.getLong(at + UPPERS) ^ upper) & width.places;
        if (width == Width.NARROW) {
            zeros |= zeroBytes(header >>> LAST_UPPERS_SHIFT ^ upper) & TWO_BYTES;
        }
        return zeros == 0 || lacksLower(lines, at, width, fingerprint);
    }

    private static boolean lacksLower(ByteBuffer lines, int at, Width width, long fingerprint) {
        long lower = (fingerprint & 0xFFFF_FFFFL) * EACH_HALF;
        long zeros = zeroHalves(lines.getLong(at + LOWERS) ^ lower)
                | zeroHalves(lines.getLong(at + LOWERS + 8) ^ lower)
                | zeroHalves(lines.getLong(at + LOWERS + 16) ^ lower);
        long next = zeroHalves(lines.getLong(at + LOWERS + 24) ^ lower);
        return width == Width.NARROW
                ? (zeros | next | zeroHalves(lines.getLong(at + LOWERS + 32) ^ lower)) == 0
                : (zeros | (next & TOP_OF_FIRST_HALF)) == 0;
    }

    /** A place whose record has expired, or -1. */
    static int vacancy(ByteBuffer lines, int at, long header, Width width, Ages ages, long now) {
        long first = expired(lines.getLong(at + TICKS), ages, now) & width.places;
        if (first != 0) {
            return Long.numberOfTrailingZeros(first) / Byte.SIZE;
        }
        if (width == Width.WIDE) {
            return -1;
        }
        long last = expired(header >>> LAST_TICKS_SHIFT, ages, now) & TWO_BYTES;
        return last == 0 ? -1 : IN_WORDS + Long.numberOfTrailingZeros(last) / Byte.SIZE;
    }

    /** The records that have not expired. */
    static int records(ByteBuffer lines, int at, long header, Width width, Ages ages, long now) {
        long expired = Long.bitCount(expired(lines.getLong(at + TICKS), ages, now) & width.places);
        if (width == Width.NARROW) {
            expired += Long.bitCount(expired(header >>> LAST_TICKS_SHIFT, ages, now) & TWO_BYTES);
        }
        return width.records - (int) expired / Byte.SIZE;
    }

    /** The place of the oldest record. */
    static int oldest(ByteBuffer lines, int at, long header, Width width, Ages ages, long now) {
        int oldest = 0;
        for (int i = 1; i < width.records; i++) {
            if (age(lines, at, header, i, ages, now) > age(lines, at, header, oldest, ages, now)) {
                oldest = i;
            }
        }
        return oldest;
    }

    /**
     * Puts a record in a place. Its tick comes last: an error in between leaves no record of a fingerprint that was not marked.
     *
     * @return the header
     */
    static long put(ByteBuffer lines, int at, long header, int place, long fingerprint, long tick) {
        lines.putInt(at + LOWERS + Integer.BYTES * place, (int) fingerprint);
        if (place < IN_WORDS) {
            lines.put(at + UPPERS + place, (byte) (fingerprint >>> Integer.SIZE));
            return putTick(lines, at, header, place, tick);
        }
        int shift = LAST_UPPERS_SHIFT + (place - IN_WORDS) * Byte.SIZE;
        long upper = (fingerprint >>> Integer.SIZE) & 0xFF;
        return putTick(lines, at, (header & ~(0xFFL << shift)) | (upper << shift), place, tick);
    }

    private static long putTick(ByteBuffer lines, int at, long header, int place, long tick) {
        if (place < IN_WORDS) {
            lines.put(at + TICKS + place, (byte) tick);
            return header;
        }
        int shift = LAST_TICKS_SHIFT + (place - IN_WORDS) * Byte.SIZE;
        return (header & ~(0xFFL << shift)) | ((tick & 0xFF) << shift);
    }

    /** The tag of a record in a wide line. */
    static int tag(ByteBuffer lines, int at, long header, int place) {
        return place == LAST_TAG
                ? (int) (header >>> LAST_TAG_SHIFT)
                : lines.getShort(at + TAGS + Short.BYTES * place) & 0xFFFF;
    }

    /**
     * Gives a record in a wide line a tag.
     *
     * @return the header
     */
    static long putTag(ByteBuffer lines, int at, long header, int place, int tag) {
        if (place == LAST_TAG) {
            return (header & ~(TWO_BYTES << LAST_TAG_SHIFT)) | ((long) tag << LAST_TAG_SHIFT);
        }
        lines.putShort(at + TAGS + Short.BYTES * place, (short) tag);
        return header;
    }

    /** Ends the records in a wide line that have a tag. */
    static long dropOpen(ByteBuffer lines, int at, long header, Ages ages, long now) {
        if ((header >>> LAST_TAG_SHIFT | lines.getInt(at + TAGS) | lines.getLong(at + TAGS + Integer.BYTES)) == 0) {
            return header;
        }
        long left = header;
        for (int i = 0; i < Width.WIDE.records; i++) {
            if (tag(lines, at, left, i) != 0) {
                left = putTag(lines, at, clear(lines, at, left, i, ages, now), i, 0);
            }
        }
        return left;
    }

    /** Ends the record in a place. */
    static long clear(ByteBuffer lines, int at, long header, int place, Ages ages, long now) {
        return putTick(lines, at, header, place, now + ages.skew() - ages.expired());
    }

    /** Whether the fingerprint in a place has a bit set, which is one of the lower 32. */
    static boolean hasBit(ByteBuffer lines, int at, int place, int bit) {
        return (lines.getInt(at + LOWERS + Integer.BYTES * place) >>> bit & 1) != 0;
    }

    static long fingerprint(ByteBuffer lines, int at, long header, int place) {
        long upper = place < IN_WORDS
                ? lines.get(at + UPPERS + place)
                : header >>> (LAST_UPPERS_SHIFT + (place - IN_WORDS) * Byte.SIZE);
        return ((upper & 0xFF) << Integer.SIZE) | (lines.getInt(at + LOWERS + Integer.BYTES * place) & 0xFFFF_FFFFL);
    }

    /** A record's age in a refreshed line. */
    static int age(ByteBuffer lines, int at, long header, int place, Ages ages, long now) {
        long tick = place < IN_WORDS
                ? lines.get(at + TICKS + place)
                : header >>> (LAST_TICKS_SHIFT + (place - IN_WORDS) * Byte.SIZE);
        return (int) (now + ages.skew() - tick) & 0xFF;
    }

    /** Whether records of the fingerprint's class may have gone elsewhere because this line was full. */
    static boolean overflowed(long header, long fingerprint) {
        long both = (header >>> CLASSES_SHIFT) | (header >>> (CLASSES_SHIFT + CLASSES));
        return ((both >>> classOf(fingerprint)) & 1) != 0;
    }

    /** Notes that a record of the fingerprint's class went elsewhere. */
    static long overflow(long header, long fingerprint) {
        return header | (1L << (CLASSES_SHIFT + classOf(fingerprint)));
    }

    /** Copies the notes of another line, refreshed at the same tick. */
    static long overflowAs(long header, long other) {
        return (header & ~ALL_CLASSES) | (other & ALL_CLASSES);
    }

    private static int classOf(long fingerprint) {
        return (int) (fingerprint ^ (fingerprint >>> (FINGERPRINT_BITS - 3))) & (CLASSES - 1);
    }

    /** In each byte of ticks: all ones if it is that of an expired record. Seen from a line refreshed in this granule. */
    private static long expired(long ticks, Ages ages, long now) {
        long present = bytes(now + ages.skew());
        long age = ((present | TOP_OF_BYTES) - (ticks & ~TOP_OF_BYTES)) ^ ((present ^ ~ticks) & TOP_OF_BYTES);
        long limit = bytes(ages.expired());
        long old =
                ((age & ~limit) | (~(age ^ limit) & ((age | TOP_OF_BYTES) - (limit & ~TOP_OF_BYTES)))) & TOP_OF_BYTES;
        return (old >>> 7) * 0xFF;
    }

    private static long bytes(long value) {
        return (value & 0xFF) * EACH_BYTE;
    }

    private static long blend(long ticks, long others, long mask) {
        return (ticks & ~mask) | (others & mask);
    }

    /** Not 0 exactly if a byte is 0; the lowest bit then is in the lowest such byte. Source: as for halves. */
    private static long zeroBytes(long word) {
        return (word - EACH_BYTE) & ~word & TOP_OF_BYTES;
    }

    /** Not 0 exactly if a half is 0. Source: Hacker's Delight (Warren, 2012), section 6-1. */
    private static long zeroHalves(long word) {
        return (word - EACH_HALF) & ~word & TOP_OF_HALVES;
    }
}
