package io.github.dedupkit.inmemory;

import io.github.dedupkit.EventBatch;
import io.github.dedupkit.NearTier;
import io.github.dedupkit.Retention;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** What the concurrency stress tests share: the smallest tables there are, whose keys all lie in one line. */
final class StressTables {
    /** One tick, in milliseconds. */
    static final long TICK = 1_000;

    /** W in ticks. */
    static final int WINDOW = 8;

    /** L in ticks. */
    static final int LATENESS = 4;

    /** A whole number of ticks. */
    static final long START = 1_767_225_600_000L;

    static final long O1 = 1;
    static final long O2 = 2;
    static final long O3 = 3;

    private static final Retention RETENTION = Retention.builder(Duration.ofMillis(WINDOW * TICK))
            .lateness(Duration.ofMillis(LATENESS * TICK))
            .tick(Duration.ofMillis(TICK))
            .futureSkew(Duration.ofMillis(TICK))
            .build();
    private static final Ages AGES = Ages.of(RETENTION);

    /** Later than all timestamps, so that these alone move the watermark. */
    private static final InstantSource LATE = InstantSource.fixed(Instant.ofEpochMilli(START << 1));

    private StressTables() {}

    static FingerprintDeduplicationStore narrow() {
        return narrow(LATE);
    }

    static FingerprintDeduplicationStore narrow(InstantSource clock) {
        return FingerprintDeduplicationStore.builder(RETENTION, 1).clock(clock).buildNarrow();
    }

    static NearTier wide() {
        return wide(LATE);
    }

    static NearTier wide(InstantSource clock) {
        return FingerprintDeduplicationStore.builder(RETENTION, 1).clock(clock).buildWide();
    }

    /** A batch of keys (i, 0), which lie in one line: one after the other, with one origin. */
    static EventBatch batch(long timestamp, long origin, long... keys) {
        EventBatch batch = new EventBatch(keys.length);
        for (long key : keys) {
            batch.add(key, 0, timestamp, origin);
        }
        return batch;
    }

    /** Marks that fill the line of the keys (i, 0) but for one place. */
    static void fillButOne(LineTable table, Width width) {
        for (int i = 1; i < width.records; i++) {
            mark(table, -i, 0);
        }
    }

    /** A table of one line, that can be split into two, with nothing behind it. */
    static LineTable table(Width width) {
        EventTime time = new EventTime(RETENTION, AGES, () -> 0);
        TableShape shape = new TableShape(width, 1, 2, 1, (1L << Line.FINGERPRINT_BITS) - 1, 8, false);
        return new LineTable(shape, 1, 0, AGES, time, null);
    }

    /** Marks the key (key, 0): one that is odd moves when the line is split. */
    static int mark(LineTable table, long key, int tag) {
        long low = key & 1; // the lowest bit of the fingerprint
        return table.mark(key, low, table.lineOf(key, low), START, tag, START, false);
    }

    /** Confirms or forgets. */
    static void end(LineTable table, Request request, long key, int tag) {
        table.ask(request, key, key & 1, START, tag);
    }

    /** Splits the line. */
    static void split(LineTable table) {
        table.split(2, 1);
    }

    /**
     * Copies the line as a snapshot does.
     *
     * @return the records of the copy; -1 if it is locked, -2 if a record in it is not that of the key
     */
    static int recordsOfCopy(LineTable table, Width width, long key) {
        ByteBuffer copy = ByteBuffer.allocate(Line.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        table.copy(0, copy, 0);
        long copied = copy.getLong(0);
        if ((copied & Line.LOCKED) != 0) {
            return -1;
        }
        EventTime marked = new EventTime(RETENTION, AGES, () -> 0);
        marked.raise(START, START);
        long now = marked.tick().number;
        long header = Line.refresh(copy, 0, copied, AGES, now); // it may be as it was before the first mark
        int records = Line.records(copy, 0, header, width, AGES, now);
        long fingerprint = ((key & 0xFFFF) << 24) | (key & 1);
        return records == 0 || Line.find(copy, 0, header, width, fingerprint, AGES, now, now) >= 0 ? records : -2;
    }

    /** A clock that each thread sets for itself. */
    static final class Clock implements InstantSource {
        private static final ThreadLocal<long[]> READING = ThreadLocal.withInitial(() -> new long[1]);

        static void set(long millis) {
            READING.get()[0] = millis;
        }

        @Override
        public long millis() {
            return READING.get()[0];
        }

        @Override
        public Instant instant() {
            return Instant.ofEpochMilli(millis());
        }
    }
}
