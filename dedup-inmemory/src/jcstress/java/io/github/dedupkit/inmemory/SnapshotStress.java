package io.github.dedupkit.inmemory;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A line is copied for a snapshot while its key is marked, confirmed or forgotten; the results are records. */
public final class SnapshotStress {
    private SnapshotStress() {}

    /** A mark without origin is in the copy whole, or not at all. */
    @JCStressTest
    @Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "copied first")
    @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "marked first")
    @Outcome(expect = Expect.FORBIDDEN, desc = "never")
    @State
    public static class Mark {
        private final LineTable table = StressTables.table(Width.NARROW);

        @Actor
        public void acting() {
            StressTables.mark(table, 1, 0);
        }

        @Actor
        public void copying(II_Result r) {
            r.r1 = StressTables.recordsOfCopy(table, Width.NARROW, 1);
        }

        @Arbiter
        public void after(II_Result r) {
            r.r2 = StressTables.recordsOfCopy(table, Width.NARROW, 1);
        }
    }

    /** A mark with an origin is in no copy until it is confirmed. */
    @JCStressTest
    @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "left out")
    @Outcome(expect = Expect.FORBIDDEN, desc = "never")
    @State
    public static class OpenMark {
        private final LineTable table = StressTables.table(Width.WIDE);

        @Actor
        public void acting() {
            StressTables.mark(table, 1, 1);
        }

        @Actor
        public void copying(II_Result r) {
            r.r1 = StressTables.recordsOfCopy(table, Width.WIDE, 1);
        }

        @Arbiter
        public void after(II_Result r) {
            r.r2 = StressTables.recordsOfCopy(table, Width.WIDE, 1);
        }
    }

    /** A mark is in the copy once it is confirmed. */
    @JCStressTest
    @Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "copied first")
    @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "confirmed first")
    @Outcome(expect = Expect.FORBIDDEN, desc = "never")
    @State
    public static class Confirm {
        private final LineTable table = StressTables.table(Width.WIDE);

        /** Begins with a mark. */
        public Confirm() {
            StressTables.mark(table, 1, 1);
        }

        @Actor
        public void acting() {
            StressTables.end(table, Request.CONFIRM, 1, 1);
        }

        @Actor
        public void copying(II_Result r) {
            r.r1 = StressTables.recordsOfCopy(table, Width.WIDE, 1);
        }

        @Arbiter
        public void after(II_Result r) {
            r.r2 = StressTables.recordsOfCopy(table, Width.WIDE, 1);
        }
    }

    /** A mark that is forgotten was in no copy. */
    @JCStressTest
    @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "left out")
    @Outcome(expect = Expect.FORBIDDEN, desc = "never")
    @State
    public static class Forget {
        private final LineTable table = StressTables.table(Width.WIDE);

        /** Begins with a mark. */
        public Forget() {
            StressTables.mark(table, 1, 1);
        }

        @Actor
        public void acting() {
            StressTables.end(table, Request.FORGET, 1, 1);
        }

        @Actor
        public void copying(II_Result r) {
            r.r1 = StressTables.recordsOfCopy(table, Width.WIDE, 1);
        }

        @Arbiter
        public void after(II_Result r) {
            r.r2 = StressTables.recordsOfCopy(table, Width.WIDE, 1);
        }
    }
}
