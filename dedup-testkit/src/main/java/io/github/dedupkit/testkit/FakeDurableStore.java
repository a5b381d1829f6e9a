package io.github.dedupkit.testkit;

import io.github.dedupkit.BackingStore;
import io.github.dedupkit.CorruptSnapshotException;
import io.github.dedupkit.DedupKey;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.Guarantees;
import io.github.dedupkit.Guarantees.Atomicity;
import io.github.dedupkit.Guarantees.Condition;
import io.github.dedupkit.Guarantees.Durability;
import io.github.dedupkit.Guarantees.Scope;
import io.github.dedupkit.NearTier;
import io.github.dedupkit.Retention;
import io.github.dedupkit.StoreStats;
import io.github.dedupkit.StoreUnavailableException;
import io.github.dedupkit.Verdict;
import java.time.Duration;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The contract written down as plainly as can be: one lock, one map, and a log in a {@link FakeDurableStorage} that
 * outlives the store. It is the reference that shows the contract can be kept, and a durable store for tests that need one
 * that can be killed and opened again. Safe for use by many threads, which take turns; no store for production.
 */
public class FakeDurableStore implements NearTier, BackingStore {
    static final long NONE = -1;

    /** What every fake durable store promises. */
    public static final Guarantees GUARANTEES = Guarantees.builder(
                    Durability.PROCESS_CRASH, Scope.PROCESS, Atomicity.STORE)
            .on(Condition.HEALTHY, "0", "0", "0")
            .on(Condition.PROCESS_CRASH, "0", "0", "unconfirmed deliveries")
            .on(Condition.POWER_CUT, "0", "every live key once", "unconfirmed deliveries")
            .on(Condition.FAILOVER, "0", "every live key once", "unconfirmed deliveries")
            .on(Condition.OVER_CAPACITY, "0", "0; refuses", "0")
            .on(Condition.LATE_DATA, "0", "0; answered TOO_LATE", "0")
            .on(Condition.HOSTILE_KEYS, "0 with a keyed key space", "0", "0")
            .build();

    final StoreConfig config;
    final Retention retention;
    final FakeDurableStorage storage;
    final Map<DedupKey, Mark> marks = new HashMap<>();
    final FakeBooks counts = new FakeBooks();
    long watermark = NONE;
    boolean closed;

    /** What is known of a key. An origin of 0 means confirmed. */
    record Mark(long timestamp, long origin) {}

    FakeDurableStore(FakeDurableStorage storage, StoreConfig config) {
        this.storage = storage;
        this.config = config;
        this.retention = config.retention();
        replayLog();
    }

    /** Reads the storage back; refuses what is damaged. */
    void replayLog() {
        storage.forEach(this::replay, (record, records) -> {
            throw damaged(record, records);
        });
        marks.values().removeIf(this::isFree);
    }

    /** Takes in one record of the log. */
    void replay(FakeDurableStorage.Type type, DedupKey key, long timestamp, long origin) {
        switch (type) {
            case MARK -> marks.put(key, new Mark(timestamp, origin));
            case FORGET -> marks.remove(key);
            case WATERMARK -> watermark = Math.max(watermark, timestamp);
        }
    }

    @Override
    public synchronized Verdict markSeen(long keyHigh, long keyLow, long timestamp, long origin) {
        return mark(timestamp, () -> judge(keyOf(keyHigh, keyLow), timestamp, origin));
    }

    @Override
    public synchronized Verdict markNew(long keyHigh, long keyLow, long timestamp, long origin) {
        return mark(timestamp, () -> judgeNew(keyOf(keyHigh, keyLow), timestamp, origin));
    }

    private Verdict mark(long timestamp, Supplier<Verdict> judgement) {
        requireTimestamp(timestamp);
        requireOpen();
        FakeBooks before = counts.copy();
        Verdict verdict = Verdict.UNJUDGED;
        try {
            verdict = judgement.get();
        } finally {
            unanswered(verdict == Verdict.UNJUDGED ? 1 : 0);
            counts.tell(config.listener(), before);
        }
        return verdict;
    }

    @Override
    public synchronized void markSeen(EventBatch batch) {
        Objects.requireNonNull(batch, "batch");
        requireOpen();
        judging(batch, () -> judgeAll(batch));
    }

    @Override
    public synchronized void markSeen(EventBatch batch, BitSet provenNew) {
        Objects.requireNonNull(batch, "batch");
        Objects.requireNonNull(provenNew, "provenNew");
        requireOpen();
        judging(batch, () -> judgeAll(batch, provenNew));
    }

    private void judging(EventBatch batch, Runnable judgement) {
        FakeBooks before = counts.copy();
        try {
            judgement.run();
        } finally {
            int left = 0;
            for (int i = 0; i < batch.size(); i++) {
                left += batch.verdict(i) == Verdict.UNJUDGED ? 1 : 0;
            }
            unanswered(left);
            counts.tell(config.listener(), before);
        }
    }

    /** Judges the unjudged items in order. */
    void judgeAll(EventBatch batch) {
        judgeAll(batch, new BitSet(0));
    }

    void judgeAll(EventBatch batch, BitSet provenNew) {
        for (int i = 0; i < batch.size(); i++) {
            if (batch.verdict(i) == Verdict.UNJUDGED) {
                DedupKey key = keyOf(batch.keyHigh(i), batch.keyLow(i));
                batch.judge(
                        i,
                        provenNew.get(i)
                                ? judgeNew(key, batch.timestamp(i), batch.origin(i))
                                : judge(key, batch.timestamp(i), batch.origin(i)));
                if (batch.verdict(i) != Verdict.TOO_LATE) {
                    note(batch, i, key);
                }
            }
        }
    }

    /** Tells a tier in front of this store of a confirmed mark. */
    void note(EventBatch batch, int index, DedupKey key) {
        Mark mark = marks.get(key);
        if (mark != null && mark.origin == 0 && mark.timestamp >= 0) {
            batch.noteConfirmed(index, mark.timestamp);
        }
    }

    /** Counts marks that an exception left without an answer. */
    void unanswered(int marks) {
        counts.thrown += marks;
    }

    /** The key as this store compares it. */
    DedupKey keyOf(long keyHigh, long keyLow) {
        return DedupKey.ofBits(keyHigh, keyLow);
    }

    /** One decision, made durable before it is answered. */
    Verdict judge(DedupKey key, long timestamp, long origin) {
        long at = clamp(timestamp);
        if (isLate(at)) {
            counts.tooLate++;
            return Verdict.TOO_LATE;
        }
        Mark mark = marks.get(key);
        if (mark == null || !inWindow(mark, at)) {
            return first(key, at, origin);
        }
        raiseWatermark(at);
        if (replays(mark, origin)) {
            counts.replayed++;
            return Verdict.FIRST_SEEN;
        }
        counts.duplicates++;
        return Verdict.DUPLICATE;
    }

    /** The decision on a key that is proven to be new: blind, so that a wrong proof shows. */
    Verdict judgeNew(DedupKey key, long timestamp, long origin) {
        long at = clamp(timestamp);
        if (isLate(at)) {
            counts.tooLate++;
            return Verdict.TOO_LATE;
        }
        return first(key, at, origin);
    }

    private Verdict first(DedupKey key, long at, long origin) {
        makeRoom();
        raiseWatermark(at);
        record(key, new Mark(at, origin));
        counts.firstSeen++;
        return Verdict.FIRST_SEEN;
    }

    long clamp(long timestamp) {
        return timestamp <= watermark
                ? timestamp
                : Math.min(timestamp, Math.max(config.clock().millis(), watermark) + retention.futureSkewMillis());
    }

    boolean isLate(long at) {
        return at < watermark - retention.latenessMillis();
    }

    boolean inWindow(Mark mark, long at) {
        return Math.abs(at - mark.timestamp) <= retention.windowMillis();
    }

    boolean replays(Mark mark, long origin) {
        return origin != 0 && mark.origin == origin;
    }

    boolean isFree(Mark mark) {
        return watermark > mark.timestamp + retention.windowMillis() + retention.latenessMillis();
    }

    void raiseWatermark(long at) {
        long raised = Math.min(at, config.clock().millis());
        if (raised > watermark) {
            append(FakeDurableStorage.Type.WATERMARK, DedupKey.ofBits(0, 0), raised, 0);
            watermark = raised;
        }
    }

    /** Makes a record durable. */
    void append(FakeDurableStorage.Type type, DedupKey key, long timestamp, long origin) {
        storage.append(type, key, timestamp, origin);
    }

    void record(DedupKey key, Mark mark) {
        append(FakeDurableStorage.Type.MARK, key, mark.timestamp, mark.origin);
        marks.put(key, mark);
    }

    void remove(DedupKey key) {
        append(FakeDurableStorage.Type.FORGET, key, 0, 0);
        marks.remove(key);
    }

    /** Frees expired records, then refuses to grow beyond capacity. */
    void makeRoom() {
        long capacity = 2 * config.expectedKeys();
        if (marks.size() >= capacity) {
            marks.values().removeIf(this::isFree);
            if (marks.size() >= capacity) {
                throw new StoreUnavailableException(
                        "at the capacity of " + capacity + " keys; expect more keys, or shorten the window");
            }
        }
    }

    @Override
    public synchronized boolean mightContain(long keyHigh, long keyLow, long timestamp) {
        requireTimestamp(timestamp);
        requireOpen();
        long at = clamp(timestamp);
        Mark mark = marks.get(keyOf(keyHigh, keyLow));
        return isLate(at) || (mark != null && inWindow(mark, at));
    }

    @Override
    public synchronized void confirm(long keyHigh, long keyLow, long timestamp, long origin) {
        requireTimestamp(timestamp);
        requireOpen();
        DedupKey key = keyOf(keyHigh, keyLow);
        Mark mark = ownedBy(key, origin);
        if (mark != null) {
            record(key, new Mark(mark.timestamp, 0));
        }
    }

    @Override
    public synchronized void confirm(EventBatch batch) {
        Objects.requireNonNull(batch, "batch");
        requireOpen();
        for (int i = 0; i < batch.size(); i++) {
            confirm(batch.keyHigh(i), batch.keyLow(i), batch.timestamp(i), batch.origin(i));
            note(batch, i, keyOf(batch.keyHigh(i), batch.keyLow(i)));
        }
    }

    @Override
    public synchronized void forget(long keyHigh, long keyLow, long timestamp, long origin) {
        requireTimestamp(timestamp);
        requireOrigin(origin != 0);
        requireOpen();
        DedupKey key = keyOf(keyHigh, keyLow);
        if (ownedBy(key, origin) != null) {
            remove(key);
        }
    }

    @Override
    public synchronized void forget(EventBatch batch) {
        Objects.requireNonNull(batch, "batch");
        requireOrigin(batch.hasOnlyOrigins());
        requireOpen();
        for (int i = 0; i < batch.size(); i++) {
            forget(batch.keyHigh(i), batch.keyLow(i), batch.timestamp(i), batch.origin(i));
        }
    }

    /** The key's record if it carries this origin. */
    @Nullable
    Mark ownedBy(DedupKey key, long origin) {
        Mark mark = marks.get(key);
        return mark != null && replays(mark, origin) ? mark : null;
    }

    @Override
    public synchronized boolean recall(long keyHigh, long keyLow, long timestamp, long origin) {
        requireTimestamp(timestamp);
        requireOpen();
        Mark mark = marks.get(keyOf(keyHigh, keyLow));
        return mark != null && inWindow(mark, clamp(timestamp)) && !replays(mark, origin);
    }

    @Override
    public synchronized void recall(EventBatch batch) {
        Objects.requireNonNull(batch, "batch");
        requireOpen();
        for (int i = 0; i < batch.size(); i++) {
            if (batch.verdict(i) == Verdict.UNJUDGED
                    && recall(batch.keyHigh(i), batch.keyLow(i), batch.timestamp(i), batch.origin(i))) {
                batch.judge(i, Verdict.DUPLICATE);
            }
        }
    }

    @Override
    public synchronized void remember(long keyHigh, long keyLow, long timestamp, long origin) {
        requireTimestamp(timestamp);
        requireOpen();
        long at = clamp(timestamp);
        raiseWatermark(at);
        record(keyOf(keyHigh, keyLow), new Mark(at, origin));
    }

    @Override
    public synchronized void remember(EventBatch batch) {
        Objects.requireNonNull(batch, "batch");
        requireOpen();
        for (int i = 0; i < batch.size(); i++) {
            if (batch.verdict(i) == Verdict.FIRST_SEEN) {
                remember(batch.keyHigh(i), batch.keyLow(i), batch.timestamp(i), batch.origin(i));
            }
        }
    }

    @Override
    public synchronized long watermark() {
        requireOpen();
        return watermark;
    }

    @Override
    public void scan(RecordVisitor visitor) {
        Objects.requireNonNull(visitor, "visitor");
        Map<DedupKey, Mark> held;
        synchronized (this) {
            requireOpen();
            held = Map.copyOf(marks);
        }
        held.forEach((key, mark) -> visitor.visit(key.high(), key.low(), mark.timestamp));
        synchronized (this) {
            requireOpen();
        }
    }

    @Override
    public Guarantees guarantees() {
        return GUARANTEES;
    }

    @Override
    public synchronized StoreStats stats() {
        requireOpen();
        return new StoreStats(
                counts.firstSeen,
                counts.replayed,
                counts.duplicates,
                counts.tooLate,
                0,
                counts.thrown,
                0,
                marks.size(),
                OptionalLong.empty(),
                Duration.ofMillis(retention.windowMillis()),
                0);
    }

    @Override
    public synchronized void close() {
        closed = true;
    }

    /** The death of the process, which closes nothing. */
    synchronized void die() {
        closed = true;
    }

    void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the store is closed");
        }
    }

    void requireTimestamp(long timestamp) {
        if (timestamp < 0) {
            throw new IllegalArgumentException(
                    "timestamp " + timestamp + " is negative; give epoch milliseconds, 0 or more");
        }
    }

    void requireOrigin(boolean present) {
        if (!present) {
            throw new IllegalArgumentException(
                    "origin 0 means none: such a mark is confirmed at once and cannot be forgotten; mark with an origin");
        }
    }

    /** For implementors of broken variants: damage found while reading. */
    static CorruptSnapshotException damaged(int record, int records) {
        return new CorruptSnapshotException("record " + record + " of " + records
                + " has a wrong checksum; restore a copy, or start with an empty storage and admit duplicates");
    }
}
