package io.github.dedupkit.testkit;

/**
 * A step of a random history of claims. Numbers choose among what is there when the step is played, so that a history stays
 * playable when steps are taken out of it.
 */
sealed interface ClaimStep {
    /** A call with a lease. */
    enum Call {
        COMPLETE,
        RELEASE,
        RENEW,
        PARK
    }

    /** What is wrong with a lease that is shown. */
    enum Forgery {
        NOTHING,
        TOKEN,
        FENCE
    }

    /** Claims a key; everything about the request but its fingerprint and intent follows from the owner. */
    record Ask(int key, int owner, boolean otherFingerprint, boolean resolves) implements ClaimStep {}

    /** Shows one of the leases that were granted for a key, 0 the latest. */
    record Show(int key, int lease, Forgery forgery, Call call, int outcome) implements ClaimStep {}

    /** Lets time pass to one of the borders ahead, or a moment before or after it. */
    record WaitForBorder(int border, int ticks) implements ClaimStep {}

    record Wait(long millis) implements ClaimStep {}

    /** Moves the wall clock alone. */
    record Jump(long millis) implements ClaimStep {}

    record Reopen() implements ClaimStep {}

    record Crash() implements ClaimStep {}
}
