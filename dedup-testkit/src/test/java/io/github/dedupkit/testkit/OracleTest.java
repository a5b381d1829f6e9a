package io.github.dedupkit.testkit;

import static io.github.dedupkit.Verdict.DUPLICATE;
import static io.github.dedupkit.Verdict.FIRST_SEEN;
import static io.github.dedupkit.Verdict.TOO_LATE;
import static io.github.dedupkit.Verdict.UNJUDGED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.Retention;
import io.github.dedupkit.Verdict;
import io.github.dedupkit.testkit.Oracle.Answer;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class OracleTest {
    private static final long NOW = ContractSupport.START;
    private static final long W = 60_000;
    private static final long L = 10_000;
    private static final long G = 1_000;
    private static final long S = 5_000;
    private static final String K = "key";
    private static final long O1 = 1;
    private static final long O2 = 2;
    private static final long O3 = 3;

    private final VirtualClock clock = new VirtualClock(NOW + 10 * W);
    private final Oracle oracle = new Oracle(
            Retention.builder(Duration.ofMillis(W))
                    .lateness(Duration.ofMillis(L))
                    .tick(Duration.ofMillis(G))
                    .futureSkew(Duration.ofMillis(S))
                    .build(),
            clock);

    private void right(long timestamp, long origin, Verdict verdict) {
        assertNull(oracle.marked(K, timestamp, origin, verdict));
    }

    private void wrong(long timestamp, long origin, Verdict verdict, String violation) {
        String found = oracle.marked(K, timestamp, origin, verdict);
        assertNotNull(found, verdict + " should be wrong");
        assertTrue(found.contains(violation), found);
    }

    private void assertCounts(long lost, long admitted, long repeated, long misjudged) {
        assertEquals(lost, oracle.lost(), "lost");
        assertEquals(admitted, oracle.admitted(), "admitted");
        assertEquals(repeated, oracle.repeated(), "repeated");
        assertEquals(misjudged, oracle.misjudged(), "misjudged");
    }

    @Test
    void lostAdmittedRepeatedAndMisjudgedAreCountedApart() {
        right(NOW, O1, FIRST_SEEN);
        right(NOW, O2, DUPLICATE);
        right(NOW, O1, FIRST_SEEN);
        assertCounts(0, 0, 1, 0);
        wrong(NOW, O1, DUPLICATE, "rule 2: event lost");
        assertCounts(1, 0, 1, 0);
        assertNull(oracle.marked("other", NOW, O1, FIRST_SEEN));
        assertNotNull(oracle.marked("other", NOW, O2, FIRST_SEEN));
        assertCounts(1, 1, 1, 0);
        assertNotNull(oracle.marked("third", NOW, O2, TOO_LATE));
        assertNotNull(oracle.marked("third", NOW - L - 1, O2, FIRST_SEEN));
        assertNotNull(oracle.marked("third", NOW, O2, UNJUDGED));
        assertCounts(1, 1, 1, 3);
        assertEquals(9, oracle.marks());
    }

    @Test
    void afterAWrongDuplicateTheKeyIsNotJudgedAgain() {
        wrong(NOW, O1, DUPLICATE, "rule 2: event lost");
        right(NOW, O1, DUPLICATE);
        right(NOW, O2, FIRST_SEEN);
        assertCounts(1, 0, 0, 0);
    }

    @Test
    void afterAWrongFirstSeenTheNewDeliveryHoldsTheKey() {
        right(NOW, O1, FIRST_SEEN);
        wrong(NOW, O2, FIRST_SEEN, "rule 1: copy admitted");
        right(NOW, O2, FIRST_SEEN);
        right(NOW, O1, DUPLICATE);
        assertCounts(0, 1, 1, 0);
    }

    @Test
    void anUnansweredMarkMayHaveTakenEffect() {
        oracle.unanswered(K, NOW, O1);
        right(NOW, O2, DUPLICATE);
        wrong(NOW, O1, DUPLICATE, "rule 2: event lost");
    }

    @Test
    void anUnansweredMarkMayHaveTakenNoEffect() {
        oracle.unanswered(K, NOW, O1);
        right(NOW, O2, FIRST_SEEN);
        wrong(NOW, O1, FIRST_SEEN, "rule 1: copy admitted");
    }

    @Test
    void twoUnansweredMarksLeaveThreeStates() {
        for (Verdict ofThird : new Verdict[] {FIRST_SEEN, DUPLICATE}) {
            Oracle fresh = new Oracle(Retention.ofWindow(Duration.ofMillis(W)), clock);
            fresh.unanswered(K, NOW, O1);
            fresh.unanswered(K, NOW, O2);
            assertNull(fresh.marked(K, NOW, 3, ofThird));
            if (ofThird == DUPLICATE) {
                assertNull(fresh.marked(K, NOW, O2, DUPLICATE), "so the first of the two took effect");
                assertNull(fresh.marked(K, NOW, O1, FIRST_SEEN));
                assertNotNull(fresh.marked(K, NOW, O2, FIRST_SEEN));
            } else {
                assertNotNull(fresh.marked(K, NOW, O1, FIRST_SEEN), "neither took effect");
            }
        }
    }

    @Test
    void anUnansweredConfirmIsSettledByTheNextAnswer() {
        right(NOW, O1, FIRST_SEEN);
        oracle.confirmed(K, O1, Answer.LOST);
        right(NOW, O1, FIRST_SEEN);
        wrong(NOW, O1, DUPLICATE, "rule 2: event lost");

        assertNull(oracle.marked("b", NOW, O1, FIRST_SEEN));
        oracle.confirmed("b", O1, Answer.LOST);
        assertNull(oracle.marked("b", NOW, O1, DUPLICATE));
        assertNotNull(oracle.marked("b", NOW, O1, FIRST_SEEN));
        assertCounts(1, 1, 1, 0);
    }

    @Test
    void anUnansweredForgetIsSettledByTheNextAnswer() {
        right(NOW, O1, FIRST_SEEN);
        oracle.forgotten(K, O1, Answer.LOST);
        right(NOW, O2, DUPLICATE);
        wrong(NOW, O2, FIRST_SEEN, "rule 1: copy admitted");

        assertNull(oracle.marked("b", NOW, O1, FIRST_SEEN));
        oracle.forgotten("b", O1, Answer.LOST);
        assertNull(oracle.marked("b", NOW, O2, FIRST_SEEN));
        assertNotNull(oracle.marked("b", NOW, O1, FIRST_SEEN));
    }

    @Test
    void confirmAndForgetOfAnotherOriginChangeNothing() {
        right(NOW, O1, FIRST_SEEN);
        oracle.confirmed(K, O2, Answer.RETURNED);
        oracle.forgotten(K, O2, Answer.RETURNED);
        oracle.confirmed(K, 0, Answer.RETURNED);
        right(NOW, O1, FIRST_SEEN);
        oracle.confirmed(K, O1, Answer.RETURNED);
        oracle.forgotten(K, O1, Answer.RETURNED);
        right(NOW, O1, DUPLICATE);
    }

    @Test
    void twoMarksWithoutOriginAreTwoDeliveries() {
        right(NOW, 0, FIRST_SEEN);
        wrong(NOW, 0, FIRST_SEEN, "rule 1: copy admitted");
    }

    @Test
    void upToTheWindowOnlyADuplicateIsRight() {
        right(NOW, 0, FIRST_SEEN);
        right(NOW + W, 0, DUPLICATE);
        wrong(NOW + W, 0, FIRST_SEEN, "rule 1: copy admitted");
    }

    @Test
    void beyondTheWindowAndATickOnlyFirstSeenIsRight() {
        right(NOW, 0, FIRST_SEEN);
        wrong(NOW + W + G + 1, 0, DUPLICATE, "rule 2: event lost");
    }

    @Test
    void betweenTheTwoEitherIsRightAndIsRemembered() {
        right(NOW, 0, FIRST_SEEN);
        right(NOW + W + 1, 0, FIRST_SEEN);
        right(NOW + W + 1 + W, 0, DUPLICATE);

        assertNull(oracle.marked("b", NOW + 2 * W, 0, FIRST_SEEN));
        assertNull(oracle.marked("b", NOW + 3 * W + G, 0, DUPLICATE));
        assertNotNull(oracle.marked("b", NOW + 3 * W + G + 1, 0, DUPLICATE), "the duplicate did not extend the window");
    }

    @Test
    void anAnswerRulesOutWatermarks() {
        right(NOW, 0, FIRST_SEEN);
        oracle.unanswered("b", NOW + 2 * L, 0);
        assertNull(oracle.marked("c", NOW, 0, TOO_LATE), "late, if the unanswered mark moved the watermark");
        assertNotNull(oracle.marked("d", NOW, 0, FIRST_SEEN), "the answer before says that it did");
    }

    @Test
    void anAnswerRulesOutTheOtherWatermarkToo() {
        right(NOW, 0, FIRST_SEEN);
        oracle.unanswered("b", NOW + 2 * L, 0);
        assertNull(oracle.marked("c", NOW, 0, FIRST_SEEN), "in time, if the unanswered mark was lost");
        assertNotNull(oracle.marked("d", NOW, 0, TOO_LATE), "the answer before says that it was");
        assertCounts(0, 0, 0, 1);
    }

    @Test
    void aLateMarkRecordsNothing() {
        right(NOW, 0, FIRST_SEEN);
        assertNull(oracle.marked("b", NOW - L - 1, 0, TOO_LATE));
        assertNull(oracle.marked("b", NOW - L, 0, FIRST_SEEN));
    }

    @Test
    void theFutureCountsAsTheClockAndTheSkew() {
        clock.set(NOW);
        right(NOW + 5 * W, 0, FIRST_SEEN);
        assertNull(oracle.marked("b", NOW - L, 0, FIRST_SEEN), "the watermark stays at the clock");
        assertNull(oracle.marked("c", NOW - L - 1, 0, TOO_LATE), "and has reached it");
        clock.set(NOW + S + W);
        right(NOW + S + W, 0, DUPLICATE);
        clock.set(NOW + S + W + G + 1);
        right(NOW + S + W + G + 1, 0, FIRST_SEEN);
    }

    @Test
    void aLookProvesAbsenceOnly() {
        assertNull(oracle.looked(K, NOW, true), "true says nothing");
        assertNull(oracle.looked(K, NOW, false));
        oracle.unanswered(K, NOW, 0);
        assertNull(oracle.looked(K, NOW, false), "the mark may have been lost");
        right(NOW, 0, DUPLICATE);
        assertNotNull(oracle.looked(K, NOW, false), "it was not");
        assertNull(oracle.looked(K, NOW + W + 1, false));
        assertNotNull(oracle.looked("b", NOW - L - 1, false), "late: true is the only answer");
        assertCounts(0, 1, 0, 1);
    }

    @Test
    void aRestartWithoutDurabilityEmptiesTheModel() {
        right(NOW, O1, FIRST_SEEN);
        oracle.emptied();
        right(NOW - 2 * L, O2, FIRST_SEEN);
        assertCounts(0, 0, 0, 0);
        assertEquals(2, oracle.newKeys());
    }

    @Test
    void onlyCertainlyNewKeysAreTrials() {
        right(NOW, O1, FIRST_SEEN);
        right(NOW, O1, FIRST_SEEN);
        right(NOW, O2, DUPLICATE);
        oracle.unanswered("b", NOW, O1);
        assertNull(oracle.marked("b", NOW, O2, FIRST_SEEN));
        assertEquals(1, oracle.newKeys());
    }

    @Test
    void aTierMayAnswerByAConfirmedMarkForGoodAndLeavesTheWatermark() {
        Oracle tier = Oracle.ofTier(
                Retention.builder(Duration.ofMillis(W))
                        .lateness(Duration.ofMillis(L))
                        .tick(Duration.ofMillis(G))
                        .build(),
                clock);
        assertNull(tier.marked(K, NOW, O1, FIRST_SEEN));
        assertNotNull(tier.marked(K, NOW - L - 1, O2, DUPLICATE), "late, and the mark is open");
        tier.confirmed(K, O1, Oracle.Answer.RETURNED);
        assertNull(tier.marked(K, NOW - L - 1, O2, DUPLICATE), "late, and known near");
        assertNull(tier.marked(K, NOW - L - 1, O2, TOO_LATE), "late");
        assertNull(tier.marked(K, NOW + W, O2, DUPLICATE));
        assertNull(tier.marked("moved or not", NOW + W - L - 1, O2, TOO_LATE), "the duplicate moved the watermark");
        assertNotNull(tier.marked(K, NOW + W + G + 1, O2, DUPLICATE), "beyond the window of the confirmed mark");
        assertNull(tier.marked(K, NOW + W + G + 1, O3, FIRST_SEEN));
        tier.forgotten(K, O3, Oracle.Answer.RETURNED);
        assertNull(tier.marked(K, NOW + W, O2, DUPLICATE), "the older mark is still a witness");
        assertEquals(1, tier.lost());
    }

    @Test
    void aDuplicateAnsweredNearMayLeaveTheWatermark() {
        Oracle tier = Oracle.ofTier(Retention.ofWindow(Duration.ofMillis(W)), clock);
        assertNull(tier.marked(K, NOW, 0, FIRST_SEEN));
        assertNull(tier.marked(K, NOW + W, 0, DUPLICATE));
        assertNull(tier.marked("b", NOW, 0, FIRST_SEEN), "so this is in time");
        assertNotNull(tier.marked("c", NOW + G, 0, TOO_LATE), "and the watermark is known again");
    }

    @Test
    void aTierRecallsNothingAheadOfTheClock() {
        Oracle tier = Oracle.ofTier(Retention.ofWindow(Duration.ofMillis(W)), clock);
        assertNull(tier.marked(K, NOW, 0, FIRST_SEEN));
        assertNull(tier.marked("b", NOW + 3 * G, 0, FIRST_SEEN), "moves the watermark");
        clock.set(NOW - 1);
        assertNotNull(tier.marked(K, NOW, 0, DUPLICATE), "late, and ahead of the near clock");
        clock.set(NOW);
        assertNull(tier.marked(K, NOW, 0, DUPLICATE), "late, and known near");
    }

    @Test
    void aNoteMustBeOfAConfirmedRecord() {
        right(NOW, O1, FIRST_SEEN);
        assertNotNull(oracle.noted(K, NOW), "the mark is open");
        oracle.confirmed(K, O1, Oracle.Answer.RETURNED);
        assertNull(oracle.noted(K, NOW));
        assertNull(oracle.noted(K, NOW - G + 1), "a store may count in ticks");
        assertNotNull(oracle.noted(K, NOW + 1), "later than the record");
        assertNotNull(oracle.noted(K, NOW - G), "a tick before it");
        assertNotNull(oracle.noted("b", NOW), "a key without record");
    }
}
