package io.github.dedupkit.cli;

import io.github.dedupkit.EventBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;

/**
 * What is handed over at once: records that were read, and the array in which they stand. Reused; allocates nothing per
 * record. Not thread-safe, but may go from one thread to another.
 */
final class RecordBlock {
    /** About what 128 KiB of log lines have: more of shorter ones are handed over in several blocks. */
    private static final int MOST_BATCHES = 16;

    private final List<RecordBatch> batches = new ArrayList<>(MOST_BATCHES);
    private byte[] bytes;
    private int used;

    RecordBlock(int blockBytes) {
        bytes = new byte[blockBytes];
    }

    /** The batch for the next record. */
    RecordBatch batch() {
        if (used == 0 || batches.get(used - 1).isFull()) {
            if (used == batches.size()) {
                batches.add(new RecordBatch());
            }
            used++;
        }
        return batches.get(used - 1);
    }

    /** Whether it is time to hand the block over. A few more records find room. */
    boolean isFull() {
        return used >= MOST_BATCHES && batches.get(MOST_BATCHES - 1).isFull();
    }

    boolean isEmpty() {
        return used == 0;
    }

    /** Whether it has fewer records than a batch holds. */
    boolean isSmall() {
        return used == 0 || (used == 1 && !batches.get(0).isFull());
    }

    /**
     * Keeps the array that the reader has filled, and gives it another in exchange.
     *
     * @return false, and nothing is done, if the reader's array is larger, for a long record: there should be few of those
     */
    boolean takeFrom(RecordReader reader) {
        if (reader.block().length > bytes.length) {
            return false;
        }
        bytes = reader.moveTo(bytes);
        return true;
    }

    /**
     * Judges the records in their order, up to a batch that cannot be judged completely.
     *
     * @param store answers how many of the first of a batch it has judged rightly
     * @return false if there is such a batch
     */
    boolean judge(ToIntFunction<EventBatch> store) {
        for (int i = 0; i < used; i++) {
            if (!batches.get(i).judge(store)) {
                return false;
            }
        }
        return true;
    }

    /** The batches with records. */
    List<RecordBatch> batches() {
        return batches.subList(0, used);
    }

    /** Empties the block for reuse. */
    void clear() {
        for (int i = 0; i < used; i++) {
            batches.get(i).clear();
        }
        used = 0;
    }
}
