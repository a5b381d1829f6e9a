package io.github.dedupkit.inmemory;

import io.github.dedupkit.Verdict;

/** Counts the outcomes of a batch's marks. Not thread-safe. */
final class MarkTally {
    int first;
    int replayed;
    int duplicate;
    int late;
    int evicted;

    void clear() {
        first = 0;
        replayed = 0;
        duplicate = 0;
        late = 0;
        evicted = 0;
    }

    /** Enters an outcome of {@link LineTable#mark}. */
    void count(int outcome) {
        switch (outcome) {
            case LineTable.FIRST_SEEN -> first++;
            case LineTable.REPLAYED -> replayed++;
            case LineTable.DUPLICATE -> duplicate++;
            case LineTable.TOO_LATE -> late++;
            case LineTable.EVICTED -> {
                first++;
                evicted++;
            }
            default -> throw new AssertionError("no outcome of a mark: " + outcome);
        }
    }

    void count(Verdict verdict, boolean replay) {
        switch (verdict) {
            case FIRST_SEEN -> {
                first += replay ? 0 : 1;
                replayed += replay ? 1 : 0;
            }
            case DUPLICATE -> duplicate++;
            case TOO_LATE -> late++;
            case UNJUDGED -> throw new AssertionError("an in-process store always judges");
        }
    }

    int calls() {
        return first + replayed + duplicate + late;
    }
}
