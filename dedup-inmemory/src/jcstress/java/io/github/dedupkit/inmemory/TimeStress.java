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
import org.openjdk.jcstress.infra.results.LLLL_Result;
import org.openjdk.jcstress.infra.results.LL_Result;

/** Marks while time moves: two clocks a tick apart at the borders where records end. */
public final class TimeStress {
    private TimeStress() {}

    /** An old record of the key expires between the clocks, a tick apart, of two threads. */
    @JCStressTest
    @Outcome(id = "FIRST_SEEN, DUPLICATE", expect = Expect.ACCEPTABLE, desc = "the first call wins")
    @Outcome(id = "DUPLICATE, FIRST_SEEN", expect = Expect.ACCEPTABLE, desc = "the second call wins")
    @Outcome(expect = Expect.FORBIDDEN, desc = "never")
    @State
    public static class NarrowRecordExpires {
        private static final long BORDER =
                StressTables.START + (StressTables.WINDOW + StressTables.LATENESS) * StressTables.TICK;

        private final DeduplicationStore store = StressTables.narrow(new StressTables.Clock());

        /** Begins with a record that is about to end. */
        public NarrowRecordExpires() {
            StressTables.Clock.set(StressTables.START);
            store.markSeen(1, 0, StressTables.START);
        }

        @Actor
        public void before(LL_Result r) {
            StressTables.Clock.set(BORDER);
            r.r1 = store.markSeen(1, 0, BORDER);
        }

        @Actor
        public void after(LL_Result r) {
            StressTables.Clock.set(BORDER + StressTables.TICK);
            r.r2 = store.markSeen(1, 0, BORDER + StressTables.TICK);
        }
    }

    /** The same with origins. */
    @JCStressTest
    @Outcome(id = "FIRST_SEEN, DUPLICATE", expect = Expect.ACCEPTABLE, desc = "the first call wins")
    @Outcome(id = "DUPLICATE, FIRST_SEEN", expect = Expect.ACCEPTABLE, desc = "the second call wins")
    @Outcome(expect = Expect.FORBIDDEN, desc = "never")
    @State
    public static class WideRecordExpires {
        private static final long BORDER =
                StressTables.START + (StressTables.WINDOW + StressTables.LATENESS) * StressTables.TICK;

        private final NearTier store = StressTables.wide(new StressTables.Clock());

        /** Begins with a record that is about to end. */
        public WideRecordExpires() {
            StressTables.Clock.set(StressTables.START);
            store.markSeen(1, 0, StressTables.START, StressTables.O3);
        }

        @Actor
        public void before(LL_Result r) {
            StressTables.Clock.set(BORDER);
            r.r1 = store.markSeen(1, 0, BORDER, StressTables.O1);
        }

        @Actor
        public void after(LL_Result r) {
            StressTables.Clock.set(BORDER + StressTables.TICK);
            r.r2 = store.markSeen(1, 0, BORDER + StressTables.TICK, StressTables.O2);
        }
    }

    /** The window of the key ends between two clocks: at most W and a tick later either may hold. */
    @JCStressTest
    @Outcome(id = "FIRST_SEEN, DUPLICATE", expect = Expect.ACCEPTABLE, desc = "the first call wins")
    @Outcome(id = "DUPLICATE, FIRST_SEEN", expect = Expect.ACCEPTABLE, desc = "the second call wins")
    @Outcome(expect = Expect.FORBIDDEN, desc = "never")
    @State
    public static class NarrowWindowEnds {
        private static final long BORDER = StressTables.START + (StressTables.WINDOW + 1) * StressTables.TICK;

        private final DeduplicationStore store = StressTables.narrow(new StressTables.Clock());

        /** Begins with a record that is about to end. */
        public NarrowWindowEnds() {
            StressTables.Clock.set(StressTables.START);
            store.markSeen(1, 0, StressTables.START);
        }

        @Actor
        public void before(LL_Result r) {
            StressTables.Clock.set(BORDER);
            r.r1 = store.markSeen(1, 0, BORDER);
        }

        @Actor
        public void after(LL_Result r) {
            StressTables.Clock.set(BORDER + StressTables.TICK);
            r.r2 = store.markSeen(1, 0, BORDER + StressTables.TICK);
        }
    }

    /** The same with origins. */
    @JCStressTest
    @Outcome(id = "FIRST_SEEN, DUPLICATE", expect = Expect.ACCEPTABLE, desc = "the first call wins")
    @Outcome(id = "DUPLICATE, FIRST_SEEN", expect = Expect.ACCEPTABLE, desc = "the second call wins")
    @Outcome(expect = Expect.FORBIDDEN, desc = "never")
    @State
    public static class WideWindowEnds {
        private static final long BORDER = StressTables.START + (StressTables.WINDOW + 1) * StressTables.TICK;

        private final NearTier store = StressTables.wide(new StressTables.Clock());

        /** Begins with a record that is about to end. */
        public WideWindowEnds() {
            StressTables.Clock.set(StressTables.START);
            store.markSeen(1, 0, StressTables.START, StressTables.O3);
        }

        @Actor
        public void before(LL_Result r) {
            StressTables.Clock.set(BORDER);
            r.r1 = store.markSeen(1, 0, BORDER, StressTables.O1);
        }

        @Actor
        public void after(LL_Result r) {
            StressTables.Clock.set(BORDER + StressTables.TICK);
            r.r2 = store.markSeen(1, 0, BORDER + StressTables.TICK, StressTables.O2);
        }
    }

    /** One timestamp, ahead of one clock and not of the other. */
    @JCStressTest
    @Outcome(id = "FIRST_SEEN, DUPLICATE", expect = Expect.ACCEPTABLE, desc = "the first call wins")
    @Outcome(id = "DUPLICATE, FIRST_SEEN", expect = Expect.ACCEPTABLE, desc = "the second call wins")
    @Outcome(expect = Expect.FORBIDDEN, desc = "never")
    @State
    public static class ClocksDisagree {
        private static final long NEXT = StressTables.START + StressTables.TICK;

        private final DeduplicationStore store = StressTables.narrow(new StressTables.Clock());

        @Actor
        public void behind(LL_Result r) {
            StressTables.Clock.set(StressTables.START);
            r.r1 = store.markSeen(1, 0, NEXT);
        }

        @Actor
        public void ahead(LL_Result r) {
            StressTables.Clock.set(NEXT);
            r.r2 = store.markSeen(1, 0, NEXT);
        }
    }

    /** Time has leapt, and two marks find a line of expired records: both are kept. */
    @JCStressTest
    @Outcome(id = "FIRST_SEEN, FIRST_SEEN, DUPLICATE, DUPLICATE", expect = Expect.ACCEPTABLE, desc = "both are kept")
    @Outcome(expect = Expect.FORBIDDEN, desc = "never")
    @State
    public static class LineIsRefreshed {
        private static final long LEAP = StressTables.START + 100 * StressTables.TICK;

        private final DeduplicationStore store = StressTables.narrow();

        /** Begins with a line that is full. */
        public LineIsRefreshed() {
            store.markSeen(StressTables.batch(StressTables.START, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
        }

        @Actor
        public void one(LLLL_Result r) {
            r.r1 = store.markSeen(1, 0, LEAP);
        }

        @Actor
        public void other(LLLL_Result r) {
            r.r2 = store.markSeen(12, 0, LEAP + StressTables.TICK);
        }

        @Arbiter
        public void again(LLLL_Result r) {
            r.r3 = store.markSeen(1, 0, LEAP);
            r.r4 = store.markSeen(12, 0, LEAP);
        }
    }

    /** A batch moves the watermark to its highest timestamp while a single call is that late. */
    @JCStressTest
    @Outcome(id = "FIRST_SEEN, DUPLICATE", expect = Expect.ACCEPTABLE, desc = "the first call wins")
    @Outcome(id = "DUPLICATE, FIRST_SEEN", expect = Expect.ACCEPTABLE, desc = "the second call wins")
    @Outcome(expect = Expect.FORBIDDEN, desc = "never")
    @State
    public static class BatchMovesTime {
        private static final long LATEST = StressTables.START + StressTables.LATENESS * StressTables.TICK;

        private final DeduplicationStore store = StressTables.narrow();
        private final EventBatch batch = new EventBatch(2);

        /** Begins with a batch as wide as the lateness. */
        public BatchMovesTime() {
            batch.add(1, 0, StressTables.START, 0);
            batch.add(2, 0, LATEST, 0);
        }

        @Actor
        public void batch(LL_Result r) {
            store.markSeen(batch);
            r.r1 = batch.verdict(0);
        }

        @Actor
        public void single(LL_Result r) {
            r.r2 = store.markSeen(1, 0, StressTables.START);
        }
    }
}
