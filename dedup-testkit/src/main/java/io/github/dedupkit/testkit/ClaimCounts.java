package io.github.dedupkit.testkit;

import io.github.dedupkit.Claim;
import io.github.dedupkit.IdempotencyStats;

/** Counts of answers to claims, kept by a fake store, or beside a store by a test. Not thread-safe. */
final class ClaimCounts {
    long granted;
    long takenOver;
    long inProgress;
    long completed;
    long parked;
    long mismatched;
    long thrown;
    long leasesLost;

    void enter(Claim answer, boolean fromAnother) {
        if (answer instanceof Claim.Granted) {
            granted++;
            takenOver += fromAnother ? 1 : 0;
        } else if (answer instanceof Claim.InProgress) {
            inProgress++;
        } else if (answer instanceof Claim.Completed) {
            completed++;
        } else if (answer instanceof Claim.Parked) {
            parked++;
        } else {
            mismatched++;
        }
    }

    IdempotencyStats stats(long records) {
        return new IdempotencyStats(
                granted, takenOver, inProgress, completed, parked, mismatched, thrown, leasesLost, records);
    }
}
