package io.github.dedupkit.bloom;

/**
 * What a filter has saved, and how often it could prove nothing of a key that was new. Counted from the time the store was built;
 * exact once no call is in progress.
 *
 * @param saved marks told FIRST_SEEN without a look-up
 * @param needless marks looked up and told FIRST_SEEN for the first time: the look-up was for nothing. Replays are not among
 *     them, and keys that are new again are: forgotten ones, and those last seen little more than W ago
 * @param blind marks told FIRST_SEEN that the filter proved to be new, and that were looked up all the same because it may have
 *     missed another one of the key: after a start, until warm, and after a failure. But for replays they are needless ones
 * @param failures calls of the filter that threw
 * @param provesAfter what is stamped later may be proven new, what is not is looked up; in epoch milliseconds, negative once the
 *     filter knows every mark
 */
public record FilterStats(long saved, long needless, long blind, long failures, long provesAfter) {
    /**
     * The measured probability that the filter takes a new key for a known one: the needless look-ups that it is to blame
     * for, among the marks of new keys that were not blind.
     *
     * @return 0 to 1; 0 before the first such mark
     */
    public double falsePositiveProbability() {
        long wrong = Math.max(0, needless - blind);
        return wrong == 0 ? 0 : (double) wrong / (wrong + saved);
    }
}
