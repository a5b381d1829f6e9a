package io.github.dedupkit.benchmarks;

/** What a store that keeps origins is given; one that keeps none never gets any. */
public enum HotPathOrigins {
    /** None: every mark is confirmed at once. */
    NONE,

    /** An origin of its own for each delivery; nothing is confirmed. */
    KEPT,

    /**
     * Origins, and each batch is confirmed as the next one is marked. A repeat from long before comes with the origin
     * of the first delivery: only a store that did confirm may call it a duplicate.
     */
    CONFIRMED
}
