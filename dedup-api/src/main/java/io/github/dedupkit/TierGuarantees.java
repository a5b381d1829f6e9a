package io.github.dedupkit;

import io.github.dedupkit.Guarantees.Condition;
import io.github.dedupkit.Guarantees.Outcome;

/**
 * What two tiers promise together. A near tier only ever says DUPLICATE: it can lose events that it takes for others, and
 * admits or repeats nothing. Everything else is the far store's.
 */
final class TierGuarantees {
    private static final String NOTHING = "0";

    private TierGuarantees() {}

    static Guarantees of(Guarantees near, Guarantees far) {
        Guarantees.Builder both = Guarantees.builder(far.durability(), far.scope(), far.atomicity());
        double probability = either(near.falseDuplicateProbability(), far.falseDuplicateProbability());
        if (probability > 0) {
            both.falseDuplicateProbability(probability);
        }
        for (Condition condition : Condition.values()) {
            Outcome outcome = far.outcome(condition);
            String lost = lost(near.outcome(condition).lost(), outcome.lost());
            String recalled = condition == Condition.LATE_DATA ? ", or DUPLICATE if recalled" : "";
            both.on(condition, lost, outcome.admitted() + recalled, outcome.repeated());
        }
        return both.build();
    }

    /** The probability that at least one of two independent events happens; exact where both are tiny. */
    static double either(double a, double b) {
        return a + b - a * b;
    }

    private static String lost(String near, String far) {
        if (near.equals(NOTHING) || near.equals(far)) {
            return far;
        }
        return far.equals(NOTHING) ? near : far + "; near tier: " + near;
    }
}
