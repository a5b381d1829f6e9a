package io.github.dedupkit.benchmarks;

import java.util.Locale;

/** What is counted, not timed: the same on every machine, and after every run. */
enum GateCount {
    /** On the heap, by the thread that marks. */
    ALLOCATED("B/event", Better.LESS, 0.01, 0.01),

    /** At a fixed plan; on the heap, what collections leave. */
    RETAINED("B/key", Better.LESS, 0, 0.01),

    /** New events told to be duplicates, in a stream of fixed seed at the planned load. */
    LOST("events", Better.LESS, 0, 0),

    /** Duplicates told to be new, likewise. */
    ADMITTED("events", Better.LESS, 0, 0),

    /** Events told to be too late; none is. */
    TOO_LATE("events", Better.LESS, 0, 0),

    /** Fresh keys that a full table takes for known ones. */
    FALSE_DUPLICATES("keys", Better.LESS, 0, 0),

    /** What the store states of them. */
    STATED_FALSE_DUPLICATES("per key", Better.LESS, 0, 0.01),

    /** The bits of a key of which each alone makes it another key: those of the fingerprint, and of the address. */
    TELLING_BITS("bits", Better.MORE, 0.5, 0),

    /** A digest of the keys of fixed ids. Stored keys outlive the library. */
    KEY_FORMAT("digest", Better.SAME, 0, 0),

    /** The number in a snapshot. */
    SNAPSHOT_FORMAT("number", Better.NEITHER, 0, 0),

    /** Keys found again in a snapshot that the base has written. */
    RESTORED("keys", Better.MORE, 0, 0);

    private enum Better {
        LESS,
        MORE,
        SAME,
        NEITHER
    }

    final String unit;
    private final Better better;
    private final double slack;
    private final double share;

    GateCount(String unit, Better better, double slack, double share) {
        this.unit = unit;
        this.better = better;
        this.slack = slack;
        this.share = share;
    }

    /** Judges a change; one within the slack, absolute and as a share of the base, is none. */
    GateVerdict judge(double base, double head) {
        double change = head - base;
        if (Math.abs(change) <= slack + share * Math.abs(base)) {
            return GateVerdict.UNCHANGED;
        }
        return switch (better) {
            case LESS -> change > 0 ? GateVerdict.REGRESSION : GateVerdict.IMPROVED;
            case MORE -> change < 0 ? GateVerdict.REGRESSION : GateVerdict.IMPROVED;
            case SAME -> GateVerdict.REGRESSION;
            case NEITHER -> GateVerdict.CHANGED;
        };
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
