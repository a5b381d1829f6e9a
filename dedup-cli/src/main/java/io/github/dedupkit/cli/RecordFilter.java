package io.github.dedupkit.cli;

import io.github.dedupkit.EventBatch;
import io.github.dedupkit.Verdict;
import java.io.OutputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Judges records in batches, and copies each to where its verdict sends it, in the order they were read. Not thread-safe.
 *
 * <p>Without a window the whole run is one: every record is marked at time 0, so nothing is late and nothing expires. With
 * one, a {@link JumpGuard} says by which time a record is judged, and may hold a few back for that.
 *
 * <p>Itself it allocates nothing per record that is not held. Fails before it writes a record that the store could not
 * judge: all that was written is right.
 */
final class RecordFilter {
    private static final int BATCH_RECORDS = 256;

    private final EventBatch batch = new EventBatch(BATCH_RECORDS);
    private final byte[][] sources = new byte[BATCH_RECORDS][];
    private final int[] starts = new int[BATCH_RECORDS];
    private final int[] ends = new int[BATCH_RECORDS];
    private final boolean[] ahead = new boolean[BATCH_RECORDS];
    private final RecordFields fields = new RecordFields();
    private final Tally tally = new Tally();
    private final RecordParser parser;
    private final FilterStore store;
    private final @Nullable Timeline timeline;
    private final FilterOutputs outputs;
    private byte @Nullable [] header;
    private String headerInput = "";
    private long bytesIn;
    private boolean judging;

    /**
     * Makes a filter that has seen nothing, and empties its output files.
     *
     * @param options all that was asked for
     * @param limits what bounds the store
     * @param out for the records to keep
     * @throws CliException if the options cannot be met; files are opened last
     */
    RecordFilter(FilterOptions options, FilterLimits limits, OutputStream out) {
        parser = options.format().parser(options.keySpace());
        store = new FilterStore(options, limits);
        timeline = options.window() == null ? null : new Timeline(options.window());
        outputs = new FilterOutputs(out, options.outputs());
    }

    /**
     * Judges every complete record of the reader's block, but those held.
     *
     * @param records have been filled
     * @param input their name
     */
    void filterBlock(RecordReader records, String input) {
        while (records.next()) {
            if (records.isHeader()) {
                takeHeader(records, input);
            } else if (isWellFormed(records, input)) {
                take(records, input);
            }
        }
        judge();
    }

    /** Judges the records held: none follows. */
    void finish() {
        if (timeline != null) {
            timeline.guard().end();
            release(timeline);
        }
        judge();
    }

    /** Hands what was written so far to the readers of the outputs. */
    void flush() {
        outputs.flush();
    }

    /** Flushes and closes the outputs. */
    void close() {
        outputs.close();
    }

    /** Whether a batch could not be judged or written, so that none can follow. */
    boolean isBroken() {
        return judging;
    }

    Tally tally() {
        return tally;
    }

    /** The bytes of the records judged or rejected, and of the headers, terminators included. */
    long bytesIn() {
        return bytesIn;
    }

    /** The bytes kept, inserted line feeds included. */
    long bytesOut() {
        return outputs.keptBytes();
    }

    FilterStore store() {
        return store;
    }

    /** The times; null without a window. */
    @Nullable
    Timeline timeline() {
        return timeline;
    }

    /** Fails loudly unless the books equal the records read and the store's books. */
    void requireBalance(long records) {
        tally.requireEqual(records, store.stats());
    }

    private void takeHeader(RecordReader records, String input) {
        byte[] block = records.block();
        parser.header(block, records.start(), records.length());
        int end = records.start() + records.length();
        int mark = ByteOrderMark.lengthAt(block, records.start(), end); // no part of the first column's name
        byte[] found = Arrays.copyOfRange(block, records.start() + mark, end);
        bytesIn += records.end() - records.start();
        if (header == null) {
            header = found;
            headerInput = input;
            outputs.writeHeader(block, records.start(), records.end());
        } else if (!Arrays.equals(header, found)) {
            throw CliException.failed(input + ": its header is " + Excerpt.of(found, 0, found.length) + ", and that of "
                    + headerInput + " is " + Excerpt.of(header, 0, header.length)
                    + "; give both the same columns, or filter them apart");
        }
    }

    private boolean isWellFormed(RecordReader records, String input) {
        try {
            parser.parse(records.block(), records.start(), records.length(), fields);
            return true;
        } catch (MalformedRecordException e) {
            String place = input + ":" + records.line();
            if (!outputs.reject(place, e.text(), records.block(), records.start(), records.end())) {
                throw CliException.failed(
                        place + ": " + e.text() + "; mend it, or set such records aside with --rejects FILE");
            }
            tally.reject();
            bytesIn += records.end() - records.start();
            return false;
        }
    }

    private void take(RecordReader records, String input) {
        if (timeline == null) {
            add(records.block(), records.start(), records.end(), fields.keyHigh, fields.keyLow, 0, true);
        } else if (timeline.guard().passes(fields.timestamp)) {
            long time = timeline.judge(fields.timestamp, input, records.line());
            add(records.block(), records.start(), records.end(), fields.keyHigh, fields.keyLow, time, true);
        } else {
            byte[] copy = Arrays.copyOfRange(records.block(), records.start(), records.end());
            timeline.guard()
                    .hold(new HeldRecord(
                            copy, fields.keyHigh, fields.keyLow, fields.timestamp, input, records.line(), true));
            release(timeline);
        }
    }

    private void release(Timeline times) {
        for (HeldRecord held = times.guard().next();
                held != null;
                held = times.guard().next()) {
            long time = 0;
            if (held.believed()) {
                time = times.judge(held.time(), held.input(), held.line());
            } else {
                times.disorder().notJudged(held.input(), held.line());
            }
            add(held.bytes(), 0, held.bytes().length, held.keyHigh(), held.keyLow(), time, held.believed());
        }
    }

    private void add(byte[] source, int start, int end, long keyHigh, long keyLow, long time, boolean believed) {
        int index = batch.add(keyHigh, keyLow, time, 0);
        ahead[index] = !believed;
        if (!believed) {
            batch.judge(index, Verdict.TOO_LATE); // so that no store is asked
        }
        sources[index] = source;
        starts[index] = start;
        ends[index] = end;
        if (batch.isFull()) {
            judge();
        }
    }

    private void judge() {
        int size = batch.size();
        if (size == 0) {
            return;
        }
        judging = true;
        int judged = store.markSeen(batch);
        for (int i = 0; i < judged; i++) {
            if (ahead[i]) {
                tally.enterAhead();
            } else {
                tally.enter(batch.verdict(i));
            }
            bytesIn += ends[i] - starts[i];
        }
        write(judged);
        if (judged < size) {
            throw store.full();
        }
        batch.clear();
        judging = false;
    }

    /** Writes the first records of the batch; neighbours that go to one output in one piece. */
    private void write(int count) {
        RecordOutput output = null;
        byte[] source = sources[0];
        int from = 0;
        int to = 0;
        for (int i = 0; i < count; i++) {
            RecordOutput next = outputs.of(batch.verdict(i));
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
}
