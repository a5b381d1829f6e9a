package io.github.dedupkit.inmemory;

import io.github.dedupkit.DeduplicationListener;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.Retention;
import io.github.dedupkit.StoreStats;
import io.github.dedupkit.StoreUnavailableException;
import io.github.dedupkit.Verdict;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** What the stores on a {@link LineTable} share: event time, marks one by one and in batches, growth, books. Thread-safe. */
final class FingerprintTable {
    /** One new record in this many looks whether the table should grow. */
    private static final int GROW_EVERY = 16;

    /** What origins are told apart by. */
    private static final int TAGS = 0xFFFF;

    private final Retention retention;
    private final InstantSource clock;
    private final Books books;
    private final LongAdder remembered = new LongAdder();
    private final Barrier barrier = new Barrier(this::marks);
    private final EventTime time;
    private final String capacity;
    private final boolean evicts;
    private final @Nullable Grower grower;
    private final ThreadLocal<Block> blocks = ThreadLocal.withInitial(Block::new);
    private final byte @Nullable [] restoredPosition;
    private volatile @Nullable LineTable table;

    /**
     * Makes a table.
     *
     * @param retention how long it remembers
     * @param clock bounds timestamps
     * @param listener is told of marks
     * @param plan its sizes
     * @param snapshot holds what it begins with; null for an empty one
     * @throws IllegalArgumentException if there is no memory for it
     * @throws io.github.dedupkit.CorruptSnapshotException if the snapshot is damaged
     */
    FingerprintTable(
            Retention retention,
            InstantSource clock,
            @Nullable DeduplicationListener listener,
            TablePlan plan,
            @Nullable SnapshotReader snapshot) {
        this.retention = retention;
        this.clock = clock;
        books = new Books(listener);
        Ages ages = Ages.of(retention);
        time = new EventTime(retention, ages, this::recorded);
        if (snapshot != null) {
            time.restore(snapshot.header().time()); // first: the lines' ticks are numbered so
        }
        LineTable made = plan.build(ages, time);
        if (snapshot != null) {
            snapshot.read(made);
            made.dropped(snapshot.header().evictedBefore());
        }
        restoredPosition = snapshot == null ? null : snapshot.header().position();
        table = made;
        grower = Grower.start(made);
        evicts = plan.evicts();
        capacity = "the table has reached its capacity: it was planned for " + plan.expectedKeys() + " keys, and "
                + (plan.doublings() > 0 ? "may grow to " + plan.maximumBytes() + " bytes" : "may not grow")
                + "; expect more keys, allow more with maximumBytes(...), or drop the oldest with evictOldestWhenFull()";
    }

    /** The table, or an exception if it is closed. */
    LineTable open() {
        LineTable open = table;
        if (open == null) {
            throw new IllegalStateException("the store is closed");
        }
        return open;
    }

    /** What was kept with the snapshot at a barrier, if there was one. */
    Optional<byte[]> restoredPosition() {
        return Optional.ofNullable(restoredPosition).map(byte[]::clone);
    }

    /** Replaces a file by a snapshot taken at a barrier. */
    synchronized void snapshot(Path file, byte[] position) throws IOException {
        barrier.snapshot(new SnapshotWriter(open(), time, retention), file, position);
    }

    /**
     * Replaces a file by a snapshot taken while the table is in use.
     *
     * @param valid throws if what was written may not be used
     */
    synchronized void snapshot(Path file, Runnable valid) throws IOException {
        new SnapshotWriter(open(), time, retention).write(file, null, valid);
    }

    private long marks() {
        return books.marks() + remembered.sum();
    }

    void close() {
        table = null;
        if (grower != null) {
            grower.close();
        }
    }

    boolean mightContain(long keyHigh, long keyLow, long timestamp) {
        Books.requireTimestamp(timestamp);
        LineTable open = open();
        if (time.watermark() < 0) {
            return false;
        }
        long at = time.clamp(timestamp, clock.millis());
        return open.ask(Request.LOOK, keyHigh, keyLow, at, 0) != LineTable.FIRST_SEEN
                || at - retention.windowMillis() < open.evictedBefore();
    }

    /** Confirms or forgets a mark by its tag. */
    void end(Request request, long keyHigh, long keyLow, int tag) {
        open().ask(request, keyHigh, keyLow, 0, tag);
    }

    /** Confirms or forgets the marks of a batch by their tags, where they have one. */
    void end(Request request, EventBatch batch) {
        LineTable open = open();
        Block block = blocks.get();
        for (int from = 0; from < batch.size(); from += Block.SIZE) {
            block.locateOrigins(open, batch, from);
            block.touch(open, batch);
            for (int i = block.from(); i < block.to(); i++) {
                if (block.has(i)) {
                    int tag = tag(batch.origin(i));
                    open.ask(request, batch.keyHigh(i), batch.keyLow(i), block.line(i), 0, tag);
                }
            }
        }
    }

    /** Whether a delivery is remembered as a duplicate. */
    boolean recall(long keyHigh, long keyLow, long timestamp, int tag) {
        LineTable open = open();
        return recall(open, keyHigh, keyLow, open.lineOf(keyHigh, keyLow), timestamp, tag);
    }

    private boolean recall(LineTable open, long keyHigh, long keyLow, long likely, long timestamp, int tag) {
        long at = timestamp > time.watermark() ? time.clamp(timestamp, clock.millis()) : timestamp;
        return open.ask(Request.RECALL, keyHigh, keyLow, likely, at, tag) == LineTable.DUPLICATE;
    }

    /** Judges the unjudged items of a batch that are remembered as duplicates. */
    void recall(EventBatch batch) {
        LineTable open = open();
        Block block = blocks.get();
        for (int from = 0; from < batch.size(); from += Block.SIZE) {
            block.locate(open, batch, from, Verdict.UNJUDGED);
            block.touch(open, batch);
            for (int i = block.from(); i < block.to(); i++) {
                if (block.has(i)
                        && recall(
                                open,
                                batch.keyHigh(i),
                                batch.keyLow(i),
                                block.line(i),
                                batch.timestamp(i),
                                tag(batch.origin(i)))) {
                    batch.judge(i, Verdict.DUPLICATE);
                }
            }
        }
    }

    /** Records what another store holds; where there is no room, that counts as dropped. */
    void remember(long keyHigh, long keyLow, long timestamp, int tag) {
        LineTable open = open();
        if (remember(open, keyHigh, keyLow, open.lineOf(keyHigh, keyLow), timestamp, tag)) {
            books.enterEvicted(1);
        }
        grow(open, 0);
    }

    /** Records the items of a batch that another store judged first seen. */
    void remember(EventBatch batch) {
        LineTable open = open();
        Block block = blocks.get();
        int dropped = 0;
        barrier.batchBegins();
        try {
            for (int from = 0; from < batch.size(); from += Block.SIZE) {
                block.locate(open, batch, from, Verdict.FIRST_SEEN);
                block.touch(open, batch);
                for (int i = block.from(); i < block.to(); i++) {
                    if (block.has(i)) {
                        int tag = tag(batch.origin(i));
                        long timestamp = batch.timestamp(i);
                        boolean drops =
                                remember(open, batch.keyHigh(i), batch.keyLow(i), block.line(i), timestamp, tag);
                        dropped += drops ? 1 : 0;
                    }
                }
                grow(open, 0);
            }
        } finally {
            barrier.batchEnds();
            if (dropped > 0) {
                books.enterEvicted(dropped);
            }
        }
    }

    /** Whether a record, this or another, was dropped. */
    private boolean remember(LineTable open, long keyHigh, long keyLow, long likely, long timestamp, int tag) {
        int outcome = mark(open, keyHigh, keyLow, likely, timestamp, tag, open.mayGrow(), true);
        if (outcome == LineTable.FULL) {
            open.dropped(time.clamp(timestamp, clock.millis()) + retention.tickMillis());
        } else {
            remembered.increment();
        }
        return outcome != LineTable.FIRST_SEEN;
    }

    StoreStats stats() {
        LineTable open = open();
        long retained = Math.min(time.retained(), open.places());
        return new StoreStats(
                books.firstSeen.sum(),
                books.replayed.sum(),
                books.duplicates.sum(),
                books.tooLate.sum(),
                0,
                books.thrown.sum(),
                books.evicted.sum(),
                retained,
                OptionalLong.of(open.bytes()),
                Duration.ofMillis(effectiveWindowMillis(open)),
                open.falseDuplicateProbability());
    }

    /** Marks one event; a tag of 0 stands for no origin. */
    Verdict mark(long keyHigh, long keyLow, long timestamp, int tag) {
        Books.requireTimestamp(timestamp);
        LineTable open = open();
        int outcome;
        try {
            outcome = mark(open, keyHigh, keyLow, open.lineOf(keyHigh, keyLow), timestamp, tag, open.mayGrow(), false);
            if (outcome == LineTable.FULL) {
                throw full(open);
            }
        } catch (Throwable e) {
            books.enter(0, 0, 0, 0, 1);
            throw e;
        }
        Verdict verdict = verdict(outcome);
        books.enter(verdict, outcome == LineTable.REPLAYED);
        if (outcome == LineTable.EVICTED) {
            books.enterEvicted(1);
        }
        if (verdict == Verdict.FIRST_SEEN && (keyLow & (GROW_EVERY - 1)) == 0) {
            grow(open, 0);
        }
        return verdict;
    }

    /** Marks the unjudged items of a batch. */
    void mark(EventBatch batch) {
        LineTable open = open();
        Block block = blocks.get();
        int answered = 0;
        block.tally.clear();
        barrier.batchBegins();
        try {
            for (int from = 0; from < batch.size(); from += Block.SIZE) {
                if (block.locate(open, batch, from, Verdict.UNJUDGED) > 0) {
                    mark(open, batch, block);
                }
                answered = block.to();
            }
        } finally {
            barrier.batchEnds();
            int unanswered = answered < batch.size() ? unjudgedFrom(batch, answered) : 0;
            if (block.tally.calls() + unanswered > 0) {
                books.enter(block.tally, unanswered);
            }
        }
    }

    private void mark(LineTable open, EventBatch batch, Block block) {
        if (time.raiseToLast(block.lowest(), block.highest(), clock)) {
            open.sweep();
        }
        block.touch(open, batch);
        boolean grows = open.mayGrow();
        for (int i = block.from(); i < block.to(); i++) {
            if (block.has(i)) {
                int tag = tag(batch.origin(i));
                long timestamp = batch.timestamp(i);
                int outcome =
                        mark(open, batch.keyHigh(i), batch.keyLow(i), block.line(i), timestamp, tag, grows, false);
                if (outcome == LineTable.FULL) {
                    throw full(open);
                }
                batch.judge(i, verdict(outcome));
                block.tally.count(outcome);
            }
        }
        grow(open, block.tally.first);
    }

    /** Asks for the lines that the present records need, and some that are not in the books yet. */
    private void grow(LineTable open, int more) {
        if (grower != null) {
            long wanted = open.linesFor(time.retained() + more);
            if (wanted > open.lines()) { // else the thread would be woken for nothing
                grower.want(wanted);
            }
        }
    }

    private static int unjudgedFrom(EventBatch batch, int from) {
        int unjudged = 0;
        for (int i = from; i < batch.size(); i++) {
            unjudged += batch.verdict(i) == Verdict.UNJUDGED ? 1 : 0;
        }
        return unjudged;
    }

    /**
     * Marks a key. If there is no room, waits while the table grows, until it has split as many lines for this key as two
     * doublings take.
     *
     * @param grows whether the table could grow before it was found full: another thread may end its growth in between
     * @return the outcome; FULL if there is no room, and will be none
     */
    private int mark(
            LineTable open,
            long keyHigh,
            long keyLow,
            long likely,
            long timestamp,
            int tag,
            boolean grows,
            boolean told) {
        boolean raises = timestamp > time.watermark();
        long now = raises ? clock.millis() : 0;
        try {
            int outcome = open.mark(keyHigh, keyLow, likely, timestamp, tag, now, told);
            return outcome == LineTable.FULL && grows && grower != null
                    ? markGrowing(open, grower, keyHigh, keyLow, timestamp, tag, now, told)
                    : outcome;
        } finally {
            if (raises) {
                open.sweep();
            }
        }
    }

    private int markGrowing(
            LineTable open,
            Grower growing,
            long keyHigh,
            long keyLow,
            long timestamp,
            int tag,
            long now,
            boolean told) {
        long most = evicts ? Long.MAX_VALUE : 2 * open.lines() / Grower.SPLITS + 2; // what drops records never refuses
        boolean grows = true;
        int outcome = LineTable.FULL;
        for (long attempt = 0; outcome == LineTable.FULL && grows && attempt < most; attempt++) {
            growing.await(open, open.lines());
            grows = open.mayGrow() && growing.isAlive();
            outcome = open.mark(keyHigh, keyLow, open.lineOf(keyHigh, keyLow), timestamp, tag, now, told);
        }
        return outcome;
    }

    private StoreUnavailableException full(LineTable open) {
        open(); // a closed one grows no more
        return new StoreUnavailableException(
                open.isStarved()
                        ? capacity + "; the JVM had no memory for more: it allows " + LineMemory.directMemoryLimit()
                                + " bytes outside the heap in all, raise -XX:MaxDirectMemorySize"
                        : capacity);
    }

    private long recorded() {
        return books.firstSeen.sum() + remembered.sum();
    }

    private static Verdict verdict(int outcome) {
        return outcome == LineTable.DUPLICATE
                ? Verdict.DUPLICATE
                : outcome == LineTable.TOO_LATE ? Verdict.TOO_LATE : Verdict.FIRST_SEEN;
    }

    /** What is kept of an origin: 0 exactly for none. Other origins have one in common with a chance of 1 in 65,535. */
    static int tag(long origin) {
        if (origin == 0) {
            return 0;
        }
        long mixed = (origin ^ (origin >>> 32)) * 0x9E3779B97F4A7C15L;
        mixed = (mixed ^ (mixed >>> 29)) * 0xD1342543DE82EF95L;
        return 1 + (int) (((mixed >>> 32) * TAGS) >>> 32);
    }

    private long effectiveWindowMillis(LineTable open) {
        long oldestInTime = time.watermark() - retention.latenessMillis(); // first: what is dropped later is newer
        long evictedBefore = open.evictedBefore();
        return evictedBefore == Long.MIN_VALUE
                ? retention.windowMillis()
                : Math.max(0, Math.min(retention.windowMillis(), oldestInTime - evictedBefore));
    }
}
