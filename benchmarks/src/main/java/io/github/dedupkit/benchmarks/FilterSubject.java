package io.github.dedupkit.benchmarks;

import java.util.OptionalDouble;

/** A filter that forgets, behind one face. Called by one thread. */
interface FilterSubject extends AutoCloseable {
    /** Marks the keys of a batch in turn, and enters in {@link FilterChunk#told} whether each is a duplicate. */
    void mark(FilterChunk chunk, int from, int to);

    /** Takes in a batch before the clock starts; may do so in a quicker way that leaves the same behind. */
    default void fill(FilterChunk chunk, int from, int to) {
        mark(chunk, from, to);
    }

    /** The probability of a false duplicate that it is sized for, of a look-up over all that it holds. */
    double planned();

    /** The same as it estimates it now; empty where it does not. */
    OptionalDouble estimated();

    /** The memory that holds the marks. */
    long bytes();

    @Override
    default void close() {}
}
