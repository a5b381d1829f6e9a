package io.github.dedupkit.benchmarks;

/**
 * The events of a {@link DayPlan}, and what is true of each: pure functions of the event's number, so a stream of any
 * length takes no memory. Immutable.
 *
 * <p>An event is drawn as an original, as a duplicate or as stale. A duplicate repeats an event drawn otherwise:
 * uniformly from the window, or, one in 16, from its own batch. A stale event repeats an original from before the
 * window, which no other stale event does. Where there is nothing to repeat, the event is new.
 */
final class DayEvents {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    /** One event in 20 comes out of order. */
    private static final double DISORDERED = 0.05;

    static final int NEAR_ONE_IN = 16;

    private final long seed;
    private final double millisPerEvent;
    private final int batch;
    private final long distance;
    private final long furthestLag;
    private final long delays;
    private final long duplicateBelow;
    private final long repeatBelow;
    private final long disorderedBelow;
    private final int blockShift;
    private final long blocksBack;

    DayEvents(DayPlan plan) {
        DayStream stream = plan.stream();
        seed = mix(stream.seed());
        millisPerEvent = stream.millisPerEvent();
        batch = plan.batch();
        distance = plan.distance();
        furthestLag = plan.furthestLag();
        delays = plan.disorder().toMillis() + 1;
        duplicateBelow = share(stream.duplicates());
        repeatBelow = share(stream.duplicates() + stream.stale());
        disorderedBelow = share(DISORDERED);
        // So many blocks apart, events are farther apart than the least lag, wherever in their blocks they are.
        blockShift = Long.SIZE - 1 - Long.numberOfLeadingZeros(Math.max(1, plan.windowEvents() / 8));
        blocksBack = (plan.leastStaleLag() >>> blockShift) + 2;
    }

    /** The event's time in epoch milliseconds, less its delay. */
    long timestamp(long event) {
        long draw = draw(event);
        long time = DayPlan.START + (long) (event * millisPerEvent);
        return (draw & 0xFFFF_FFFFL) < disorderedBelow ? time - scaled(mix(draw), delays) : time;
    }

    /** The number that names the event's key, if the event must be told FIRST_SEEN, or its complement, if DUPLICATE. */
    long truth(long event) {
        long draw = draw(event);
        long kind = draw >>> Integer.SIZE;
        if (kind >= repeatBelow) {
            return event;
        }
        return kind < duplicateBelow ? duplicate(event, mix(~draw)) : stale(event);
    }

    /** The name of the key in a truth. */
    static long key(long truth) {
        return truth ^ (truth >> (Long.SIZE - 1));
    }

    private long duplicate(long event, long random) {
        long before = event % batch;
        if (before > 0 && (random & (NEAR_ONE_IN - 1)) == 0) {
            return repeated(event, event - 1 - scaled(random, before), event - before);
        }
        long furthest = Math.min(furthestLag, event);
        if (furthest < distance) {
            return event;
        }
        long latest = event - distance - scaled(random, furthest - distance + 1);
        return repeated(event, latest, Math.max(0, latest - DayPlan.WALK));
    }

    /** The truth of an event that repeats the latest first-seen one in a range; there may be none. */
    private long repeated(long event, long latest, long earliest) {
        for (long candidate = latest; candidate >= earliest; candidate--) {
            long kind = draw(candidate) >>> Integer.SIZE;
            if (kind >= duplicateBelow) {
                return ~(kind >= repeatBelow ? candidate : stale(candidate));
            }
        }
        return event;
    }

    /** A block of events repeats an earlier block in another order: one to one, so nothing is repeated twice. */
    private long stale(long event) {
        long block = event >>> blockShift;
        long inBlock = (1L << blockShift) - 1;
        long repeated = ((block - blocksBack) << blockShift) | ((event ^ mix(seed - block)) & inBlock);
        return repeated >= 0 && draw(repeated) >>> Integer.SIZE >= repeatBelow ? repeated : event;
    }

    private long draw(long event) {
        return mix(seed + event * GOLDEN);
    }

    /** The share of 2^32 values. */
    private static long share(double share) {
        return (long) (share * (1L << Integer.SIZE));
    }

    /** Scales 64 random bits to 0 .. bound - 1. */
    private static long scaled(long random, long bound) {
        return Math.multiplyHigh(random >>> 1, bound << 1);
    }

    /** Finaliser of SplitMix64 (Steele, Lea and Flood, Fast Splittable Pseudorandom Number Generators, 2014). */
    static long mix(long value) {
        long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
