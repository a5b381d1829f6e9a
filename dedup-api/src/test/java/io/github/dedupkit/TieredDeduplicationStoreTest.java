package io.github.dedupkit;

import static io.github.dedupkit.Refusals.assertIllegalArgument;
import static io.github.dedupkit.Refusals.assertIllegalState;
import static io.github.dedupkit.Refusals.assertNullNamed;
import static io.github.dedupkit.Refusals.none;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.dedupkit.Guarantees.Atomicity;
import io.github.dedupkit.Guarantees.Condition;
import io.github.dedupkit.Guarantees.Durability;
import io.github.dedupkit.Guarantees.Outcome;
import io.github.dedupkit.Guarantees.Scope;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** How the tier puts its parts together; the contract that it keeps is tested by the testkit. */
class TieredDeduplicationStoreTest {
    private final ScriptedTier near = new ScriptedTier();
    private final ScriptedTier far = new ScriptedTier();
    private final TieredDeduplicationStore store =
            TieredDeduplicationStore.builder(near, far).build();

    @Test
    void partsAreNamed() {
        assertNullNamed("near", () -> TieredDeduplicationStore.builder(none(), far));
        assertNullNamed("far", () -> TieredDeduplicationStore.builder(near, none()));
        TieredDeduplicationStore.Builder builder = TieredDeduplicationStore.builder(near, far);
        assertNullNamed("clock", () -> builder.clock(none()));
        assertNullNamed("listener", () -> builder.listener(none()));
    }

    @Test
    void bothPartsAreClosedWhateverTheNearOneThrows() {
        near.onClose = () -> {
            throw new IllegalArgumentException("near");
        };
        assertThrows(IllegalArgumentException.class, store::close);
        assertEquals(List.of("close"), far.calls);
        assertIllegalState("the store is closed", () -> store.markSeen(1, 2, 3, 4));
        assertIllegalState("the store is closed", () -> store.confirm(1, 2, 3, 4));
        assertIllegalState("the store is closed", store::stats);
        assertEquals(List.of("close"), far.calls);
    }

    @Test
    void whatANearTierThrowsWhileItClosesIsNoFailure() {
        near.onRecall = () -> {
            near.onRecall = () -> {};
            store.close();
            throw new IllegalStateException("closed meanwhile");
        };
        assertEquals(Verdict.FIRST_SEEN, store.markSeen(1, 2, 3, 4));
        assertEquals(0, store.nearFailures());
    }

    @Test
    void badInputReachesNobody() {
        assertIllegalArgument(
                "timestamp -1 is negative; give epoch milliseconds, 0 or more", () -> store.markSeen(1, 2, -1, 4));
        EventBatch batch = new EventBatch(1);
        batch.add(1, 2, 3, 4);
        assertIllegalArgument(
                "done and next are the same batch; alternate between two", () -> store.confirmAndMark(batch, batch));
        assertEquals(List.of(), near.calls);
        assertEquals(List.of(), far.calls);
        assertEquals(0, store.nearFailures());
    }

    @Test
    void aListenerIsToldOfWhatIsAnsweredNearAndMayThrow() {
        List<Integer> told = new ArrayList<>();
        TieredDeduplicationStore heard = TieredDeduplicationStore.builder(near, far)
                .listener((first, replayed, duplicates, late, open, thrown) -> {
                    assertEquals(0, first + replayed + late + open + thrown);
                    told.add(duplicates);
                    throw new IllegalArgumentException("this listener always throws");
                })
                .build();
        near.knows = true;
        EventBatch batch = new EventBatch(3);
        batch.add(1, 2, 3, 4);
        batch.add(1, 2, 3, 5);
        batch.add(1, 2, Long.MAX_VALUE, 5);
        heard.markSeen(batch);
        assertEquals(Verdict.DUPLICATE, heard.markSeen(1, 2, 3, 4));
        assertEquals(Verdict.FIRST_SEEN, batch.verdict(2), "a time ahead of the clock");
        near.knows = false;
        assertEquals(Verdict.FIRST_SEEN, heard.markSeen(1, 2, 3, 4));
        assertEquals(List.of(2, 1), told);
        assertEquals(3, heard.recalled());
    }

    @Test
    void onlyTimesThatHaveComeAreRemembered() {
        far.confirmedAt = 7;
        store.markSeen(1, 2, 3, 0);
        far.confirmedAt = Long.MAX_VALUE;
        store.markSeen(1, 2, 3, 0);
        store.confirm(1, 2, 3, 4);
        assertEquals(List.of("recall 3", "remember 7 0", "recall 3"), near.calls);
    }

    @Test
    void booksAreThoseOfTheFarStoreWithWhatWasAnsweredNear() {
        near.knows = true;
        store.markSeen(1, 2, 3, 4);
        store.markSeen(1, 2, 3, 4);
        near.stats = stats(100, 0.25, OptionalLong.of(1_000));
        far.stats = stats(10, 0.5, OptionalLong.of(200));
        StoreStats both = store.stats();
        assertEquals(
                stats(10, 0.625, OptionalLong.of(1_200)).toString().replace("duplicates=10", "duplicates=12"),
                both.toString());
        far.stats = stats(10, 0, OptionalLong.empty());
        assertEquals(OptionalLong.empty(), store.stats().bytes());
    }

    private static StoreStats stats(long each, double probability, OptionalLong bytes) {
        return new StoreStats(
                each, each, each, each, each, each, each, each, bytes, Duration.ofMillis(each), probability);
    }

    @Test
    void guaranteesAreTheFarStoresWithTheNearTiersFalseDuplicates() {
        far.guarantees = guarantees(0, "0", "0 with a keyed key space");
        near.guarantees = guarantees(0, "0", "0 with a keyed key space");
        Guarantees exact = together();
        assertEquals(Guarantees.Accuracy.EXACT, exact.accuracy());
        assertEquals(Durability.POWER_CUT, exact.durability());
        assertEquals(new Outcome("0", "0", "some"), exact.outcome(Condition.HEALTHY));
        assertEquals(new Outcome("0", "0, or DUPLICATE if recalled", "some"), exact.outcome(Condition.LATE_DATA));
        assertEquals(
                "0 with a keyed key space",
                exact.outcome(Condition.HOSTILE_KEYS).lost());

        near.guarantees = guarantees(0.25, "false duplicates", "as when healthy");
        Guarantees approximate = together();
        assertEquals(0.25, approximate.falseDuplicateProbability());
        assertEquals("false duplicates", approximate.outcome(Condition.HEALTHY).lost());
        assertEquals(
                "0 with a keyed key space; near tier: as when healthy",
                approximate.outcome(Condition.HOSTILE_KEYS).lost());

        far.guarantees = guarantees(0.5, "false duplicates", "as when healthy");
        assertEquals(0.625, together().falseDuplicateProbability());
        assertEquals("false duplicates", together().outcome(Condition.HEALTHY).lost());
    }

    private Guarantees together() {
        return TieredDeduplicationStore.builder(near, far).build().guarantees();
    }

    private static Guarantees guarantees(double probability, String lost, String lostHostile) {
        Guarantees.Builder guarantees = Guarantees.builder(Durability.POWER_CUT, Scope.SHARED, Atomicity.KEY_GROUP);
        if (probability > 0) {
            guarantees.falseDuplicateProbability(probability);
        }
        for (Condition condition : Condition.values()) {
            guarantees.on(condition, condition == Condition.HOSTILE_KEYS ? lostHostile : lost, "0", "some");
        }
        return guarantees.build();
    }

    @Test
    void aBatchOfOneIsLentToOneCallAtATime() {
        SingleBatches singles = new SingleBatches();
        EventBatch first = singles.take();
        EventBatch second = singles.take();
        assertNotSame(first, second);
        first.add(1, 2, 3, 4);
        singles.giveBack(first);
        assertSame(first, singles.take());
        assertEquals(0, first.size(), "cleared");
    }
}
