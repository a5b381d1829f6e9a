package io.github.dedupkit.bloom;

import io.github.dedupkit.BackingStore;
import io.github.dedupkit.EventBatch;
import java.time.InstantSource;

/**
 * Holds timestamps back that are more than S ahead of the present (rule 4e), so that a filter and the store behind it are told
 * the same time, whatever their clocks say when they read them. The present is never behind the backing store's watermark.
 */
record TimeBound(InstantSource clock, long futureSkewMillis, BackingStore backing) {
    long of(long timestamp) {
        return of(timestamp, clock.millis());
    }

    private long of(long timestamp, long now) {
        long present = Math.max(0, now);
        if (timestamp - present <= futureSkewMillis) {
            return timestamp;
        }
        present = Math.max(present, backing.watermark());
        return timestamp - present <= futureSkewMillis ? timestamp : present + futureSkewMillis;
    }

    /** The batch itself; a copy of it, with a retry token of its own, if a timestamp is held back. */
    EventBatch of(EventBatch batch) {
        long now = clock.millis();
        long latest = latest(batch);
        if (latest == of(latest, now)) {
            return batch;
        }
        EventBatch copy = new EventBatch(batch.size());
        for (int i = 0; i < batch.size(); i++) {
            copy.add(batch.keyHigh(i), batch.keyLow(i), of(batch.timestamp(i), now), batch.origin(i));
        }
        passAnswers(batch, copy);
        return copy;
    }

    /** Gives the verdicts and notes of one batch to another with the same items. */
    static void passAnswers(EventBatch from, EventBatch to) {
        for (int i = 0; i < from.size(); i++) {
            to.judge(i, from.verdict(i));
            if (from.confirmedAt(i) >= 0) {
                to.noteConfirmed(i, from.confirmedAt(i));
            }
        }
    }

    static long latest(EventBatch batch) {
        long latest = 0;
        for (int i = 0; i < batch.size(); i++) {
            latest = Math.max(latest, batch.timestamp(i));
        }
        return latest;
    }
}
