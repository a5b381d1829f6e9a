package io.github.dedupkit.inmemory;

import io.github.dedupkit.EventBatch;
import io.github.dedupkit.NearTier;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLLL_Result;
import org.openjdk.jcstress.infra.results.LLL_Result;
import org.openjdk.jcstress.infra.results.LL_Result;
import org.openjdk.jcstress.infra.results.L_Result;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** Marks with origins against what ends them, and what a near tier adds. */
public final class OriginStress {
    private OriginStress() {}

    /** A delivery is confirmed while it is handed out again. */
    @JCStressTest
    @Outcome(id = "FIRST_SEEN, DUPLICATE", expect = Expect.ACCEPTABLE, desc = "the redelivery came first")
    @Outcome(id = "DUPLICATE, DUPLICATE", expect = Expect.ACCEPTABLE, desc = "the confirm came first")
    @Outcome(expect = Expect.FORBIDDEN, desc = "never")
    @State
    public static class ConfirmAndRedelivery {
        private final NearTier store = StressTables.wide();

        /** Begins with a mark. */
        public ConfirmAndRedelivery() {
            store.markSeen(1, 0, StressTables.START, StressTables.O1);
        }

        @Actor
        public void one() {
            store.confirm(1, 0, StressTables.START, StressTables.O1);
        }

        @Actor
        public void other(LL_Result r) {
            r.r1 = store.markSeen(1, 0, StressTables.START, StressTables.O1);
        }

        @Arbiter
        public void after(LL_Result r) {
            r.r2 = store.markSeen(1, 0, StressTables.START, StressTables.O1);
        }
    }

    /** A delivery is confirmed while a copy arrives. */
    @JCStressTest
    @Outcome(
            id = "DUPLICATE, DUPLICATE, DUPLICATE",
            expect = Expect.ACCEPTABLE,
            desc = "the copy is one, and stays one")
    @Outcome(expect = Expect.FORBIDDEN, desc = "never")
    @State
    public static class ConfirmAndCopy {
        private final NearTier store = StressTables.wide();

        /** Begins with a mark. */
        public ConfirmAndCopy() {
            store.markSeen(1, 0, StressTables.START, StressTables.O1);
        }

        @Actor
        public void one() {
            store.confirm(1, 0, StressTables.START, StressTables.O1);
        }

        @Actor
        public void other(LLL_Result r) {
            r.r1 = store.markSeen(1, 0, StressTables.START, StressTables.O2);
        }

        @Arbiter
        public void after(LLL_Result r) {
            r.r2 = store.markSeen(1, 0, StressTables.START, StressTables.O2);
            r.r3 = store.markSeen(1, 0, StressTables.START, StressTables.O1);
        }
    }

    /** A delivery is forgotten while a copy arrives. */
    @JCStressTest
    @Outcome(id = "FIRST_SEEN, DUPLICATE", expect = Expect.ACCEPTABLE, desc = "forgotten first: the copy holds the key")
    @Outcome(id = "DUPLICATE, FIRST_SEEN", expect = Expect.ACCEPTABLE, desc = "the copy came first: the key is free")
    @Outcome(expect = Expect.FORBIDDEN, desc = "never")
    @State
    public static class ForgetAndCopy {
        private final NearTier store = StressTables.wide();

        /** Begins with a mark. */
        public ForgetAndCopy() {
            store.markSeen(1, 0, StressTables.START, StressTables.O1);
        }

        @Actor
        public void one() {
            store.forget(1, 0, StressTables.START, StressTables.O1);
        }

        @Actor
        public void other(LL_Result r) {
            r.r1 = store.markSeen(1, 0, StressTables.START, StressTables.O2);
        }

        @Arbiter
        public void after(LL_Result r) {
            r.r2 = store.markSeen(1, 0, StressTables.START, StressTables.O3);
        }
    }

    /** Both are the holder's: the first to come decides. */
    @JCStressTest
    @Outcome(id = "DUPLICATE", expect = Expect.ACCEPTABLE, desc = "confirmed, and then nothing to forget")
    @Outcome(id = "FIRST_SEEN", expect = Expect.ACCEPTABLE, desc = "forgotten, and then nothing to confirm")
    @Outcome(expect = Expect.FORBIDDEN, desc = "never")
    @State
    public static class ForgetAndConfirm {
        private final NearTier store = StressTables.wide();

        /** Begins with a mark. */
        public ForgetAndConfirm() {
            store.markSeen(1, 0, StressTables.START, StressTables.O1);
        }

        @Actor
        public void one() {
            store.forget(1, 0, StressTables.START, StressTables.O1);
        }

        @Actor
        public void other() {
            store.confirm(1, 0, StressTables.START, StressTables.O1);
        }

        @Arbiter
        public void after(L_Result r) {
            r.r1 = store.markSeen(1, 0, StressTables.START, StressTables.O2);
        }
    }

    /** A batch is confirmed while one of copies arrives. */
    @JCStressTest
    @Outcome(
            id = "DUPLICATE, DUPLICATE, DUPLICATE, DUPLICATE",
            expect = Expect.ACCEPTABLE,
            desc = "none is new, and none is handed out again")
    @Outcome(expect = Expect.FORBIDDEN, desc = "never")
    @State
    public static class ConfirmBatchAndMarkBatch {
        private final NearTier store = StressTables.wide();
        private final EventBatch done = StressTables.batch(StressTables.START, StressTables.O1, 1, 2);
        private final EventBatch copies = StressTables.batch(StressTables.START, StressTables.O2, 2, 1);

        /** Begins with a mark. */
        public ConfirmBatchAndMarkBatch() {
            store.markSeen(done);
        }

        @Actor
        public void one() {
            store.confirm(done);
        }

        @Actor
        public void other(LLLL_Result r) {
            store.markSeen(copies);
            r.r1 = copies.verdict(0);
            r.r2 = copies.verdict(1);
        }

        @Arbiter
        public void after(LLLL_Result r) {
            r.r3 = store.markSeen(1, 0, StressTables.START, StressTables.O1);
            r.r4 = store.markSeen(2, 0, StressTables.START, StressTables.O1);
        }
    }

    /** What the far store told is remembered while another origin is marked: it stands in the end. */
    @JCStressTest
    @Outcome(id = "FIRST_SEEN, FIRST_SEEN, DUPLICATE", expect = Expect.ACCEPTABLE, desc = "marked first, then replaced")
    @Outcome(id = "DUPLICATE, FIRST_SEEN, DUPLICATE", expect = Expect.ACCEPTABLE, desc = "remembered first")
    @Outcome(expect = Expect.FORBIDDEN, desc = "never")
    @State
    public static class RememberAndMark {
        private final NearTier store = StressTables.wide();

        @Actor
        public void one() {
            store.remember(1, 0, StressTables.START, StressTables.O1);
        }

        @Actor
        public void other(LLL_Result r) {
            r.r1 = store.markSeen(1, 0, StressTables.START, StressTables.O2);
        }

        @Arbiter
        public void after(LLL_Result r) {
            r.r2 = store.markSeen(1, 0, StressTables.START, StressTables.O1);
            r.r3 = store.markSeen(1, 0, StressTables.START, StressTables.O2);
        }
    }

    /** A copy is recalled while its mark is remembered. */
    @JCStressTest
    @Outcome(id = "false, true", expect = Expect.ACCEPTABLE, desc = "recalled first")
    @Outcome(id = "true, true", expect = Expect.ACCEPTABLE, desc = "remembered first")
    @Outcome(expect = Expect.FORBIDDEN, desc = "never")
    @State
    public static class RememberAndRecall {
        private final NearTier store = StressTables.wide();

        @Actor
        public void one() {
            store.remember(1, 0, StressTables.START, StressTables.O1);
        }

        @Actor
        public void other(ZZ_Result r) {
            r.r1 = store.recall(1, 0, StressTables.START, StressTables.O2);
        }

        @Arbiter
        public void after(ZZ_Result r) {
            r.r2 = store.recall(1, 0, StressTables.START, StressTables.O2);
        }
    }

    /** A copy is recalled while its mark is forgotten. */
    @JCStressTest
    @Outcome(id = "true, false", expect = Expect.ACCEPTABLE, desc = "recalled first")
    @Outcome(id = "false, false", expect = Expect.ACCEPTABLE, desc = "forgotten first")
    @Outcome(expect = Expect.FORBIDDEN, desc = "never")
    @State
    public static class ForgetAndRecall {
        private final NearTier store = StressTables.wide();

        /** Begins with a mark. */
        public ForgetAndRecall() {
            store.remember(1, 0, StressTables.START, StressTables.O1);
        }

        @Actor
        public void one() {
            store.forget(1, 0, StressTables.START, StressTables.O1);
        }

        @Actor
        public void other(ZZ_Result r) {
            r.r1 = store.recall(1, 0, StressTables.START, StressTables.O2);
        }

        @Arbiter
        public void after(ZZ_Result r) {
            r.r2 = store.recall(1, 0, StressTables.START, StressTables.O2);
        }
    }

    /** Two marks are remembered: one of them stands, and the other is a copy. */
    @JCStressTest
    @Outcome(id = "FIRST_SEEN, DUPLICATE", expect = Expect.ACCEPTABLE, desc = "the first stands")
    @Outcome(id = "DUPLICATE, FIRST_SEEN", expect = Expect.ACCEPTABLE, desc = "the second stands")
    @Outcome(expect = Expect.FORBIDDEN, desc = "never")
    @State
    public static class RememberTwice {
        private final NearTier store = StressTables.wide();

        @Actor
        public void one() {
            store.remember(1, 0, StressTables.START, StressTables.O1);
        }

        @Actor
        public void other() {
            store.remember(1, 0, StressTables.START, StressTables.O2);
        }

        @Arbiter
        public void after(LL_Result r) {
            r.r1 = store.markSeen(1, 0, StressTables.START, StressTables.O1);
            r.r2 = store.markSeen(1, 0, StressTables.START, StressTables.O2);
        }
    }
}
