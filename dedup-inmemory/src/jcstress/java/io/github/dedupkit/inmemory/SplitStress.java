package io.github.dedupkit.inmemory;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** A line is split while its keys are marked, confirmed or forgotten. 0 is first seen, 2 is a duplicate. */
public final class SplitStress {
    private SplitStress() {}

    /** Keys that are known stay so, those that move and those that stay. */
    @JCStressTest
    @Outcome(id = "2, 2, 2, 2", expect = Expect.ACCEPTABLE, desc = "duplicates throughout")
    @Outcome(expect = Expect.FORBIDDEN, desc = "never")
    @State
    public static class KnownKeys {
        private final LineTable table = StressTables.table(Width.NARROW);

        /** Begins with marks. */
        public KnownKeys() {
            StressTables.mark(table, 1, 0);
            StressTables.mark(table, 2, 0);
        }

        @Actor
        public void one(IIII_Result r) {
            r.r1 = StressTables.mark(table, 1, 0);
            r.r2 = StressTables.mark(table, 2, 0);
        }

        @Actor
        public void splitting() {
            StressTables.split(table);
        }

        @Arbiter
        public void after(IIII_Result r) {
            r.r3 = StressTables.mark(table, 1, 0);
            r.r4 = StressTables.mark(table, 2, 0);
        }
    }

    /** Keys that are marked while their line is split are found where they belong. */
    @JCStressTest
    @Outcome(id = "0, 0, 2, 2", expect = Expect.ACCEPTABLE, desc = "new once")
    @Outcome(expect = Expect.FORBIDDEN, desc = "never")
    @State
    public static class NewKeys {
        private final LineTable table = StressTables.table(Width.NARROW);

        @Actor
        public void one(IIII_Result r) {
            r.r1 = StressTables.mark(table, 1, 0);
            r.r2 = StressTables.mark(table, 2, 0);
        }

        @Actor
        public void splitting() {
            StressTables.split(table);
        }

        @Arbiter
        public void after(IIII_Result r) {
            r.r3 = StressTables.mark(table, 1, 0);
            r.r4 = StressTables.mark(table, 2, 0);
        }
    }

    /** One key, marked before the split is through and after it. */
    @JCStressTest
    @Outcome(id = "0, 2, 2", expect = Expect.ACCEPTABLE, desc = "the first call wins")
    @Outcome(id = "2, 0, 2", expect = Expect.ACCEPTABLE, desc = "the one after the split wins")
    @Outcome(expect = Expect.FORBIDDEN, desc = "never")
    @State
    public static class OneWinner {
        private final LineTable table = StressTables.table(Width.WIDE);

        @Actor
        public void one(III_Result r) {
            r.r1 = StressTables.mark(table, 1, 1);
        }

        @Actor
        public void splitting(III_Result r) {
            StressTables.split(table);
            r.r2 = StressTables.mark(table, 1, 2);
        }

        @Arbiter
        public void after(III_Result r) {
            r.r3 = StressTables.mark(table, 1, 3);
        }
    }

    /** A mark that is confirmed while it moves is confirmed. */
    @JCStressTest
    @Outcome(id = "2", expect = Expect.ACCEPTABLE, desc = "a redelivery is a duplicate")
    @Outcome(expect = Expect.FORBIDDEN, desc = "never")
    @State
    public static class Confirm {
        private final LineTable table = StressTables.table(Width.WIDE);

        /** Begins with marks. */
        public Confirm() {
            StressTables.mark(table, 1, 1);
        }

        @Actor
        public void one() {
            StressTables.end(table, Request.CONFIRM, 1, 1);
        }

        @Actor
        public void splitting() {
            StressTables.split(table);
        }

        @Arbiter
        public void after(I_Result r) {
            r.r1 = StressTables.mark(table, 1, 1);
        }
    }

    /** A mark that is forgotten while it moves is gone. */
    @JCStressTest
    @Outcome(id = "0", expect = Expect.ACCEPTABLE, desc = "the key is new")
    @Outcome(expect = Expect.FORBIDDEN, desc = "never")
    @State
    public static class Forget {
        private final LineTable table = StressTables.table(Width.WIDE);

        /** Begins with marks. */
        public Forget() {
            StressTables.mark(table, 1, 1);
        }

        @Actor
        public void one() {
            StressTables.end(table, Request.FORGET, 1, 1);
        }

        @Actor
        public void splitting() {
            StressTables.split(table);
        }

        @Arbiter
        public void after(I_Result r) {
            r.r1 = StressTables.mark(table, 1, 2);
        }
    }
}
