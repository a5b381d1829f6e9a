package io.github.dedupkit.benchmarks;

/** What is measured, behind one face. */
interface AccuracySubject extends AutoCloseable {
    /** What was said of a key that is new: everything but NEW is wrong, or no answer. */
    enum Answer {
        NEW,
        DUPLICATE,
        REFUSED
    }

    /** Takes a key that was never given before. */
    Answer mark(long high, long low, long timestamp);

    /** Asks about a key that was never given before; takes it, where asking alone is not what is measured. */
    default Answer ask(long high, long low, long timestamp) {
        return mark(high, low, timestamp);
    }

    /** The probability of a false duplicate that was planned, by keys of a key space. */
    double planned();

    /** The same, estimated from what is held now. */
    double estimated();

    /** What was done because there was no room for all keys; refusals are counted elsewhere. */
    String strain();

    @Override
    default void close() {}
}
