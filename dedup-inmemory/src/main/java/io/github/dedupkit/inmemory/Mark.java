package io.github.dedupkit.inmemory;

import com.github.benmanes.caffeine.cache.Expiry;
import io.github.dedupkit.DedupKey;
import io.github.dedupkit.Retention;

/** What the Caffeine store knows of a key. An origin of 0 means confirmed. */
record Mark(long timestamp, long origin) {
    /** No timestamp. */
    static final long NONE = -1;

    boolean isWithin(long windowMillis, long at) {
        return Math.abs(at - timestamp) <= windowMillis;
    }

    /** Whether a delivery with an origin is this one, which is not confirmed. */
    boolean isReplayedBy(long redelivered) {
        return redelivered != 0 && origin == redelivered;
    }

    /** The timestamp if it is confirmed, else {@link #NONE}. */
    long confirmedAt() {
        return origin == 0 ? timestamp : NONE;
    }

    /** Ends a record when the watermark, which is the cache's time, has passed its timestamp by W + L. */
    static final class End implements Expiry<DedupKey, Mark> {
        private static final long NANOS_PER_MILLI = 1_000_000;

        /** Caffeine leaves an end unchanged that moves by less than that. */
        private static final long WRITE_TIME_TOLERANCE_MILLIS = 1_000;

        private final long keptMillis;

        End(Retention retention) {
            keptMillis = retention.windowMillis() + retention.latenessMillis() + WRITE_TIME_TOLERANCE_MILLIS + 1;
        }

        @Override
        public long expireAfterCreate(DedupKey key, Mark mark, long watermarkNanos) {
            return Math.max(1, (mark.timestamp + keptMillis) * NANOS_PER_MILLI - watermarkNanos);
        }

        @Override
        public long expireAfterUpdate(DedupKey key, Mark mark, long watermarkNanos, long currentDuration) {
            return expireAfterCreate(key, mark, watermarkNanos);
        }

        @Override
        public long expireAfterRead(DedupKey key, Mark mark, long watermarkNanos, long currentDuration) {
            return currentDuration;
        }
    }
}
