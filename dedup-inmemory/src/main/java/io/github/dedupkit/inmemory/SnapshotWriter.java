package io.github.dedupkit.inmemory;

import io.github.dedupkit.Retention;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes a table to a file, line by line, while it may be in use: snapshot format 1 of {@code docs/formats.md}. */
final class SnapshotWriter {
    /*
     * The copy is not of one moment, and need not be. Each record in it is of a mark that was confirmed, which nobody
     * can take back: it is a witness whenever its line was copied. Marks that are open are left out, because a later
     * forget would be missing. And no mark confirmed before the snapshot may be lacking, though records move
     * meanwhile:
     *
     * - A split moves records to a line with a higher number. Lines are copied in ascending order, those added
     *   meanwhile included, so a record is copied where it was, where it goes, or at both. Where it was, it is out of
     *   reach: the number of lines, read after the last one was copied, sends its key elsewhere, and the bit of its
     *   fingerprint that did so keeps it from matching any other key.
     * - A record in an overflow table stays there until it ends, and so does the note of it in its line here. One
     *   that a newer mark of its key ended meanwhile matters no more: L + S <= W, and the time in the file is that of
     *   the newer.
     *
     * The time is read last, so that no line is ahead of it. Stamps may then be half their round old; the sweeps of
     * the restored table refresh each line within a quarter.
     */
    private final Lines table;
    private final EventTime time;
    private final Retention retention;

    SnapshotWriter(Lines table, EventTime time, Retention retention) {
        this.table = table;
        this.time = time;
        this.retention = retention;
    }

    /**
     * Replaces a file by a snapshot.
     *
     * @param position what to keep with it at a barrier; null while the store serves
     * @param valid throws if what was written may not be used
     * @throws IOException if it cannot be written; the old file is as it was
     */
    void write(Path file, byte @Nullable [] position, Runnable valid) throws IOException {
        try (ReplacedFile target = new ReplacedFile(file)) {
            FileChannel channel = target.channel();
            channel.position(SnapshotHeader.pages(position == null ? 0 : position.length));
            ByteBuffer section = ByteBuffer.allocateDirect(SnapshotHeader.SECTION_LINES * Line.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN);
            long begun = time.tick().number;
            List<SnapshotHeader.Level> levels = new ArrayList<>();
            List<Integer> checksums = new ArrayList<>();
            for (Lines level = table; level != null; level = level.overflow()) {
                levels.add(writeLines(level, section, channel, checksums));
            }
            EventTime.Saved saved = time.save();
            requireUnambiguous(saved.number() - begun);
            ByteBuffer trailer =
                    ByteBuffer.allocate(checksums.size() * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            checksums.forEach(trailer::putInt);
            int checksumOfChecksums = SnapshotHeader.checksum(trailer, 0, trailer.capacity());
            writeAll(channel, trailer.rewind());
            channel.position(0);
            SnapshotHeader header = table.header(retention, saved, levels, position);
            writeAll(channel, header.encode(checksumOfChecksums));
            valid.run();
            target.commit();
        }
    }

    /** Writes a table's lines, and those that it gets meanwhile. */
    private static SnapshotHeader.Level writeLines(
            Lines level, ByteBuffer section, FileChannel channel, List<Integer> checksums) throws IOException {
        long copied = 0;
        long lines = level.lines();
        while (copied < lines) {
            int count = 0;
            while (count < SnapshotHeader.SECTION_LINES && copied < lines) {
                level.copy(copied, section, count * Line.BYTES);
                count++;
                copied++;
                lines = copied < lines ? lines : level.lines(); // here only: a section is full unless it is the last
            }
            section.limit(count * Line.BYTES);
            checksums.add(SnapshotHeader.checksum(section, 0, section.limit()));
            writeAll(channel, section);
            section.clear();
        }
        return new SnapshotHeader.Level(level.baseLines(), copied);
    }

    private static void writeAll(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private void requireUnambiguous(long ticks) {
        long most = table.stampedTicks() / 2;
        if (ticks > most) {
            throw new IllegalStateException(
                    "event time moved by " + ticks + " ticks while the snapshot was written, and " + most
                            + " are the most; the old file is as it was: try again when time moves more slowly");
        }
    }
}
