package io.github.dedupkit.bloom;

import io.github.dedupkit.DedupKey;
import io.github.dedupkit.Retention;
import io.github.dedupkit.StoreUnavailableException;
import io.github.dedupkit.Verdict;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Event time, and a ring of one generation per tick of it. Thread-safe if callers hold the lock of the key they ask about,
 * and every lock where {@link #beginsTick} says so.
 */
final class Generations {
    /*
     * Picture, with W = 4 g, L = g, and S = g; M is in the tick "now":
     *
     *     M-W-L                          M       M+S
     *     [ -5 | -4 | -3 | -2 | -1 |  now  | +1 ]        a mark at t is judged by those that overlap [t - W, t + W]
     *
     * A generation overlaps that span as long as one of its timestamps could be within W of t, so nothing within W is
     * missed (rule 4b), and as it is no longer than g, nothing beyond W + g is found (4c). What no event that is in time
     * can reach is the generation before M - L - W (4d), and nothing is stored beyond M + S (4e).
     *
     * While a caller holds any lock, M stays in its tick and the ring as it is. So the caller raises M, reads it and asks
     * the generations in one atomic step, as far as anyone can tell who asks about the same key; M alone orders marks of
     * different keys, and is raised and read at once.
     */
    private static final long NONE = -1;

    /** Far from where sums overflow; the present is never later. */
    private static final long LATEST = Long.MAX_VALUE / 2;

    private final BloomPlan plan;
    private final long windowMillis;
    private final long latenessMillis;
    private final long tickMillis;
    private final long futureSkewMillis;
    private final AtomicLong watermark = new AtomicLong(NONE);
    private final AtomicLong held = new AtomicLong();

    /** By tick, modulo its length. Generations are emptied under every lock; the tick is written there too. */
    final Generation[] ring;

    /** The tick of the watermark, or an earlier one until a mark has seen to the generations. */
    private long tick;

    Generations(Retention retention, BloomPlan plan) {
        this.plan = plan;
        windowMillis = retention.windowMillis();
        latenessMillis = retention.latenessMillis();
        tickMillis = retention.tickMillis();
        futureSkewMillis = retention.futureSkewMillis();
        ring = new Generation[plan.generations()];
        for (int i = 0; i < ring.length; i++) {
            ring[i] = new Generation(plan);
        }
    }

    /** Whether a mark takes the ring to another tick, which needs every lock. */
    boolean beginsTick(long timestamp, long now) {
        return beginsTick(Math.min(timestamp, present(now)));
    }

    /** The same for {@link #record(DedupKey, long, long) record}. */
    boolean recordBeginsTick(long timestamp, long now) {
        return beginsTick(timeOfRecord(Math.min(timestamp, LATEST), now));
    }

    private boolean beginsTick(long time) {
        return Math.max(watermark.get(), time) >= (tick + 1) * tickMillis;
    }

    /** Records a key, which is never held back, and says whether that is certainly its first record within W. */
    boolean record(DedupKey key, long timestamp, long now) {
        long at = Math.min(timestamp, LATEST);
        long highest = raise(timeOfRecord(at, now));
        boolean provenNew = !isLate(at, highest) && !contains(key, at);
        boolean matters = at >= highest - latenessMillis - windowMillis;
        if (matters && (provenNew || !ring[place(tickOf(at))].mightContain(key))) {
            record(key, at);
        }
        return provenNew;
    }

    /** How far a record raises the watermark: far enough for it to be S ahead at most, as the ring reaches no further. */
    private long timeOfRecord(long at, long now) {
        return Math.max(Math.min(at, present(now)), at - futureSkewMillis);
    }

    /** Judges a mark and records it if it is new. */
    Verdict mark(DedupKey key, long timestamp, long now) {
        long present = present(now);
        long at = Math.min(timestamp, present + futureSkewMillis);
        if (isLate(at, raise(Math.min(timestamp, present)))) {
            return Verdict.TOO_LATE;
        }
        if (contains(key, at)) {
            return Verdict.DUPLICATE;
        }
        record(key, at);
        return Verdict.FIRST_SEEN;
    }

    boolean mightContain(DedupKey key, long timestamp, long now) {
        long at = Math.min(timestamp, present(now) + futureSkewMillis);
        return isLate(at, watermark.get()) || contains(key, at);
    }

    /** The clock's time, but never behind the watermark, nor before 1970. */
    private long present(long now) {
        return Math.min(LATEST, Math.max(0, Math.max(now, watermark.get())));
    }

    private boolean isLate(long timestamp, long highest) {
        return timestamp < highest - latenessMillis;
    }

    /** Raises the watermark, and reads it in the same step. */
    private long raise(long time) {
        long highest = watermark.get();
        if (time > highest) {
            highest = watermark.accumulateAndGet(time, Math::max);
        }
        if (highest >= (tick + 1) * tickMillis) {
            rotateTo(highest / tickMillis);
        }
        return highest;
    }

    /**
     * Empties the generations that have expired. The watermark comes first and the tick last: if an error ends this half
     * way, what is gone has expired, and the next mark begins the same tick again.
     */
    private void rotateTo(long next) {
        long newest = next + plan.ticksAhead();
        for (long fresh = Math.max(tick + plan.ticksAhead(), newest - ring.length) + 1; fresh <= newest; fresh++) {
            ring[place(fresh)].clear();
        }
        long keys = 0;
        for (Generation generation : ring) {
            keys += generation.keys();
        }
        held.set(keys);
        tick = next;
    }

    private boolean contains(DedupKey key, long at) {
        long oldest = tickOf(at - windowMillis);
        for (long asked = Math.min(tickOf(at + windowMillis), tick + plan.ticksAhead()); asked >= oldest; asked--) {
            if (ring[place(asked)].mightContain(key)) {
                return true;
            }
        }
        return false;
    }

    private void record(DedupKey key, long at) {
        boolean hasRoom = held.incrementAndGet() <= plan.expectedKeys();
        FilterPair filter;
        try {
            if (!hasRoom && plan.whenFull() == BloomPlan.WhenFull.REFUSE) {
                throw new StoreUnavailableException("the filters have reached their capacity: they hold the "
                        + plan.expectedKeys() + " keys expected, and more would raise the probability of a false"
                        + " duplicate above " + plan.falseDuplicateProbability()
                        + "; expect more keys, or accept that with overfillWhenFull()");
            }
            filter = ring[place(tickOf(at))].takePlace(hasRoom);
        } catch (Throwable e) {
            held.decrementAndGet();
            throw e;
        }
        filter.put(key);
    }

    private long tickOf(long time) {
        return Math.floorDiv(time, tickMillis);
    }

    private int place(long ofTick) {
        return Math.floorMod(ofTick, ring.length);
    }

    /** The keys recorded. */
    long held() {
        return held.get();
    }

    long bytes() {
        long bytes = 0;
        for (Generation generation : ring) {
            bytes += generation.bytes();
        }
        return bytes;
    }

    /** The probability that a look-up which asks every generation takes a new key for a known one. */
    double falseDuplicateProbability() {
        double logOfTruth = 0; // 1 - p would be 1 for a small p
        for (Generation generation : ring) {
            logOfTruth += generation.logOfTruth();
        }
        return -Math.expm1(logOfTruth);
    }
}
