package io.github.dedupkit.rocksdb;

import io.github.dedupkit.DedupKey;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.Verdict;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;

/**
 * One call: which keys it is about, what is known of them, what it answers and writes. Nothing is answered before it is
 * written. Not thread-safe; the stripes of its keys are locked from the look-up to the end.
 */
final class Call {
    private static final long NO_NOTE = -1;

    private final Reads reads;
    private final EventTime time;
    private final Map<DedupKey, KeyState> keys = new HashMap<>();
    private final List<Answer> answers = new ArrayList<>();

    /** The highest watermark that an answer rests on. */
    long watermark = EventTime.NONE;

    final BitSet stripes = new BitSet(Stripes.COUNT);
    byte @Nullable [] position;

    /** An item and its answer. */
    private static final class Answer {
        final EventBatch batch;
        final int index;
        final KeyState key;
        Verdict verdict = Verdict.UNJUDGED;
        boolean replay;
        long note = NO_NOTE;

        Answer(EventBatch batch, int index, KeyState key) {
            this.batch = batch;
            this.index = index;
            this.key = key;
        }
    }

    Call(Reads reads, EventTime time) {
        this.reads = reads;
        this.time = time;
    }

    /** Takes in the items of a batch to confirm or to forget. */
    void addAll(EventBatch batch) {
        for (int i = 0; i < batch.size(); i++) {
            if (batch.origin(i) != 0) {
                add(batch, i).key.needsLookUp = true;
            }
        }
    }

    /** Takes in the unjudged items of a batch; the first item of a key may be one that needs no look-up. */
    void addUnjudged(EventBatch batch, BitSet provenNew) {
        boolean looksAnyway = reads.mayMeetVoidMarks();
        for (int i = 0; i < batch.size(); i++) {
            if (batch.verdict(i) == Verdict.UNJUDGED) {
                int known = keys.size();
                KeyState key = add(batch, i).key;
                if (keys.size() > known) {
                    key.needsLookUp = looksAnyway || !provenNew.get(i);
                }
            }
        }
    }

    private Answer add(EventBatch batch, int index) {
        long high = batch.keyHigh(index);
        long low = batch.keyLow(index);
        KeyState key = keys.computeIfAbsent(DedupKey.ofBits(high, low), k -> new KeyState(high, low));
        stripes.set(Stripes.of(low));
        Answer answer = new Answer(batch, index, key);
        answers.add(answer);
        return answer;
    }

    Collection<KeyState> keys() {
        return keys.values();
    }

    boolean isEmpty() {
        return answers.isEmpty() && position == null;
    }

    /** The first slice that can matter to any item of a batch, wherever the watermark goes meanwhile. */
    long firstSlice(long now) {
        long lowest = Long.MAX_VALUE;
        long present = time.present(now);
        for (Answer answer : answers) {
            lowest = Math.min(lowest, time.clamp(answer.batch.timestamp(answer.index), present));
        }
        return time.firstSliceFor(lowest);
    }

    /** Finds the newest record of each key: in order of key, slice by slice, newest first, until it is found. */
    void lookUp(List<Slice> newestFirst) throws RocksDBException {
        List<KeyState> missing = new ArrayList<>(keys.size());
        for (KeyState key : keys.values()) {
            if (key.needsLookUp) {
                missing.add(key);
            }
        }
        missing.sort(null);
        for (Slice slice : newestFirst) {
            if (missing.isEmpty()) {
                return;
            }
            List<byte @Nullable []> values = reads.get(slice, missing);
            List<KeyState> stillMissing = new ArrayList<>(missing.size());
            for (int i = 0; i < values.size(); i++) {
                byte[] value = values.get(i);
                if (value == null) {
                    stillMissing.add(missing.get(i));
                } else {
                    missing.get(i).found(new KeyState.Place(slice, value), reads.voidedLives);
                }
            }
            missing = stillMissing;
        }
    }

    /** Finds every record of each key. */
    void lookUpEverywhere(List<Slice> newestFirst) throws RocksDBException {
        List<KeyState> sorted = new ArrayList<>(keys.values());
        sorted.sort(null);
        for (Slice slice : newestFirst) {
            List<byte @Nullable []> values = reads.get(slice, sorted);
            for (int i = 0; i < values.size(); i++) {
                byte[] value = values.get(i);
                if (value != null) {
                    KeyState key = sorted.get(i);
                    KeyState.Place place = new KeyState.Place(slice, value);
                    if (key.places.isEmpty()) {
                        key.found(place, reads.voidedLives);
                    }
                    key.places.add(place);
                }
            }
        }
    }

    /** Confirms the items of a batch, in order. */
    void confirm(EventBatch done) {
        for (Answer answer : answers) {
            if (answer.batch == done) {
                answer.key.confirm(done.origin(answer.index));
                answer.note = answer.key.isConfirmed() ? answer.key.timestamp : NO_NOTE;
            }
        }
    }

    /** The keys whose newest record an item takes back. */
    List<KeyState> forget() {
        List<KeyState> forgotten = new ArrayList<>();
        for (Answer answer : answers) {
            if (answer.key.isOpenFor(answer.batch.origin(answer.index))) {
                answer.key.exists = false;
                forgotten.add(answer.key);
            }
        }
        return forgotten;
    }

    /** Judges the items of a batch in order: the watermark first, then the key's record. */
    void judge(EventBatch next, long now) {
        for (Answer answer : answers) {
            if (answer.batch == next) {
                judge(answer, next.timestamp(answer.index), next.origin(answer.index), now);
            }
        }
    }

    private void judge(Answer answer, long timestamp, long origin, long now) {
        long present = time.present(now);
        long at = time.clamp(timestamp, present);
        long highest = time.raise(Math.min(timestamp, present));
        watermark = Math.max(watermark, highest);
        KeyState key = answer.key;
        if (time.isLate(at, highest)) {
            answer.verdict = Verdict.TOO_LATE;
            return;
        }
        if (!key.exists || !time.inWindow(key.timestamp, at)) {
            key.mark(at, origin);
            answer.verdict = Verdict.FIRST_SEEN;
        } else {
            answer.replay = key.isOpenFor(origin);
            answer.verdict = answer.replay ? Verdict.FIRST_SEEN : Verdict.DUPLICATE;
        }
        answer.note = key.isConfirmed() ? key.timestamp : NO_NOTE;
    }

    /** Gives the answers, once they are as durable as promised. */
    void answer(Books.Entry books) {
        for (Answer answer : answers) {
            if (answer.verdict != Verdict.UNJUDGED) {
                answer.batch.judge(answer.index, answer.verdict);
                books.count(answer.verdict, answer.replay);
            }
            if (answer.note != NO_NOTE) {
                answer.batch.noteConfirmed(answer.index, answer.note);
            }
        }
    }
}
