package io.github.dedupkit.inmemory;

import io.github.dedupkit.Retention;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Lines of 64 bytes, by number, with a lock each: bit 0 of their first word, which {@link Line#tryLock} takes. What the
 * tables offer to those that care for lines, whatever is in them.
 */
interface Lines {
    /** How many there are, those of the overflow tables not counted. */
    long lines();

    /** Where the records of full lines go, if anywhere. */
    @Nullable
    Lines overflow();

    /** The memory that a line is in. */
    ByteBuffer chunk(long line);

    /** Where a line begins in its chunk. */
    int offset(long line);

    /** Makes a line fit for the present. */
    void refresh(long line);

    /** Copies a line as it is at present, unlocked and without its marks that are not confirmed. */
    void copy(long line, ByteBuffer to, int at);

    /** The lines of the table before it has grown. */
    long baseLines();

    /** How many ticks the stamps of the lines tell apart. */
    long stampedTicks();

    /** What a snapshot says of the table. */
    SnapshotHeader header(
            Retention retention, EventTime.Saved time, List<SnapshotHeader.Level> levels, byte @Nullable [] position);

    /** The memory of lines from a given one on, as many as lie together, up to so many. */
    default ByteBuffer memory(long line, int atMost) {
        ByteBuffer chunk = chunk(line);
        int at = offset(line);
        return chunk.slice(at, Math.min(chunk.capacity() - at, atMost * Line.BYTES));
    }
}
