package io.github.dedupkit.benchmarks;

import io.github.dedupkit.Retention;

/**
 * Streams new keys through a tier at a share of its design load, and counts the false duplicates once the window is
 * full. Every key is new, so the truth needs no memory; time moves so that W + L and a tick hold just the share.
 *
 * @param tier that is measured
 * @param keys that it is planned for
 * @param percent of them that it gets
 * @param bits of the fingerprint that differ
 * @param lookUps on which to count
 */
record AccuracyRun(AccuracyTier tier, long keys, int percent, int bits, long lookUps) {
    /** The first event's time: no timestamp is negative, whatever the lateness. */
    private static final long START = 1L << 42;

    private static final int ALL = 100;

    /** A table that refuses empties and fills again: one estimate would be of one moment. */
    private static final int ESTIMATES = 32;

    /**
     * What came of it.
     *
     * @param run what was run
     * @param planned the probability of a false duplicate that the tier states, for so many bits
     * @param estimated the same, as the tier estimates it during the look-ups, on average
     * @param counted look-ups that were told DUPLICATE, though no key comes twice
     * @param refused look-ups without an answer, for lack of room
     * @param strain what the tier did because it was full
     */
    record Outcome(AccuracyRun run, double planned, double estimated, long counted, long refused, String strain) {
        /** So rarely is a tier blamed that is right. */
        private static final double BLAME = 1e-6;

        /** Slack for an estimate, which is made from a sample of lines. */
        private static final double SLACK = 1.25;

        private static final double NINETY_FIVE = 0.05;

        AccuracyInterval interval() {
            return AccuracyInterval.of(counted, run.lookUps, NINETY_FIVE);
        }

        /** What is wrong, or nothing: more than planned within the design load, or an estimate that is off. */
        String objection() {
            AccuracyInterval certain = AccuracyInterval.of(counted, run.lookUps, BLAME);
            if (run.percent <= ALL && certain.low() > planned) {
                return "more false duplicates than planned";
            }
            if (certain.low() > estimated * SLACK || certain.high() < estimated / SLACK) {
                return "the estimate is off";
            }
            return "";
        }
    }

    /** Streams, and counts. */
    Outcome stream() {
        long held = Math.max(1, keys * percent / ALL);
        AccuracyKeys made = new AccuracyKeys(tier.hasFingerprint ? bits : AccuracyKeys.REAL_BITS);
        Retention retention = AccuracyTier.RETENTION;
        double millis = retention.windowMillis() + retention.latenessMillis() + retention.tickMillis();
        double millisPerKey = millis / held;
        try (AccuracySubject subject = tier.open(keys)) {
            for (long i = 0; i < held; i++) {
                subject.mark(made.high(i), made.low(i), START + (long) (i * millisPerKey));
            }
            long counted = 0;
            long refused = 0;
            long estimates = 0;
            double estimated = 0;
            long between = Math.max(1, lookUps / ESTIMATES);
            for (long i = held; i < held + lookUps; i++) {
                switch (subject.ask(made.high(i), made.low(i), START + (long) (i * millisPerKey))) {
                    case NEW -> {}
                    case DUPLICATE -> counted++;
                    case REFUSED -> refused++;
                }
                if ((i - held) % between == 0) {
                    estimated += subject.estimated();
                    estimates++;
                }
            }
            return new Outcome(
                    this,
                    Math.min(1, subject.planned() * made.factor()),
                    Math.min(1, estimated / estimates * made.factor()),
                    counted,
                    refused,
                    subject.strain());
        }
    }
}
