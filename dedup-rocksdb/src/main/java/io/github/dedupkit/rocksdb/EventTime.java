package io.github.dedupkit.rocksdb;

import io.github.dedupkit.Retention;
import java.util.concurrent.atomic.AtomicLong;

/** The watermark and what follows from it: clamping, lateness, windows, slices (rule 4). Thread-safe. */
final class EventTime {
    static final long NONE = -1;

    /** Live slices per W + L + S. More make a look-up dearer, fewer keep what has expired for longer. */
    private static final int SLICES = 5;

    /** A shorter slice would be made and dropped more often than is worth it. */
    private static final long LEAST_SLICE_MILLIS = 1_000;

    /** Far from where sums overflow; the present is never later. */
    private static final long LATEST = Long.MAX_VALUE / 2;

    private final Retention retention;
    private final long sliceMillis;
    private final AtomicLong watermark = new AtomicLong(NONE);

    EventTime(Retention retention) {
        this.retention = retention;
        sliceMillis = sliceMillis(retention);
    }

    /** How long a slice is: rounded up, so that W + L + S never spans more than so many and one. */
    static long sliceMillis(Retention retention) {
        long span = retention.windowMillis() + retention.latenessMillis() + retention.futureSkewMillis();
        return Math.max(LEAST_SLICE_MILLIS, (span + SLICES - 1) / SLICES);
    }

    long watermark() {
        return watermark.get();
    }

    /** Takes the watermark up, and reads it in the same step. */
    long raise(long time) {
        return time > watermark.get() ? watermark.accumulateAndGet(time, Math::max) : watermark.get();
    }

    /** The clock's time, but never behind the watermark, nor before 1970. */
    long present(long now) {
        return Math.min(LATEST, Math.max(0, Math.max(now, watermark.get())));
    }

    /** The timestamp as judged and stored: at most S ahead of the present (rule 4e). */
    long clamp(long timestamp, long present) {
        return Math.min(timestamp, present + retention.futureSkewMillis());
    }

    boolean isLate(long timestamp, long highest) {
        return timestamp < highest - retention.latenessMillis();
    }

    boolean inWindow(long recorded, long timestamp) {
        return Math.abs(timestamp - recorded) <= retention.windowMillis();
    }

    /** Whether nobody needs the record any more (rule 4d). */
    boolean isFree(long recorded) {
        return watermark.get() - retention.windowMillis() - retention.latenessMillis() > recorded;
    }

    /** The number of the slice that a timestamp falls in. */
    long sliceOf(long timestamp) {
        return Math.floorDiv(timestamp, sliceMillis);
    }

    long startOf(long slice) {
        return slice * sliceMillis;
    }

    /** The first slice that may hold a record within W of a timestamp. */
    long firstSliceFor(long timestamp) {
        return sliceOf(timestamp - retention.windowMillis());
    }

    /** The first slice that is not over at a watermark: every record of those before is free (rule 4d). */
    long firstLiveSlice(long atWatermark) {
        return sliceOf(atWatermark - retention.windowMillis() - retention.latenessMillis());
    }
}
