package io.github.dedupkit;

import java.time.Duration;
import java.util.Objects;
import java.util.OptionalLong;

/**
 * The books and the state of a store at one moment.
 *
 * <p>The books balance (rule 10): {@code firstSeen + replayed + duplicates + tooLate + failedOpen = answered}, and {@code
 * answered + thrown = calls}. A batch counts its items. A call refused for its arguments, or because the store is closed,
 * is no mark and is not counted.
 *
 * @param firstSeen marks told FIRST_SEEN for the first time
 * @param replayed marks told FIRST_SEEN again, being the same unconfirmed delivery
 * @param duplicates marks told DUPLICATE
 * @param tooLate marks told TOO_LATE
 * @param failedOpen marks told UNJUDGED under {@link FailurePolicy#FAIL_OPEN}
 * @param thrown marks left without an answer by an exception
 * @param evicted records dropped before their time, for lack of room
 * @param retainedKeys records held now, which may include expired ones not yet removed
 * @param bytes memory or disk they take, in bytes; empty if the store cannot tell
 * @param effectiveWindow the span before every event that is not too late within which nothing was dropped before its
 *     time, at most W; zero promises nothing
 * @param falseDuplicateProbability the probability that a new key is told DUPLICATE now, 0 to 1
 */
public record StoreStats(
        long firstSeen,
        long replayed,
        long duplicates,
        long tooLate,
        long failedOpen,
        long thrown,
        long evicted,
        long retainedKeys,
        OptionalLong bytes,
        Duration effectiveWindow,
        double falseDuplicateProbability) {

    /**
     * Validates that nothing is null.
     *
     * @param firstSeen marks told FIRST_SEEN for the first time
     * @param replayed marks told FIRST_SEEN again
     * @param duplicates marks told DUPLICATE
     * @param tooLate marks told TOO_LATE
     * @param failedOpen marks told UNJUDGED
     * @param thrown marks without an answer
     * @param evicted records dropped before their time
     * @param retainedKeys records held now
     * @param bytes memory or disk they take
     * @param effectiveWindow the span within which nothing was dropped
     * @param falseDuplicateProbability for a new key, now
     * @throws NullPointerException naming the component that is null
     */
    public StoreStats {
        Objects.requireNonNull(bytes, "bytes");
        Objects.requireNonNull(effectiveWindow, "effectiveWindow");
    }

    /**
     * The marks that got an answer.
     *
     * @return the sum of the five answers
     */
    public long answered() {
        return firstSeen + replayed + duplicates + tooLate + failedOpen;
    }

    /**
     * The marks asked for.
     *
     * @return {@link #answered()} plus {@link #thrown()}
     */
    public long calls() {
        return answered() + thrown;
    }
}
