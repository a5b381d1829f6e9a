package io.github.dedupkit.inmemory;

import io.github.dedupkit.Retention;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.LongSupplier;

/**
 * A store's watermark, in milliseconds for lateness and in ticks for ages. Thread-safe.
 *
 * <p>Ticks are numbered so that all ages that matter fit a byte: a step of the watermark by more than a record's life
 * advances the number by that life only. Everything recorded before has then expired, as it should.
 */
final class EventTime {
    /*
     * A tick is published before the watermark enters it. A reader takes the watermark first and the tick second, so the
     * tick it sees is the watermark's or a later one; in the second case the watermark is about to reach the tick's
     * start, and the reader takes it as there. Nobody can see the number of a tick, expire records by it, and still
     * accept an event that is too late for it.
     */
    private static final long NONE = -1;

    /** Far from where sums overflow; the present is never later. */
    private static final long LATEST = Long.MAX_VALUE / 2;

    /** How many ticks back the records are counted. */
    static final int HISTORY = 256;

    private static final long FIRST_NUMBER = HISTORY;

    /**
     * What a snapshot keeps of the time.
     *
     * @param watermark as readers take it, or -1 before the first mark
     * @param number of its tick
     * @param madeSince the records made since a tick began, from this one back; {@link #HISTORY} of them
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Saved(long watermark, long number, long[] madeSince) {}

    /** A tick of the watermark. */
    static final class Tick {
        /** Its first millisecond. */
        final long start;

        /** The first millisecond after it. */
        final long end;

        /** Its number; not below that of any tick before it. */
        final long number;

        Tick(long start, long end, long number) {
            this.start = start;
            this.end = end;
            this.number = number;
        }
    }

    private final long tickMillis;
    private final long latenessMillis;
    private final long futureSkewMillis;
    private final long life;
    private final long counted;
    private final long skew;
    private final LongSupplier records;
    private final AtomicLong watermark = new AtomicLong(NONE);
    private volatile long recordsExpired;
    private volatile boolean hasDropped;
    private volatile Tick tick = new Tick(Long.MIN_VALUE, 0, FIRST_NUMBER);

    /** The records counted when each of the last ticks began, by its number modulo the length. Guarded by this. */
    private final long[] recordsBefore = new long[HISTORY];

    /** The records of each tick that ended before they expired, by its number modulo the length. */
    private final AtomicLongArray dropped = new AtomicLongArray(HISTORY);

    /**
     * Starts before all time.
     *
     * @param retention W, L, g and S
     * @param ages the same in ticks
     * @param records counts the records ever made
     */
    EventTime(Retention retention, Ages ages, LongSupplier records) {
        tickMillis = retention.tickMillis();
        latenessMillis = retention.latenessMillis();
        futureSkewMillis = retention.futureSkewMillis();
        life = ages.life();
        skew = ages.skew();
        counted = life - skew;
        this.records = records;
    }

    /** The watermark as it stands, or -1 before the first mark. */
    long watermark() {
        return watermark.get();
    }

    /** The tick of the watermark, or the one it is about to enter. To be read after the watermark. */
    Tick tick() {
        return tick;
    }

    /** The timestamp as judged and stored: at most S ahead of the present, which is never behind the watermark. */
    long clamp(long timestamp, long now) {
        long highest = watermark.get();
        if (timestamp <= highest) {
            return timestamp;
        }
        long present = present(now, highest);
        return timestamp - present > futureSkewMillis ? present + futureSkewMillis : timestamp;
    }

    private static long present(long now, long highest) {
        return Math.min(LATEST, Math.max(0, Math.max(now, highest)));
    }

    /** Raises the watermark to a time, or to the present if that is less. */
    void raise(long timestamp, long now) {
        long time = Math.min(timestamp, present(now, watermark.get()));
        for (long highest = watermark.get(); time > highest; highest = watermark.get()) {
            if (time >= tick.end) {
                advance(time);
            } else if (watermark.compareAndSet(highest, time)) {
                return;
            }
        }
    }

    /**
     * Raises the watermark to the highest of some timestamps at once, where that makes none of them late: judged one by
     * one they get the same answers.
     *
     * @return whether it was raised
     */
    boolean raiseToLast(long lowest, long highest, InstantSource clock) {
        if (highest <= watermark.get() || highest - lowest > latenessMillis) {
            return false;
        }
        long now = clock.millis();
        raise(clamp(highest, now), now);
        return true;
    }

    /** Whether a timestamp is below watermark - L, given the watermark and the tick read after it. */
    boolean isLate(long timestamp, long highest, Tick tick) {
        return timestamp < Math.max(highest, tick.start) - latenessMillis;
    }

    /** The number of the tick that a timestamp falls in, seen from a tick whose number is known. */
    long numberOf(long timestamp, Tick from) {
        long offset = timestamp - from.start;
        return offset >= 0 && offset < tickMillis ? from.number : from.number + Math.floorDiv(offset, tickMillis);
    }

    /** The first millisecond after a tick, given by a number at most a record's life before that of another. */
    long endOf(long number, Tick from) {
        return from.end + (number - from.number) * tickMillis;
    }

    /**
     * An estimate of the records that have not expired: those made while the watermark was within W + L of where it is. Late
     * records, which expire sooner, count until then; those ahead of the watermark not quite to their end.
     */
    long retained() {
        long expired = recordsExpired; // first: both only rise
        return Math.max(0, records.getAsLong() - expired - droppedAlive());
    }

    /** Counts a record out that ends before it expires, by the number of its tick. */
    void drop(long number) {
        if (!hasDropped) {
            hasDropped = true;
        }
        dropped.incrementAndGet((int) number & (HISTORY - 1));
    }

    private long droppedAlive() {
        long present = tick.number;
        return hasDropped ? droppedSince(present - counted + 1, present) : 0;
    }

    private long droppedSince(long first, long present) {
        long sum = 0;
        for (long number = first; number <= present + skew; number++) {
            sum += dropped.get((int) number & (HISTORY - 1));
        }
        return sum;
    }

    /** The time as a snapshot keeps it. */
    synchronized Saved save() {
        long made = records.getAsLong();
        Tick last = tick; // stays while this is locked, the watermark may still enter it
        long[] madeSince = new long[HISTORY];
        long gone = droppedSince(last.number + 1, last.number);
        for (int back = 0; back < HISTORY; back++) {
            long number = last.number - back;
            gone += back < counted ? dropped.get((int) number & (HISTORY - 1)) : 0;
            madeSince[back] = Math.max(0, made - recordsBefore[(int) number & (HISTORY - 1)] - gone);
        }
        return new Saved(Math.max(watermark.get(), Math.max(last.start, NONE)), last.number, madeSince);
    }

    /** Goes on from where a snapshot was taken. To be called before anything else is. */
    synchronized void restore(Saved saved) {
        long made = records.getAsLong();
        for (int back = 0; back < HISTORY; back++) {
            recordsBefore[(int) (saved.number - back) & (HISTORY - 1)] = made - saved.madeSince[back];
        }
        recordsExpired = recordsBefore[(int) (saved.number - counted) & (HISTORY - 1)];
        if (saved.watermark != NONE) {
            long start = saved.watermark - saved.watermark % tickMillis;
            tick = new Tick(start, start + tickMillis, saved.number);
            watermark.set(saved.watermark);
        }
    }

    private synchronized void advance(long time) {
        Tick last = tick;
        if (time >= last.end) {
            long start = time - time % tickMillis;
            long step = last.start == Long.MIN_VALUE ? life + 1 : Math.min(life + 1, (start - last.start) / tickMillis);
            long made = records.getAsLong();
            for (long number = last.number + 1; number <= last.number + step; number++) {
                recordsBefore[(int) number & (HISTORY - 1)] = made;
                dropped.set((int) (number + skew) & (HISTORY - 1), 0);
            }
            recordsExpired = recordsBefore[(int) (last.number + step - counted) & (HISTORY - 1)];
            tick = new Tick(start, start + tickMillis, last.number + step);
        }
    }
}
