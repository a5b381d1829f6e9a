package io.github.dedupkit.cli;

import io.github.dedupkit.EventBatch;
import io.github.dedupkit.Verdict;
import java.util.Arrays;
import java.util.function.ToIntFunction;

/** As many records as a store judges best at once: their keys, where their bytes stand, their verdicts. Not thread-safe. */
final class RecordBatch {
    private static final int CAPACITY = 256;

    private final EventBatch events = new EventBatch(CAPACITY);
    private final byte[][] sources = new byte[CAPACITY][];
    private final int[] starts = new int[CAPACITY];
    private final int[] ends = new int[CAPACITY];
    private final boolean[] ahead = new boolean[CAPACITY];
    private int judged;

    /**
     * Adds a record to be judged.
     *
     * @param time its time as the store counts, 0 or more
     */
    void add(byte[] source, int start, int end, long keyHigh, long keyLow, long time) {
        place(events.add(keyHigh, keyLow, time, 0), source, start, end);
    }

    /** Adds a record dated ahead of those that follow: it counts as too late, and no store is asked. */
    void addAhead(byte[] source, int start, int end) {
        int index = events.add(0, 0, 0, 0);
        events.judge(index, Verdict.TOO_LATE);
        place(index, source, start, end);
        ahead[index] = true;
    }

    boolean isFull() {
        return events.isFull();
    }

    /**
     * Judges the records.
     *
     * @param store answers how many of the first it has judged rightly
     * @return false if it could not judge all
     */
    boolean judge(ToIntFunction<EventBatch> store) {
        judged = store.applyAsInt(events);
        return judged == events.size();
    }

    /** Whether all that was added was judged. */
    boolean isJudged() {
        return judged == events.size();
    }

    /** Enters the records judged in the books; returns how many bytes they have. */
    long enter(Tally tally) {
        long bytes = 0;
        for (int i = 0; i < judged; i++) {
            if (ahead[i]) {
                tally.enterAhead();
            } else {
                tally.enter(events.verdict(i));
            }
            bytes += ends[i] - starts[i];
        }
        return bytes;
    }

    /** Writes the records judged; neighbours that go to one output in one piece. */
    void write(FilterOutputs outputs) {
        RecordOutput output = null;
        byte[] source = sources[0];
        int from = 0;
        int to = 0;
        for (int i = 0; i < judged; i++) {
            RecordOutput next = outputs.of(events.verdict(i));
            if (next != output || sources[i] != source || starts[i] != to) {
                if (output != null) {
                    output.write(source, from, to);
                }
                output = next;
                source = sources[i];
                from = starts[i];
            }
            to = ends[i];
        }
        if (output != null) {
            output.write(source, from, to);
        }
    }

    /** Empties the batch for reuse, and lets go of the bytes. */
    void clear() {
        Arrays.fill(sources, 0, events.size(), null);
        events.clear();
        judged = 0;
    }

    private void place(int index, byte[] source, int start, int end) {
        sources[index] = source;
        starts[index] = start;
        ends[index] = end;
        ahead[index] = false;
    }
}
