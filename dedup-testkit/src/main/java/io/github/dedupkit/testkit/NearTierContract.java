package io.github.dedupkit.testkit;

import static io.github.dedupkit.Verdict.DUPLICATE;
import static io.github.dedupkit.Verdict.FIRST_SEEN;
import static io.github.dedupkit.Verdict.TOO_LATE;
import static io.github.dedupkit.Verdict.UNJUDGED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.DedupKey;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.NearTier;
import io.github.dedupkit.Retention;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The contract of every {@link NearTier}: that of a replay-safe store, and what recall and remember promise. */
public abstract class NearTierContract extends ReplaySafeStoreContract {
    private static final long O1 = 41;
    private static final long O2 = 42;

    /** Creates the contract. */
    protected NearTierContract() {}

    private NearTier openNearTier() {
        return (NearTier) open(retentions().get(1));
    }

    private static boolean recall(NearTier tier, DedupKey key, long timestamp, long origin) {
        return tier.recall(key.high(), key.low(), timestamp, origin);
    }

    private static void remember(NearTier tier, DedupKey key, long timestamp, long origin) {
        tier.remember(key.high(), key.low(), timestamp, origin);
    }

    @Test
    @DisplayName("near tier: recall knows a remembered duplicate within W, and passes a replay")
    void near_recallsWhatItRemembers() {
        Retention retention = retentions().get(1);
        NearTier tier = openNearTier();
        clock.set(START + 10 * retention.windowMillis());
        assertFalse(recall(tier, key(0), START, O1), "an unknown key passes");
        remember(tier, key(0), START, O1);
        assertFalse(recall(tier, key(0), START, O1), "the delivery's own replay passes");
        assertTrue(recall(tier, key(0), START, O2), "another delivery is a duplicate");
        assertTrue(recall(tier, key(0), START, 0), "a delivery without origin is a duplicate");
        remember(tier, key(1), START, 0);
        assertTrue(recall(tier, key(1), START, O1), "a confirmed mark makes every delivery a duplicate");
        assertTrue(recall(tier, key(1), START + retention.windowMillis(), 0), "W later");
        assertFalse(
                recall(tier, key(1), START + retention.windowMillis() + retention.tickMillis() + 1, 0),
                "W + g + 1 later");
    }

    @Test
    @DisplayName("near tier: confirm and forget act on what is remembered")
    void near_confirmAndForget() {
        NearTier tier = openNearTier();
        remember(tier, key(0), START, O1);
        tier.confirm(key(0), START, O1);
        assertTrue(recall(tier, key(0), START, O1), "confirmed: its own redelivery is a duplicate");
        remember(tier, key(1), START, O1);
        tier.forget(key(1), START, O1);
        assertFalse(recall(tier, key(1), START, O2), "forgotten: another delivery passes");
        remember(tier, key(2), START, O1);
        remember(tier, key(2), START, O2);
        assertFalse(recall(tier, key(2), START, O2), "the far store's newer mark replaces the older one");
        assertTrue(recall(tier, key(2), START, O1), "and the older delivery is now a duplicate");
    }

    @Test
    @DisplayName("near tier: what was forgotten is not recalled, however far the watermark moves")
    void near_forgottenIsNeverRecalled() {
        Retention retention = retentions().get(1);
        NearTier tier = openNearTier();
        long end = START + 3 * retention.windowMillis();
        clock.set(end);
        remember(tier, key(0), START, O1);
        tier.forget(key(0), START, O1);
        for (long now = START; now <= end; now += retention.tickMillis()) {
            mark(tier, key(1 + (int) ((now - START) / retention.tickMillis())), now, 0, FIRST_SEEN, "a fresh key");
            assertFalse(
                    recall(tier, key(0), START, O2),
                    "recalled although forgotten, with the watermark " + (now - START) + " ms past it");
        }
    }

    @Test
    @DisplayName("near tier: recall records nothing, moves no watermark and is never too late")
    void near_recallOnlyReads() {
        Retention retention = retentions().get(1);
        NearTier tier = openNearTier();
        clock.set(START + 10 * retention.windowMillis());
        long late = START - retention.latenessMillis() - 1;
        remember(tier, key(0), late, 0);
        mark(tier, key(1), START, 0, FIRST_SEEN, "a fresh key moves the watermark");
        mark(tier, key(0), late, 0, TOO_LATE, "a mark is too late");
        assertTrue(recall(tier, key(0), late, 0), "a recall is not");
        assertFalse(recall(tier, key(2), clock.millis(), 0), "an unknown key passes");
        mark(tier, key(3), START - retention.latenessMillis(), 0, FIRST_SEEN, "a recall moves no watermark");
        assertEquals(3, tier.stats().calls(), "rule 10: a recall is no mark, nor is a remember");
    }

    @Test
    @DisplayName("near tier: the batch forms judge what is known and remember what was first seen")
    void near_batchForms() {
        NearTier tier = openNearTier();
        EventBatch answered = new EventBatch(4);
        answered.add(key(0), START, O1);
        answered.add(key(1), START, 0);
        answered.add(key(2), START, O1);
        answered.add(key(3), START, O1);
        answered.judge(0, FIRST_SEEN);
        answered.judge(1, FIRST_SEEN);
        answered.judge(2, DUPLICATE);
        answered.judge(3, TOO_LATE);
        tier.remember(answered);
        EventBatch asked = new EventBatch(6);
        asked.add(key(0), START, O1);
        asked.add(key(0), START, O2);
        asked.add(key(1), START, O1);
        asked.add(key(2), START, O2);
        asked.add(key(3), START, O2);
        asked.add(key(1), START, O1);
        asked.judge(5, TOO_LATE);
        tier.recall(asked);
        assertEquals(UNJUDGED, asked.verdict(0), "its own replay passes");
        assertEquals(DUPLICATE, asked.verdict(1), "another delivery");
        assertEquals(DUPLICATE, asked.verdict(2), "confirmed");
        assertEquals(UNJUDGED, asked.verdict(3), "a far DUPLICATE is not remembered: its record's time is not known");
        assertEquals(UNJUDGED, asked.verdict(4), "a far TOO_LATE is not remembered");
        assertEquals(TOO_LATE, asked.verdict(5), "a judged item stays as it is");
    }

    @Test
    @DisplayName("rules 11 and 12: recall and remember refuse bad input and calls after close")
    @SuppressWarnings("NullAway") // null is what is tested
    void near_badInputAndClose() {
        NearTier tier = openNearTier();
        refusesNull("batch", () -> tier.recall(null));
        refusesNull("batch", () -> tier.remember(null));
        refusesTimestamp(-1, () -> recall(tier, key(0), -1, 0));
        refusesTimestamp(-1, () -> remember(tier, key(0), -1, 0));
        EventBatch batch = new EventBatch(1);
        batch.add(key(0), START, O1);
        batch.judge(0, FIRST_SEEN);
        EventBatch unjudged = new EventBatch(1);
        unjudged.add(key(0), START, O1);
        tier.close();
        assertThrows(IllegalStateException.class, () -> recall(tier, key(0), START, 0), "rule 11: recall");
        assertThrows(IllegalStateException.class, () -> remember(tier, key(0), START, 0), "rule 11: remember");
        assertThrows(IllegalStateException.class, () -> tier.recall(unjudged), "rule 11: recall of a batch");
        assertThrows(IllegalStateException.class, () -> tier.remember(batch), "rule 11: remember of a batch");
    }
}
