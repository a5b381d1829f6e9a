package io.github.dedupkit.testkit;

/** The process of a test has died. An error of its own, so that nothing but a crash is taken for one. */
public final class SimulatedCrash extends Error {
    private static final long serialVersionUID = 1L;

    SimulatedCrash(FaultInjectingIdempotencyStore.CrashPoint point) {
        super("simulated crash " + point + ": this process reaches nothing any more");
    }
}
