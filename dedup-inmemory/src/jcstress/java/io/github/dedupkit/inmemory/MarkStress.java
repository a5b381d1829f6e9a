package io.github.dedupkit.inmemory;

import io.github.dedupkit.DeduplicationStore;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.NearTier;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;
import org.openjdk.jcstress.infra.results.LLLL_Result;
import org.openjdk.jcstress.infra.results.LL_Result;

/** Marks against marks: one winner for each key, and no record lost. */
public final class MarkStress {
    private MarkStress() {}

    /** One key, two single calls. */
    @JCStressTest
    @Outcome(id = "FIRST_SEEN, DUPLICATE", expect = Expect.ACCEPTABLE, desc = "the first call wins")
    @Outcome(id = "DUPLICATE, FIRST_SEEN", expect = Expect.ACCEPTABLE, desc = "the second call wins")
    @Outcome(expect = Expect.FORBIDDEN, desc = "never")
    @State
    public static class NarrowSingles {
        private final DeduplicationStore store = StressTables.narrow();

        @Actor
        public void first(LL_Result r) {
            r.r1 = store.markSeen(1, 0, StressTables.START);
        }

        @Actor
        public void second(LL_Result r) {
            r.r2 = store.markSeen(1, 0, StressTables.START);
        }
    }

    /** One key, two origins. */
    @JCStressTest
    @Outcome(id = "FIRST_SEEN, DUPLICATE", expect = Expect.ACCEPTABLE, desc = "the first call wins")
    @Outcome(id = "DUPLICATE, FIRST_SEEN", expect = Expect.ACCEPTABLE, desc = "the second call wins")
    @Outcome(expect = Expect.FORBIDDEN, desc = "never")
    @State
    public static class WideSingles {
        private final NearTier store = StressTables.wide();

        @Actor
        public void first(LL_Result r) {
            r.r1 = store.markSeen(1, 0, StressTables.START, StressTables.O1);
        }

        @Actor
        public void second(LL_Result r) {
            r.r2 = store.markSeen(1, 0, StressTables.START, StressTables.O2);
        }
    }

    /** A single call for a key that stands in the middle of a batch. */
    @JCStressTest
    @Outcome(id = "FIRST_SEEN, DUPLICATE", expect = Expect.ACCEPTABLE, desc = "the first call wins")
    @Outcome(id = "DUPLICATE, FIRST_SEEN", expect = Expect.ACCEPTABLE, desc = "the second call wins")
    @Outcome(expect = Expect.FORBIDDEN, desc = "never")
    @State
    public static class NarrowSingleAndBatch {
        private final DeduplicationStore store = StressTables.narrow();
        private final EventBatch batch = StressTables.batch(StressTables.START, 0, 2, 1, 3);

        @Actor
        public void single(LL_Result r) {
            r.r1 = store.markSeen(1, 0, StressTables.START);
        }

        @Actor
        public void batch(LL_Result r) {
            store.markSeen(batch);
            r.r2 = batch.verdict(1);
        }
    }

    /** Two keys in two batches, in opposite order. */
    @JCStressTest
    @Outcome(
            id = "FIRST_SEEN, FIRST_SEEN, DUPLICATE, DUPLICATE",
            expect = Expect.ACCEPTABLE,
            desc = "each key has one winner")
    @Outcome(
            id = "FIRST_SEEN, DUPLICATE, DUPLICATE, FIRST_SEEN",
            expect = Expect.ACCEPTABLE,
            desc = "each key has one winner")
    @Outcome(
            id = "DUPLICATE, FIRST_SEEN, FIRST_SEEN, DUPLICATE",
            expect = Expect.ACCEPTABLE,
            desc = "each key has one winner")
    @Outcome(
            id = "DUPLICATE, DUPLICATE, FIRST_SEEN, FIRST_SEEN",
            expect = Expect.ACCEPTABLE,
            desc = "each key has one winner")
    @Outcome(expect = Expect.FORBIDDEN, desc = "never")
    @State
    public static class NarrowBatches {
        private final DeduplicationStore store = StressTables.narrow();
        private final EventBatch one = StressTables.batch(StressTables.START, 0, 1, 2);
        private final EventBatch other = StressTables.batch(StressTables.START, 0, 2, 1);

        @Actor
        public void first(LLLL_Result r) {
            store.markSeen(one);
            r.r1 = one.verdict(0);
            r.r2 = one.verdict(1);
        }

        @Actor
        public void second(LLLL_Result r) {
            store.markSeen(other);
            r.r3 = other.verdict(1);
            r.r4 = other.verdict(0);
        }
    }

    /** Two keys in two batches, in opposite order. */
    @JCStressTest
    @Outcome(
            id = "FIRST_SEEN, FIRST_SEEN, DUPLICATE, DUPLICATE",
            expect = Expect.ACCEPTABLE,
            desc = "each key has one winner")
    @Outcome(
            id = "FIRST_SEEN, DUPLICATE, DUPLICATE, FIRST_SEEN",
            expect = Expect.ACCEPTABLE,
            desc = "each key has one winner")
    @Outcome(
            id = "DUPLICATE, FIRST_SEEN, FIRST_SEEN, DUPLICATE",
            expect = Expect.ACCEPTABLE,
            desc = "each key has one winner")
    @Outcome(
            id = "DUPLICATE, DUPLICATE, FIRST_SEEN, FIRST_SEEN",
            expect = Expect.ACCEPTABLE,
            desc = "each key has one winner")
    @Outcome(expect = Expect.FORBIDDEN, desc = "never")
    @State
    public static class WideBatches {
        private final NearTier store = StressTables.wide();
        private final EventBatch one = StressTables.batch(StressTables.START, StressTables.O1, 1, 2);
        private final EventBatch other = StressTables.batch(StressTables.START, StressTables.O2, 2, 1);

        @Actor
        public void first(LLLL_Result r) {
            store.markSeen(one);
            r.r1 = one.verdict(0);
            r.r2 = one.verdict(1);
        }

        @Actor
        public void second(LLLL_Result r) {
            store.markSeen(other);
            r.r3 = other.verdict(1);
            r.r4 = other.verdict(0);
        }
    }

    /** Two keys of one line: neither record is written over the other. */
    @JCStressTest
    @Outcome(id = "FIRST_SEEN, FIRST_SEEN, DUPLICATE, DUPLICATE", expect = Expect.ACCEPTABLE, desc = "both are kept")
    @Outcome(expect = Expect.FORBIDDEN, desc = "never")
    @State
    public static class NarrowNeighbours {
        private final DeduplicationStore store = StressTables.narrow();

        @Actor
        public void first(LLLL_Result r) {
            r.r1 = store.markSeen(1, 0, StressTables.START);
        }

        @Actor
        public void second(LLLL_Result r) {
            r.r2 = store.markSeen(2, 0, StressTables.START);
        }

        @Arbiter
        public void again(LLLL_Result r) {
            r.r3 = store.markSeen(1, 0, StressTables.START);
            r.r4 = store.markSeen(2, 0, StressTables.START);
        }
    }

    /** Two keys of one line: neither record is written over the other. */
    @JCStressTest
    @Outcome(id = "FIRST_SEEN, FIRST_SEEN, DUPLICATE, DUPLICATE", expect = Expect.ACCEPTABLE, desc = "both are kept")
    @Outcome(expect = Expect.FORBIDDEN, desc = "never")
    @State
    public static class WideNeighbours {
        private final NearTier store = StressTables.wide();

        @Actor
        public void first(LLLL_Result r) {
            r.r1 = store.markSeen(1, 0, StressTables.START, StressTables.O1);
        }

        @Actor
        public void second(LLLL_Result r) {
            r.r2 = store.markSeen(2, 0, StressTables.START, StressTables.O2);
        }

        @Arbiter
        public void again(LLLL_Result r) {
            r.r3 = store.markSeen(1, 0, StressTables.START, StressTables.O3);
            r.r4 = store.markSeen(2, 0, StressTables.START, StressTables.O3);
        }
    }

    /** Two keys for the last place of a line with nothing behind it: one is kept, and one refused. */
    @JCStressTest
    @Outcome(id = "0, 4, 2, 4", expect = Expect.ACCEPTABLE, desc = "the first call gets it")
    @Outcome(id = "4, 0, 4, 2", expect = Expect.ACCEPTABLE, desc = "the second call gets it")
    @Outcome(expect = Expect.FORBIDDEN, desc = "never")
    @State
    public static class NarrowLastPlace {
        private final LineTable table = StressTables.table(Width.NARROW);

        /** Leaves one place. */
        public NarrowLastPlace() {
            StressTables.fillButOne(table, Width.NARROW);
        }

        @Actor
        public void first(IIII_Result r) {
            r.r1 = StressTables.mark(table, 2, 0);
        }

        @Actor
        public void second(IIII_Result r) {
            r.r2 = StressTables.mark(table, 4, 0);
        }

        @Arbiter
        public void again(IIII_Result r) {
            r.r3 = StressTables.mark(table, 2, 0);
            r.r4 = StressTables.mark(table, 4, 0);
        }
    }
}
