package io.github.dedupkit.cli;

import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Finds the key of each record, has it judged, and copies the record to where its verdict sends it, in the order they were
 * read. Not thread-safe, though it works on two cores: all is done by the thread that calls, but a {@link JudgingThread}
 * judges one block of records while the next is parsed and the last is written.
 *
 * <p>Without a window the whole run is one: every record is marked at time 0, so nothing is late and nothing expires. With
 * one, a {@link JumpGuard} says by which time a record is judged, and may hold a few back for that.
 *
 * <p>Itself it allocates nothing per record that is not held. Fails before it writes a record that the store could not
 * judge: all that was written is right.
 */
final class RecordFilter {
    /** One to read into, one to judge, and some between them, so that neither waits for every hiccup of the other. */
    private static final int BLOCKS = 6;

    private final RecordFields fields = new RecordFields();
    private final Tally tally = new Tally();
    private final RecordParser parser;
    private final FilterStore store;
    private final @Nullable Timeline timeline;
    private final FilterOutputs outputs;
    private final JudgingThread judging;
    private final ArrayDeque<RecordBlock> spare = new ArrayDeque<>(BLOCKS);
    private RecordBlock block;
    private byte @Nullable [] header;
    private String headerInput = "";
    private long bytesIn;
    private boolean broken;

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
        judging = new JudgingThread(store::markSeen);
        for (int i = 1; i < BLOCKS; i++) {
            spare.add(new RecordBlock(limits.blockBytes()));
        }
        block = new RecordBlock(limits.blockBytes());
        timeline = options.window() == null ? null : new Timeline(options.window());
        outputs = new FilterOutputs(out, options.outputs());
    }

    /**
     * Takes in every complete record of the reader's block. They are judged and written in their turn, at the latest with
     * {@link #flush} or {@link #finish}.
     *
     * @param records have been filled
     * @param input their name
     */
    void filterBlock(RecordReader records, String input) {
        handOver(); // only now: if nothing had followed, to judge it here would have been quicker
        while (records.next()) {
            if (records.isHeader()) {
                takeHeader(records, input);
            } else if (isWellFormed(records, input)) {
                take(records, input);
            }
            if (block.isFull()) {
                detach(records);
                handOver();
            }
        }
        detach(records);
    }

    /** Judges and writes all that was taken in, the records held too: none follows. */
    void finish() {
        if (timeline != null) {
            timeline.guard().end();
            release(timeline);
        }
        settle();
    }

    /** Judges all that was taken in and can be, and hands it to the readers of the outputs. */
    void flush() {
        settle();
        outputs.flush();
    }

    /** Ends the judging: what is not judged yet is dropped. */
    void stop() {
        judging.stop();
    }

    /** Flushes and closes the outputs. */
    void close() {
        outputs.close();
    }

    /** Whether a batch could not be judged or written, so that none can follow. */
    boolean isBroken() {
        return broken;
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
        byte[] bytes = records.block();
        if (timeline == null) {
            block.batch().add(bytes, records.start(), records.end(), fields.keyHigh, fields.keyLow, 0);
        } else if (timeline.guard().passes(fields.timestamp)) {
            long time = timeline.judge(fields.timestamp, input, records.line());
            block.batch().add(bytes, records.start(), records.end(), fields.keyHigh, fields.keyLow, time);
        } else {
            byte[] copy = Arrays.copyOfRange(bytes, records.start(), records.end());
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
            byte[] bytes = held.bytes();
            if (held.believed()) {
                long time = times.judge(held.time(), held.input(), held.line());
                block.batch().add(bytes, 0, bytes.length, held.keyHigh(), held.keyLow(), time);
            } else {
                times.disorder().notJudged(held.input(), held.line());
                block.batch().addAhead(bytes, 0, bytes.length);
            }
        }
    }

    /** Leaves the block the array in which its records stand; if that is a larger one, brings them to their end at once. */
    private void detach(RecordReader records) {
        if (!block.isEmpty() && !block.takeFrom(records)) {
            settle();
        }
    }

    /** Has the block judged meanwhile, and goes on with an empty one. Few records are judged at once, which is quicker. */
    private void handOver() {
        if (block.isEmpty()) {
            return;
        }
        if (block.isSmall() && judging.isIdle()) {
            settle();
            return;
        }
        judging.submit(block);
        if (spare.isEmpty()) {
            writeOldest();
        }
        block = spare.remove();
    }

    /** Brings all that was taken in to its end. */
    private void settle() {
        while (!judging.isIdle()) {
            writeOldest();
        }
        broken = true;
        judging.judge(block);
        write(block);
        broken = false;
    }

    private void writeOldest() {
        broken = true;
        RecordBlock oldest = judging.take();
        write(oldest);
        spare.add(oldest);
        broken = false;
    }

    private void write(RecordBlock judged) {
        for (RecordBatch batch : judged.batches()) {
            bytesIn += batch.enter(tally);
            batch.write(outputs);
            if (!batch.isJudged()) {
                throw store.full();
            }
        }
        judged.clear();
    }
}
