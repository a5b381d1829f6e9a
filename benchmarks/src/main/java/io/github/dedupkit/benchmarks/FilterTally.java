package io.github.dedupkit.benchmarks;

import java.util.HashSet;
import java.util.Set;

/**
 * Counts a filter's wrong answers. A new key that is told duplicate was not recorded: when it comes again, either answer is
 * right, and the event counts for nothing; told new, it is recorded from then on.
 */
final class FilterTally {
    /** The numbers of keys that were told duplicate and of which no event was told new. */
    private final Set<Long> lost = new HashSet<>();

    private long duplicates;
    private long news;
    private long falseNew;
    private long falseDuplicates;

    void enter(FilterChunk chunk) {
        for (int i = 0; i < FilterChunk.SIZE; i++) {
            if (!chunk.duplicates[i]) {
                news++;
                if (chunk.told[i]) {
                    falseDuplicates++;
                    lost.add(chunk.numbers[i]);
                }
            } else if (lost.isEmpty() || !lost.contains(chunk.numbers[i])) {
                duplicates++;
                falseNew += chunk.told[i] ? 0 : 1;
            } else if (!chunk.told[i]) {
                lost.remove(chunk.numbers[i]);
            }
        }
    }

    /** Counts from nothing; what was lost is still known. */
    void clear() {
        duplicates = 0;
        news = 0;
        falseNew = 0;
        falseDuplicates = 0;
    }

    FilterOutcome outcome(double nanosPerKey, double chunkNanosPerKey, FilterSubject subject) {
        return new FilterOutcome(
                news,
                duplicates,
                falseNew,
                falseDuplicates,
                nanosPerKey,
                chunkNanosPerKey,
                subject.bytes(),
                subject.planned(),
                subject.estimated());
    }
}
