package io.github.dedupkit;

/**
 * The books and the state of an {@link IdempotencyStore} at one moment.
 *
 * <p>The books balance (rule 10): {@code granted + inProgress + completed + parked + mismatched = answered claims}, and
 * with {@code thrown} they are all claims. A call refused for its arguments, or because the store is closed, is not
 * counted.
 *
 * @param granted claims told Granted, those of {@code takenOver} included
 * @param takenOver claims granted in place of an owner who was gone, or to resolve a parked one
 * @param inProgress claims told InProgress
 * @param completed claims told Completed
 * @param parked claims told Parked
 * @param mismatched claims told FingerprintMismatch
 * @param thrown claims that ended with an exception
 * @param leasesLost calls with a lease that was overtaken, which were refused
 * @param records records held now, which may include expired ones not yet removed
 */
public record IdempotencyStats(
        long granted,
        long takenOver,
        long inProgress,
        long completed,
        long parked,
        long mismatched,
        long thrown,
        long leasesLost,
        long records) {
    /**
     * The claims asked for.
     *
     * @return all answers, and those that ended with an exception
     */
    public long claims() {
        return granted + inProgress + completed + parked + mismatched + thrown;
    }
}
