package io.github.dedupkit.inmemory;

import io.github.dedupkit.Retention;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What a snapshot says of a table before its lines: snapshot format 1 of {@code docs/formats.md}.
 *
 * @param contents of the lines
 * @param retention of the store
 * @param fingerprintBits that are used
 * @param overflowShare the lines of a table for each line of the one that it overflows to
 * @param time as it was when the last line had been copied
 * @param evictedBefore the end of the newest record dropped for lack of room
 * @param levels the table and those that it overflows to
 * @param position what the caller gave at a barrier; null if the store was serving
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record SnapshotHeader(
        SnapshotContents contents,
        Retention retention,
        int fingerprintBits,
        int overflowShare,
        EventTime.Saved time,
        long evictedBefore,
        List<Level> levels,
        byte @Nullable [] position) {
    static final int FORMAT = 1;

    /** A header takes whole pages: what follows is read straight into memory. */
    static final int PAGE = 4096;

    /** The lines under one checksum: 1 MiB. */
    static final int SECTION_LINES = 1 << 14;

    static final int MOST_POSITION_BYTES = 1 << 16;

    /** The ASCII bytes "dedupTAB". */
    private static final long MAGIC = 0x4241_5470_7564_6564L;

    private static final int FIXED = 104;
    private static final int LEVELS = 4;
    private static final int SERVING = 0;
    private static final int BARRIER = 1;

    /** The longest header. */
    static final int MOST_BYTES = pages(MOST_POSITION_BYTES);

    /**
     * A table's size.
     *
     * @param baseLines before its first doubling
     * @param lines as copied
     */
    record Level(long baseLines, long lines) {
        /** The sections of its lines. */
        long sections() {
            return (lines + SECTION_LINES - 1) / SECTION_LINES;
        }

        /** How often it has doubled, the doubling begun included. */
        int doublings() {
            return lines == baseLines ? 0 : Long.SIZE - Long.numberOfLeadingZeros((lines - 1) / baseLines);
        }
    }

    /** The length of a header with a position of so many bytes. */
    static int pages(int positionBytes) {
        int used = FIXED + LEVELS * 2 * Long.BYTES + EventTime.HISTORY * Long.BYTES + positionBytes + Integer.BYTES;
        return (used + PAGE - 1) / PAGE * PAGE;
    }

    /** The length of this header. */
    int bytes() {
        return pages(position == null ? 0 : position.length);
    }

    /** The bytes of all lines. */
    long lineBytes() {
        return levels.stream().mapToLong(Level::lines).sum() * Line.BYTES;
    }

    /** The number of checksums after the lines. */
    long sections() {
        return levels.stream().mapToLong(Level::sections).sum();
    }

    /** Writes the header. */
    ByteBuffer encode(int checksumOfChecksums) {
        byte[] bytes = position == null ? new byte[0] : position;
        ByteBuffer header = ByteBuffer.allocate(pages(bytes.length)).order(ByteOrder.LITTLE_ENDIAN);
        header.putLong(MAGIC).putInt(FORMAT).putInt(header.capacity());
        header.putInt(contents.number).putInt(position == null ? SERVING : BARRIER);
        header.putLong(retention.windowMillis()).putLong(retention.latenessMillis());
        header.putLong(retention.tickMillis()).putLong(retention.futureSkewMillis());
        header.putInt(fingerprintBits).putInt(overflowShare);
        header.putLong(time.watermark()).putLong(time.number()).putLong(evictedBefore);
        header.putInt(levels.size())
                .putInt(bytes.length)
                .putInt(checksumOfChecksums)
                .putInt(0);
        for (Level level : levels) {
            header.putLong(level.baseLines).putLong(level.lines);
        }
        for (long made : time.madeSince()) {
            header.putLong(made);
        }
        header.put(bytes);
        header.putInt(header.capacity() - Integer.BYTES, checksum(header));
        return header.rewind();
    }

    /** The length that the first bytes of a header give, or -1 if they are not those of a header. */
    static int lengthIn(ByteBuffer first) {
        return first.getLong(0) == MAGIC ? first.getInt(12) : -1;
    }

    /** The format that the first bytes of a header give. */
    static int formatIn(ByteBuffer first) {
        return first.getInt(8);
    }

    /** The checksum of the sections' checksums that a header gives. */
    static int checksumOfChecksums(ByteBuffer header) {
        return header.getInt(96);
    }

    /** The checksum that a header must end with. */
    static int checksum(ByteBuffer header) {
        return checksum(header, 0, header.capacity() - Integer.BYTES);
    }

    /** The CRC-32C of some bytes. */
    static int checksum(ByteBuffer buffer, int from, int length) {
        CRC32C crc = new CRC32C();
        crc.update(buffer.slice(from, length));
        return (int) crc.getValue();
    }

    /**
     * Reads a header whose format and checksum are right.
     *
     * @throws IllegalArgumentException if it says what no store writes
     */
    static SnapshotHeader decode(ByteBuffer header) {
        header.position(16);
        SnapshotContents contents = SnapshotContents.of(header.getInt());
        int kind = header.getInt();
        require((kind | 1) == 1, "its kind is " + kind);
        Retention retention = Retention.builder(Duration.ofMillis(header.getLong()))
                .lateness(Duration.ofMillis(header.getLong()))
                .tick(Duration.ofMillis(header.getLong()))
                .futureSkew(Duration.ofMillis(header.getLong()))
                .build();
        int bits = header.getInt();
        int share = header.getInt();
        long watermark = header.getLong();
        long number = header.getLong();
        long evictedBefore = header.getLong();
        int count = header.getInt();
        int positionBytes = header.getInt();
        require(bits > 0 && bits <= Line.FINGERPRINT_BITS, "its fingerprints have " + bits + " bits");
        require(count == LEVELS, "it has " + count + " levels");
        require(share > 1, "its overflow share is " + share);
        require(watermark >= -1 && number >= EventTime.HISTORY, "its watermark is " + watermark + " in tick " + number);
        require(
                positionBytes >= 0 && pages(positionBytes) == header.capacity(),
                "its position has " + positionBytes + " bytes");
        header.position(FIXED);
        List<Level> levels = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            levels.add(new Level(header.getLong(), header.getLong()));
        }
        require(
                levels.stream().allMatch(level -> level.baseLines > 0 && level.lines >= level.baseLines),
                "its levels are " + levels);
        long[] madeSince = new long[EventTime.HISTORY];
        for (int i = 0; i < madeSince.length; i++) {
            madeSince[i] = header.getLong();
        }
        byte[] position = new byte[positionBytes];
        header.get(position);
        EventTime.Saved time = new EventTime.Saved(watermark, number, madeSince);
        return new SnapshotHeader(
                contents, retention, bits, share, time, evictedBefore, levels, kind == SERVING ? null : position);
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new IllegalArgumentException(what);
        }
    }
}
