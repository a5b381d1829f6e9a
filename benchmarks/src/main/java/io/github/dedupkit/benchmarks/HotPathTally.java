package io.github.dedupkit.benchmarks;

import io.github.dedupkit.Verdict;

/** The wrong verdicts that one thread was told. */
final class HotPathTally {
    /** Standard deviations by which false duplicates may exceed their expected number. */
    private static final double DEVIATIONS = 10;

    long events;
    long lost;
    long admitted;
    long late;

    void enter(boolean duplicate, Verdict verdict) {
        if (verdict != (duplicate ? Verdict.DUPLICATE : Verdict.FIRST_SEEN)) {
            enterWrong(duplicate, verdict == Verdict.TOO_LATE);
        }
    }

    /** For what knows no lateness. */
    void enter(boolean duplicate, boolean toldDuplicate) {
        if (duplicate != toldDuplicate) {
            enterWrong(duplicate, false);
        }
    }

    private void enterWrong(boolean duplicate, boolean tooLate) {
        if (tooLate) {
            late++;
        } else if (duplicate) {
            admitted++;
        } else {
            lost++;
        }
    }

    /**
     * Refuses to have measured something broken.
     *
     * @param name of what was measured
     * @param falseDuplicateProbability that it states
     * @param admissionProbability that it states
     * @throws IllegalStateException if more verdicts are wrong than that explains
     */
    void requireRight(String name, double falseDuplicateProbability, double admissionProbability) {
        double most = most(falseDuplicateProbability * events);
        if (lost > most || admitted > most(admissionProbability * events) || late > 0) {
            throw new IllegalStateException(name + " told " + lost + " new events DUPLICATE (at most " + (long) most
                    + " expected), " + admitted + " duplicates new, and " + late + " events TOO_LATE, of " + events
                    + ": it is broken, or the workload does not fit it, and its speed means nothing");
        }
    }

    private static double most(double expected) {
        return expected + DEVIATIONS * Math.sqrt(expected);
    }
}
