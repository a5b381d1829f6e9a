package io.github.dedupkit.inmemory;

import java.nio.ByteBuffer;

/**
 * The layout of a line of the filter: 64 bytes, one lock, and 13 to 27 fingerprints in the order of their ticks. Operates on
 * the bytes at an offset of a buffer in little-endian order; everything is for the holder of the lock.
 */
final class FilterLine {
    /*
     * word 0, the header   bit 0       the lock, as in Line
     *                      bits 1-6    cursor: the place of the newest fingerprint
     *                      bits 7-14   classes of keys that overflowed in this generation
     *                      bits 15-22  ... in the one before
     *                      bits 23-63  the timeline
     * bytes 8 to 61                    the first 16 bits of each fingerprint, then the others of each, packed
     * bytes 62, 63                     stamp: the tick of the last refresh, modulo 2^16
     *
     * No fingerprint has a time of its own. The places are a ring: from the cursor back they are ever older. The timeline,
     * read from its lowest bit on, goes back in time as well: a 1 is the next older fingerprint, a 0 the end of a tick, the
     * first of which is the watermark's plus S. So
     *
     *     ...0 1 1 0 0 1 0 1 1 1      three fingerprints of the first tick, one of the second, none of the third,
     *                                 two of the fourth
     *
     * takes n + t bits for n fingerprints in t ticks, an age is the number of zeros below a one, a tick later is a shift
     * by one, and what has expired falls off the upper end. The coding of the counts is that of the upper halves in
     * Elias, "Efficient Storage and Retrieval by Content and Address of Static Files", 1974.
     *
     * A fingerprint of an earlier tick than the newest is put in its order: those that are newer move up by a place. They
     * move down by one where a fingerprint is made newer.
     */
    static final int LANE_BITS = Short.SIZE;
    static final int TIMELINE_BITS = 41;

    /** How many ticks a stamp can tell apart. */
    static final int STAMPS = 1 << Short.SIZE;

    private static final int CURSOR_SHIFT = 1;
    private static final long CURSOR_MASK = 0x3F;
    private static final long ALL_CURSOR = CURSOR_MASK << CURSOR_SHIFT;
    private static final int CLASSES_SHIFT = 7;
    private static final int CLASSES = 8;
    private static final long ALL_CLASSES = 0xFFFFL << CLASSES_SHIFT;
    private static final int TIMELINE_SHIFT = Long.SIZE - TIMELINE_BITS;
    private static final long ALL_TIMELINE = -1L << TIMELINE_SHIFT;
    private static final int LANES = Long.BYTES;
    private static final int LANES_IN_WORD = Long.SIZE / LANE_BITS;
    private static final int STAMP = Line.BYTES - Short.BYTES;
    private static final long EACH_LANE = 0x0001_0001_0001_0001L;
    private static final long TOP_OF_LANES = 0x8000_8000_8000_8000L;

    private FilterLine() {}

    /** The ticks since a line was refreshed last, modulo {@link #STAMPS}. */
    static int since(ByteBuffer lines, int at, long now) {
        return ((int) now - lines.getShort(at + STAMP)) & (STAMPS - 1);
    }

    /**
     * The header of a line so many ticks later. What falls off the upper end of the timeline has expired; not all that has
     * expired falls off.
     *
     * @param now the later tick, to be given to {@link #stamp} when the header is written
     */
    static long later(long header, long now, int since, int generationShift) {
        long timeline = since < TIMELINE_BITS ? (header & ALL_TIMELINE) << since : 0;
        // A generation is at least as long as a record's life: what a class's bit stands for has expired when the bit
        // goes.
        long passed = (now >>> generationShift) - ((now - since) >>> generationShift);
        long classes = header & ALL_CLASSES;
        if (passed != 0) {
            classes = passed == 1 ? (classes << CLASSES) & ALL_CLASSES : 0;
        }
        return timeline | classes | (header & ALL_CURSOR);
    }

    /** Notes the tick that a header is of. */
    static void stamp(ByteBuffer lines, int at, long now) {
        lines.putShort(at + STAMP, (short) now);
    }

    /** The header without the records that have expired. */
    static long dropExpired(long header, int expired) {
        long left = header;
        for (long line = left >>> TIMELINE_SHIFT; zerosBelowTop(line) >= expired; line = left >>> TIMELINE_SHIFT) {
            left ^= Long.highestOneBit(line) << TIMELINE_SHIFT;
        }
        return left;
    }

    /** The header without its oldest record, if there are as many as a line can hold and that one has expired. */
    static long makeRoom(long header, FilterWidth width, int expired) {
        long line = header >>> TIMELINE_SHIFT;
        boolean makes = Long.bitCount(line) == width.records && zerosBelowTop(line) >= expired;
        return makes ? header ^ (Long.highestOneBit(line) << TIMELINE_SHIFT) : header;
    }

    private static int zerosBelowTop(long line) {
        return Long.SIZE - Long.numberOfLeadingZeros(line) - Long.bitCount(line);
    }

    /** How many records are newer than one with a fingerprint that is at most so many ticks from an age; -1 if none is. */
    static int find(ByteBuffer lines, int at, long header, FilterWidth width, int fingerprint, int age, int window) {
        return lacks(lines, at, width, fingerprint) ? -1 : search(lines, at, header, width, fingerprint, age, window);
    }

    /** Whether no place has the first 16 bits of a fingerprint; if false, one may. */
    private static boolean lacks(ByteBuffer lines, int at, FilterWidth width, int fingerprint) {
        long lanes = (fingerprint & 0xFFFFL) * EACH_LANE;
        long zeros = zeroLanes(lines.getLong(at + LANES) ^ lanes)
                | zeroLanes(lines.getLong(at + LANES + 8) ^ lanes)
                | zeroLanes(lines.getLong(at + LANES + 16) ^ lanes)
                | zeroLanes(lines.getLong(at + LANES + 24) ^ lanes);
        if (width.records > 4 * LANES_IN_WORD) {
            zeros |= zeroLanes(lines.getLong(at + LANES + 32) ^ lanes);
        }
        if (width.records > 5 * LANES_IN_WORD) {
            zeros |= zeroLanes(lines.getLong(at + LANES + 40) ^ lanes);
        }
        if (width.records > 6 * LANES_IN_WORD) {
            zeros |= zeroLanes(lines.getLong(at + LANES + 48) ^ lanes);
        }
        return zeros == 0;
    }

    /** Not 0 exactly if a lane is 0. Source: Hacker's Delight (Warren, 2012), section 6-1. */
    private static long zeroLanes(long word) {
        return (word - EACH_LANE) & ~word & TOP_OF_LANES;
    }

    private static int search(
            ByteBuffer lines, int at, long header, FilterWidth width, int fingerprint, int age, int window) {
        long timeline = header >>> TIMELINE_SHIFT;
        int records = Long.bitCount(timeline);
        int cursor = cursor(header);
        for (int place = 0; place < width.records; place++) {
            if (lines.getShort(at + LANES + Short.BYTES * place) == (short) fingerprint
                    && extra(lines, at, width, place) == fingerprint >>> LANE_BITS) {
                int newer = cursor - place + (place > cursor ? width.records : 0);
                if (newer < records && Math.abs(bitOf(timeline, newer) - newer - age) <= window) {
                    return newer;
                }
            }
        }
        return -1;
    }

    /** The bit of the record that so many others are newer than: as many ones are below it, and as many zeros as its age. */
    private static int bitOf(long timeline, int newer) {
        long older = timeline;
        for (int i = 0; i < newer; i++) {
            older &= older - 1;
        }
        return Long.numberOfTrailingZeros(older);
    }

    /** The records in a line, of which some may have expired. */
    static int records(long header) {
        return Long.bitCount(header >>> TIMELINE_SHIFT);
    }

    /** Puts a record in a line that has room; returns the header. */
    static long put(ByteBuffer lines, int at, long header, FilterWidth width, int fingerprint, int age) {
        long timeline = header >>> TIMELINE_SHIFT;
        int bit = endOfTick(timeline, age);
        int newest = beside(cursor(header), 1, width);
        move(lines, at, width, newest, -1, bit - age, fingerprint);
        return (insert(timeline, bit) << TIMELINE_SHIFT) | (header & ALL_CLASSES) | ((long) newest << CURSOR_SHIFT);
    }

    /** Makes a record as new as an age, unless it is newer; returns the header. */
    static long renew(ByteBuffer lines, int at, long header, FilterWidth width, int newer, int age) {
        long timeline = header >>> TIMELINE_SHIFT;
        int old = bitOf(timeline, newer);
        if (old - newer <= age) {
            return header;
        }
        long below = timeline & ((1L << old) - 1);
        int bit = endOfTick(timeline, age);
        int place = cursor(header) - newer;
        place += place < 0 ? width.records : 0;
        int fingerprint = fingerprint(lines, at, width, place);
        move(lines, at, width, place, 1, newer - (bit - age), fingerprint);
        return (insert(((timeline ^ below) >>> (old + 1) << old) | below, bit) << TIMELINE_SHIFT)
                | (header & ~ALL_TIMELINE);
    }

    /**
     * Moves so many fingerprints by one towards a place, the first of them into it, and puts another in the place that becomes
     * free.
     *
     * @param side where they are: 1 above the place, those that are newer; -1 below it
     */
    private static void move(
            ByteBuffer lines, int at, FilterWidth width, int to, int side, int count, int fingerprint) {
        if (count > 0) {
            // Changes nothing, and calls what all that follows does: if the stack has no room, it ends here, with no
            // record lost.
            copy(lines, at, width, to, to);
        }
        int place = to;
        for (int i = 0; i < count; i++) {
            int from = beside(place, side, width);
            copy(lines, at, width, from, place);
            place = from;
        }
        put(lines, at, width, place, fingerprint);
    }

    private static void copy(ByteBuffer lines, int at, FilterWidth width, int from, int to) {
        put(lines, at, width, to, fingerprint(lines, at, width, from));
    }

    private static long insert(long timeline, int bit) {
        long below = timeline & ((1L << bit) - 1);
        return ((timeline ^ below) << 1) | (1L << bit) | below;
    }

    /** The bit of the timeline that the next record of an age takes: after as many zeros. */
    private static int endOfTick(long timeline, int age) {
        if (age == 0) {
            return 0;
        }
        long zeros = ~timeline;
        for (int i = 1; i < age; i++) {
            zeros &= zeros - 1;
        }
        return Long.numberOfTrailingZeros(zeros) + 1;
    }

    private static int beside(int place, int side, FilterWidth width) {
        int beside = place + side;
        if (beside < 0) {
            return width.records - 1;
        }
        return beside < width.records ? beside : 0;
    }

    private static int cursor(long header) {
        return (int) ((header >>> CURSOR_SHIFT) & CURSOR_MASK);
    }

    private static int fingerprint(ByteBuffer lines, int at, FilterWidth width, int place) {
        int first = lines.getShort(at + LANES + Short.BYTES * place) & 0xFFFF;
        return (extra(lines, at, width, place) << LANE_BITS) | first;
    }

    private static void put(ByteBuffer lines, int at, FilterWidth width, int place, int fingerprint) {
        lines.putShort(at + LANES + Short.BYTES * place, (short) fingerprint);
        if (width.extraBits > 0) {
            int bit = place * width.extraBits;
            int from = at + LANES + Short.BYTES * width.records + bit / Byte.SIZE;
            int mask = ((1 << width.extraBits) - 1) << bit % Byte.SIZE;
            int extra = fingerprint >>> LANE_BITS << bit % Byte.SIZE;
            lines.putShort(from, (short) ((lines.getShort(from) & ~mask) | extra));
        }
    }

    private static int extra(ByteBuffer lines, int at, FilterWidth width, int place) {
        if (width.extraBits == 0) {
            return 0;
        }
        int bit = place * width.extraBits;
        int two = lines.getShort(at + LANES + Short.BYTES * width.records + bit / Byte.SIZE) & 0xFFFF;
        return (two >>> bit % Byte.SIZE) & ((1 << width.extraBits) - 1);
    }

    /** Whether records of a class may have gone elsewhere because this line was full. */
    static boolean overflowed(long header, int keyClass) {
        return ((both(header) >>> keyClass) & 1) != 0;
    }

    /** Notes that a record of a class went elsewhere. */
    static long overflow(long header, int keyClass) {
        return header | (1L << (CLASSES_SHIFT + keyClass));
    }

    /** The part of the classes that are noted. */
    static double overflowed(long header) {
        return (double) Long.bitCount(both(header) & ((1 << CLASSES) - 1)) / CLASSES;
    }

    /** The notes of both generations, in the lowest bits. */
    private static long both(long header) {
        return (header >>> CLASSES_SHIFT) | (header >>> (CLASSES_SHIFT + CLASSES));
    }

    /** The class of a key. */
    static int classOf(long keyHigh) {
        return (int) keyHigh & (CLASSES - 1);
    }
}
