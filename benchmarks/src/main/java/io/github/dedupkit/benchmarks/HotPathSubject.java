package io.github.dedupkit.benchmarks;

import java.util.OptionalLong;

/** What is measured, behind one face. */
interface HotPathSubject extends AutoCloseable {
    /**
     * A caller for one thread.
     *
     * @param batch the events given to it at a time; 1 asks for single calls
     */
    Caller caller(int batch);

    /**
     * Off the clock: does with the events of a chunk what keeps the retained ids, and no others, inside what cannot
     * expire.
     */
    default void settle(HotPathChunk chunk) {}

    /** Off the clock, while no thread judges or settles. */
    default void advance() {}

    /** The probability that a new id is told to be a duplicate. */
    default double falseDuplicateProbability() {
        return 0;
    }

    /** The probability that a duplicate is told to be new. */
    default double admissionProbability() {
        return 0;
    }

    /** Off the clock: does at once what would be done in time for what is held, and waits for it. */
    default void rest() {}

    /** The memory held, where it is known. */
    default OptionalLong bytes() {
        return OptionalLong.empty();
    }

    @Override
    default void close() {}

    /** Judges for one thread. */
    interface Caller {
        /** Judges the events of a chunk from one index to another, in order, and enters what is wrong. */
        void judge(HotPathChunk chunk, int from, int to, HotPathTally tally);

        /** Off the clock: does what was left for the next call, because there is none. */
        default void finish() {}
    }
}
