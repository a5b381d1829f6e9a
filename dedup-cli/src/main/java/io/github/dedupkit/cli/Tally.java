package io.github.dedupkit.cli;

import io.github.dedupkit.StoreStats;
import io.github.dedupkit.Verdict;

/** The books of a run, kept from the verdicts and checked against the store's own. Not thread-safe. */
final class Tally {
    private long first;
    private long duplicate;
    private long late;
    private long unjudged;
    private long rejected;
    private long ahead;

    /** Enters one verdict. A replay is not told from a first mark by its verdict: both count as first. */
    void enter(Verdict verdict) {
        switch (verdict) {
            case FIRST_SEEN -> first++;
            case DUPLICATE -> duplicate++;
            case TOO_LATE -> late++;
            case UNJUDGED -> unjudged++;
        }
    }

    /** Enters a record dated ahead of those that follow, about which no store was asked: as one that cannot be judged. */
    void enterAhead() {
        late++;
        ahead++;
    }

    /** Enters a malformed record. */
    void reject() {
        rejected++;
    }

    /** The records entered. */
    long read() {
        return first + duplicate + late + unjudged + rejected;
    }

    /** The records entered as seen for the first time, replays among them. */
    long first() {
        return first;
    }

    /** The records entered as duplicates. */
    long duplicates() {
        return duplicate;
    }

    /** The records entered as dated ahead, which are also entered as too late. */
    long ahead() {
        return ahead;
    }

    /** The records entered as too late. */
    long late() {
        return late;
    }

    /** The records entered as rejected. */
    long rejected() {
        return rejected;
    }

    /**
     * The equation of the books.
     *
     * @param replayed how many of the first were the same delivery again, as the store counted
     * @param unjudgedName what to call the records without a verdict, rejected ones among them
     */
    String equation(long replayed, String unjudgedName) {
        return "read " + read() + " = first " + (first - replayed) + " + replayed " + replayed + " + duplicate "
                + duplicate + " + late " + late + " + " + unjudgedName + " "
                + (unjudged + rejected);
    }

    /**
     * Fails loudly unless these books equal the records read and the store's books (rule 10).
     *
     * @param records read, as counted where they were read
     * @param stats the store's books
     */
    void requireEqual(long records, StoreStats stats) {
        if (records != read()
                || first != stats.firstSeen() + stats.replayed()
                || duplicate != stats.duplicates()
                || late - ahead != stats.tooLate()
                || unjudged != stats.failedOpen() + stats.thrown()) {
            throw CliException.internal("the books do not balance: " + records + " records were read, the verdicts say "
                    + equation(0, "unjudged") + ", and the store says " + stats);
        }
    }
}
