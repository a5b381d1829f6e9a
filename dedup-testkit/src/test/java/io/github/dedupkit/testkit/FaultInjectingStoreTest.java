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
import io.github.dedupkit.Retention;
import io.github.dedupkit.StoreUnavailableException;
import io.github.dedupkit.testkit.FaultInjectingStore.Fault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FaultInjectingStoreTest {
    private static final long NOW = ContractSupport.START;
    private static final DedupKey A = DedupKey.ofBits(1, 2);
    private static final DedupKey B = DedupKey.ofBits(3, 4);

    private final FakeDurableStore store = open();
    private final FaultInjectingStore faulty = new FaultInjectingStore(store);

    private static FakeDurableStore open() {
        Retention retention = Retention.ofWindow(Duration.ofHours(1));
        return new FakeDurableStorage(new StoreConfig(retention, new VirtualClock(NOW), 1_000, new Ledger())).open();
    }

    private void fails(Fault fault, Runnable call) {
        faulty.failNext(fault);
        assertThrows(StoreUnavailableException.class, call::run);
    }

    @Test
    void withoutFaultsItIsTheStoreUnderneath() {
        assertEquals(FIRST_SEEN, faulty.markSeen(A, NOW, 1));
        assertEquals(DUPLICATE, faulty.markSeen(A, NOW, 2));
        assertTrue(faulty.mightContain(A, NOW));
        assertEquals(store.stats(), faulty.stats());
        assertEquals(store.guarantees(), faulty.guarantees());
        assertEquals(0, faulty.faults());
        faulty.close();
        assertThrows(IllegalStateException.class, () -> store.markSeen(A, NOW, 1));
    }

    @Test
    void aLostRequestDoesNotReachTheStore() {
        fails(Fault.LOSE_REQUEST, () -> faulty.markSeen(A, NOW, 1));
        assertEquals(0, store.stats().calls());
        assertEquals(FIRST_SEEN, faulty.markSeen(A, NOW, 2), "the next call is answered");
        fails(Fault.LOSE_REQUEST, () -> faulty.confirm(A, NOW, 2));
        fails(Fault.LOSE_REQUEST, () -> faulty.forget(A, NOW, 2));
        fails(Fault.LOSE_REQUEST, () -> faulty.mightContain(A, NOW));
        assertEquals(FIRST_SEEN, faulty.markSeen(A, NOW, 2), "neither confirmed nor forgotten");
        assertEquals(4, faulty.faults());
    }

    @Test
    void aLostReplyComesAfterTheStoreHasActed() {
        fails(Fault.LOSE_REPLY, () -> faulty.markSeen(A, NOW, 1));
        assertEquals(DUPLICATE, faulty.markSeen(A, NOW, 2));
        fails(Fault.LOSE_REPLY, () -> faulty.forget(A, NOW, 1));
        assertEquals(FIRST_SEEN, faulty.markSeen(A, NOW, 2));
        fails(Fault.LOSE_REPLY, () -> faulty.confirm(A, NOW, 2));
        assertEquals(DUPLICATE, faulty.markSeen(A, NOW, 2));
    }

    @Test
    void batchesOfConfirmsAndForgetsCanFailToo() {
        EventBatch batch = new EventBatch(1);
        batch.add(A, NOW, 1);
        faulty.markSeen(batch);
        fails(Fault.LOSE_REQUEST, () -> faulty.confirm(batch));
        assertEquals(FIRST_SEEN, faulty.markSeen(A, NOW, 1));
        fails(Fault.LOSE_REPLY, () -> faulty.forget(batch));
        assertFalse(store.mightContain(A, NOW));
    }

    @Test
    void aBatchSubmittedAgainGetsTheAnswersWhoseReplyWasLost() {
        EventBatch batch = new EventBatch(3);
        batch.add(A, NOW, 0);
        batch.add(A, NOW, 0);
        fails(Fault.LOSE_REPLY, () -> faulty.markSeen(batch));
        assertEquals(UNJUDGED, batch.verdict(0));
        assertEquals(2, store.stats().calls());
        batch.add(B, NOW, 0);
        faulty.markSeen(batch);
        assertEquals(FIRST_SEEN, batch.verdict(0), "its own mark, without origin, is no duplicate of itself");
        assertEquals(DUPLICATE, batch.verdict(1));
        assertEquals(FIRST_SEEN, batch.verdict(2), "an item added since is asked for");
        assertEquals(3, store.stats().calls());
    }

    @Test
    void notesArePassedOnAndJudgedItemsStayAsTheyAre() {
        EventBatch batch = new EventBatch(3);
        batch.add(A, NOW, 0);
        batch.add(B, NOW, 1);
        batch.add(B, NOW, 2);
        batch.judge(2, TOO_LATE);
        fails(Fault.LOSE_REPLY, () -> faulty.markSeen(batch));
        batch.judge(0, DUPLICATE);
        faulty.markSeen(batch);
        assertEquals(DUPLICATE, batch.verdict(0), "judged between the two calls");
        assertEquals(FIRST_SEEN, batch.verdict(1), "the answer whose reply was lost");
        assertEquals(TOO_LATE, batch.verdict(2), "judged before");
        EventBatch copies = new EventBatch(2);
        copies.add(A, NOW + 1, 1);
        copies.add(B, NOW + 1, 2);
        faulty.markSeen(copies);
        assertEquals(NOW, copies.confirmedAt(0));
        assertEquals(-1, copies.confirmedAt(1), "an open mark");
    }

    @Test
    void confirmAndMarkIsOneCall() {
        EventBatch done = new EventBatch(1);
        done.add(A, NOW, 1);
        faulty.markSeen(done);
        EventBatch next = new EventBatch(2);
        next.add(A, NOW, 1);
        next.add(B, NOW, 0);
        fails(Fault.LOSE_REQUEST, () -> faulty.confirmAndMark(done, next));
        assertEquals(FIRST_SEEN, faulty.markSeen(A, NOW, 1), "not confirmed");
        fails(Fault.LOSE_REPLY, () -> faulty.confirmAndMark(done, next));
        assertEquals(DUPLICATE, faulty.markSeen(A, NOW, 1), "confirmed");
        faulty.confirmAndMark(done, next);
        assertEquals(DUPLICATE, next.verdict(0));
        assertEquals(FIRST_SEEN, next.verdict(1), "its own mark is no duplicate of itself");
        assertThrows(IllegalArgumentException.class, () -> faulty.confirmAndMark(next, next));
        assertEquals(2, faulty.faults());
    }

    @Test
    void aClearedBatchIsAnotherOne() {
        EventBatch batch = new EventBatch(1);
        batch.add(A, NOW, 0);
        fails(Fault.LOSE_REPLY, () -> faulty.markSeen(batch));
        batch.clear();
        batch.add(A, NOW, 0);
        faulty.markSeen(batch);
        assertEquals(DUPLICATE, batch.verdict(0));
    }

    @Test
    void theSameSeedGivesTheSameFaults() {
        List<Boolean> first = failures(7);
        assertEquals(first, failures(7));
        assertFalse(first.equals(failures(8)));
        long failed = first.stream().filter(f -> f).count();
        assertTrue(failed > 200 && failed < 400, failed + " of 1000 at a probability of 0.3");
    }

    private static List<Boolean> failures(long seed) {
        FaultInjectingStore faulty = new FaultInjectingStore(open());
        faulty.failRandomly(0.3, seed);
        List<Boolean> failures = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            boolean failed = false;
            try {
                faulty.markSeen(A, NOW, 1);
            } catch (StoreUnavailableException e) {
                failed = true;
            }
            failures.add(failed);
        }
        assertEquals(failures.stream().filter(f -> f).count(), faulty.faults());
        return failures;
    }
}
