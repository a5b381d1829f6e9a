package io.github.dedupkit.benchmarks;

import io.github.dedupkit.DeduplicationStore;
import io.github.dedupkit.Retention;
import io.github.dedupkit.StoreStats;
import io.github.dedupkit.StoreUnavailableException;
import io.github.dedupkit.Verdict;
import java.time.Duration;
import java.util.Locale;
import java.util.OptionalLong;

/** One of our stores. */
final class AccuracyStore implements AccuracySubject {
    private final DeduplicationStore store;
    private final Retention retention;
    private final OptionalLong bytesAtFirst;

    AccuracyStore(DeduplicationStore store, Retention retention) {
        this.store = store;
        this.retention = retention;
        bytesAtFirst = store.stats().bytes();
    }

    @Override
    public Answer mark(long high, long low, long timestamp) {
        try {
            Verdict verdict = store.markSeen(high, low, timestamp);
            if (verdict == Verdict.TOO_LATE) {
                throw new IllegalStateException("an event in order was told TOO_LATE: what is measured is broken");
            }
            return verdict.isDuplicate() ? Answer.DUPLICATE : Answer.NEW;
        } catch (StoreUnavailableException e) {
            return Answer.REFUSED;
        }
    }

    @Override
    public double planned() {
        return store.guarantees().falseDuplicateProbability();
    }

    @Override
    public double estimated() {
        return store.stats().falseDuplicateProbability();
    }

    @Override
    public String strain() {
        StoreStats stats = store.stats();
        if (stats.evicted() > 0) {
            return "drops the oldest: effective window "
                    + BenchAmount.text(
                            Duration.ofSeconds(stats.effectiveWindow().toSeconds())) + " of "
                    + BenchAmount.text(Duration.ofMillis(retention.windowMillis()));
        }
        double growth = (double) stats.bytes().orElse(1) / bytesAtFirst.orElse(1);
        return bytesAtFirst.isPresent() && growth > 1 && stats.falseDuplicateProbability() > 0
                ? String.format(Locale.ROOT, "grown to %.1f times its size", growth)
                : "";
    }

    @Override
    public void close() {
        store.close();
    }
}
