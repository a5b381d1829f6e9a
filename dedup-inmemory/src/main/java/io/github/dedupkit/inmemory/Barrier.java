package io.github.dedupkit.inmemory;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/** Notices what is marked while a snapshot is taken that must be of a moment without marks. Thread-safe. */
final class Barrier {
    private final LongAdder batchesBegun = new LongAdder();
    private final LongAdder batchesEnded = new LongAdder();
    private final LongSupplier marks;

    /**
     * Begins.
     *
     * @param marks counts the marks asked for so far
     */
    Barrier(LongSupplier marks) {
        this.marks = marks;
    }

    void batchBegins() {
        batchesBegun.increment();
    }

    void batchEnds() {
        batchesEnded.increment();
    }

    /**
     * Replaces a file by a snapshot taken at a barrier.
     *
     * @throws IllegalArgumentException if the position is too long
     * @throws IllegalStateException if something is marked meanwhile; the file is as it was
     */
    void snapshot(SnapshotWriter writer, Path file, byte[] position) throws IOException {
        if (position.length > SnapshotHeader.MOST_POSITION_BYTES) {
            throw new IllegalArgumentException("position has " + position.length + " bytes, and a snapshot keeps up to "
                    + SnapshotHeader.MOST_POSITION_BYTES + "; keep it elsewhere, and give a reference to it");
        }
        long running = -batchesEnded.sum(); // first: what ends meanwhile counts as running
        long begun = batchesBegun.sum();
        running += begun;
        long before = marks.getAsLong();
        if (running > 0) {
            throw notAtABarrier(running + " batches are being marked", file);
        }
        writer.write(file, position.clone(), () -> {
            long made = marks.getAsLong() - before;
            if (made != 0) {
                throw notAtABarrier(made + " marks were made while the snapshot was written", file);
            }
            if (batchesBegun.sum() != begun) {
                throw notAtABarrier("a batch was begun while the snapshot was written", file);
            }
        });
    }

    private static IllegalStateException notAtABarrier(String what, Path file) {
        return new IllegalStateException(what + ", and a snapshot with a position is of a moment without; " + file
                + " is as it was: stop marking, let what was marked take effect, and try again");
    }
}
