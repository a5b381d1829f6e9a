package io.github.dedupkit.testkit;

import io.github.dedupkit.DedupKey;
import io.github.dedupkit.KeyFilter;

/** A filter written down as plainly as can be: exact, one time per key, the newest. */
class FakeKeyFilter extends FakeDurableStore implements KeyFilter {
    FakeKeyFilter(FakeDurableStorage storage, StoreConfig config) {
        super(storage, config);
    }

    @Override
    public synchronized boolean record(long keyHigh, long keyLow, long timestamp) {
        requireTimestamp(timestamp);
        requireOpen();
        DedupKey key = keyOf(keyHigh, keyLow);
        moveWatermark(timestamp);
        Mark known = marks.get(key);
        boolean provenNew = !isLate(timestamp) && (known == null || !inWindow(known, timestamp));
        if (matters(timestamp, provenNew) && (known == null || known.timestamp() < timestamp)) {
            if (known == null) {
                makeRoom();
            }
            record(key, new Mark(timestamp, 0));
        }
        return provenNew;
    }

    void moveWatermark(long timestamp) {
        raiseWatermark(timestamp);
        watermark = Math.max(watermark, timestamp - retention.futureSkewMillis());
    }

    boolean matters(long timestamp, boolean provenNew) {
        return timestamp >= watermark - retention.latenessMillis() - retention.windowMillis();
    }
}
