package io.github.dedupkit.inmemory;

import io.github.dedupkit.Claim;
import io.github.dedupkit.IdempotencyStats;
import java.util.concurrent.atomic.LongAdder;

/** The counters of an idempotency store (rule 10). Thread-safe. */
final class ClaimBooks {
    private final LongAdder granted = new LongAdder();
    private final LongAdder takenOver = new LongAdder();
    private final LongAdder inProgress = new LongAdder();
    private final LongAdder completed = new LongAdder();
    private final LongAdder parked = new LongAdder();
    private final LongAdder mismatched = new LongAdder();
    private final LongAdder thrown = new LongAdder();
    private final LongAdder leasesLost = new LongAdder();

    /** Enters an answer; a lease with another fence than the record had before was taken over. */
    void enter(Claim answer, boolean fromAnother) {
        if (answer instanceof Claim.Granted) {
            granted.increment();
            if (fromAnother) {
                takenOver.increment();
            }
        } else if (answer instanceof Claim.InProgress) {
            inProgress.increment();
        } else if (answer instanceof Claim.Completed) {
            completed.increment();
        } else if (answer instanceof Claim.Parked) {
            parked.increment();
        } else {
            mismatched.increment();
        }
    }

    void enterThrown() {
        thrown.increment();
    }

    void enterLeaseLost() {
        leasesLost.increment();
    }

    IdempotencyStats stats(long records) {
        return new IdempotencyStats(
                granted.sum(),
                takenOver.sum(),
                inProgress.sum(),
                completed.sum(),
                parked.sum(),
                mismatched.sum(),
                thrown.sum(),
                leasesLost.sum(),
                records);
    }
}
