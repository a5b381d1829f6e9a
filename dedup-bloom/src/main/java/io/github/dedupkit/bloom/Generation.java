package io.github.dedupkit.bloom;

import io.github.dedupkit.DedupKey;

/**
 * The marks of one tick, in filters of one size of which all but the last are full; none before the first mark. Thread-safe.
 */
final class Generation {
    private static final FilterPair[] NONE = {};

    private final BloomPlan plan;

    /** Replaced as a whole. */
    private volatile FilterPair[] filters = NONE;

    private volatile long keys;

    Generation(BloomPlan plan) {
        this.plan = plan;
    }

    boolean mightContain(DedupKey key) {
        for (FilterPair filter : filters) {
            if (filter.mightContain(key)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Takes a place for a new key in the last filter, and opens another one when that is full.
     *
     * @param mayOpen whether there is room for another filter; the first one is opened anyway
     */
    synchronized FilterPair takePlace(boolean mayOpen) {
        FilterPair[] open = filters;
        if (open.length == 0 || (mayOpen && keys >= open.length * plan.capacity())) {
            FilterPair[] more = new FilterPair[open.length + 1];
            System.arraycopy(open, 0, more, 0, open.length);
            more[open.length] = plan.newFilter();
            filters = more;
            open = more;
        }
        keys++;
        return open[open.length - 1];
    }

    /** Drops the filters; allocates nothing, so that a full heap cannot stop it. Nobody else may use them meanwhile. */
    void clear() {
        filters = NONE;
        keys = 0;
    }

    /** The keys recorded. */
    long keys() {
        return keys;
    }

    long bytes() {
        return filters.length * plan.filterBytes();
    }

    /** The logarithm of the probability that no filter takes a new key for a known one, by the bits that are set now. */
    double logOfTruth() {
        double logOfTruth = 0;
        for (FilterPair filter : filters) {
            logOfTruth += Math.log1p(-filter.falsePositiveProbability(plan.excess()));
        }
        return logOfTruth;
    }
}
