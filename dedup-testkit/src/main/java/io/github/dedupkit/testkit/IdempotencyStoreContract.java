package io.github.dedupkit.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.github.dedupkit.Guarantees.Durability;
import io.github.dedupkit.IdempotencyStore;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The contract of every {@link IdempotencyStore}: rules 6 to 12 of {@code docs/contract.md}, and the table in its Javadoc. Extend
 * it, and supply a fixture and the expected promises. It runs on virtual time: the store must take both clocks of {@link
 * IdempotencyConfig}.
 *
 * <p>System properties: {@code dedup.test.claim-races} races per kind, {@code dedup.test.claim-histories} random histories,
 * {@code dedup.test.seed} the first seed; {@code dedup.test.long-claim-races} and {@code dedup.test.long-claim-histories} for
 * the long tests.
 */
public abstract class IdempotencyStoreContract extends ClaimCloseAndInputRules {
    private static final long DEFAULT_SEED = 20_260_101;
    private static final int STEPS = 120;
    private static final int YIELD_ONE_READING_IN = 16;
    private static final int RACE_ATTEMPTS = 10;

    /** Creates the contract. */
    protected IdempotencyStoreContract() {}

    @Test
    @DisplayName("rule 8: of threads that race for a claim one wins: against each other, complete, renew and release")
    void rule8_racesHaveOneWinner() throws Exception {
        race(scale("dedup.test.claim-races", 10_000));
    }

    @Test
    @Tag("long")
    @DisplayName("rule 8: of threads that race for a claim one wins, in a million races of each kind")
    void rule8_millionsOfRacesHaveOneWinner() throws Exception {
        race(scale("dedup.test.long-claim-races", 1_000_000));
    }

    private void race(long races) throws Exception {
        wallClock.yieldOneReadingIn(YIELD_ONE_READING_IN);
        for (ClaimRaces.Kind kind : ClaimRaces.Kind.values()) {
            ClaimRaces.Result total = new ClaimRaces.Result(0, 0, 0, "");
            for (int attempt = 0; attempt < RACE_ATTEMPTS && total.overlapped() == 0; attempt++) {
                for (int threads : new int[] {2, 4}) {
                    total = total.plus(raceWith(kind, threads, races / 2 + 1));
                }
            }
            System.out.println(getClass().getSimpleName() + ", " + kind + ": " + total);
            assertEquals(0, total.wrong(), "rule 8: " + total);
            assertTrue(total.overlapped() > 0, "no race overlapped, so the test showed nothing; " + total);
        }
    }

    private ClaimRaces.Result raceWith(ClaimRaces.Kind kind, int threads, long races) throws Exception {
        try (IdempotencyFixture fixture = fixture(config())) {
            List<IdempotencyStore> stores = new ArrayList<>();
            try {
                for (int i = 0; i < fixture.instances(); i++) {
                    stores.add(fixture.open());
                }
                return new ClaimRaces(stores, nanoTime, kind, threads, races).run();
            } finally {
                stores.forEach(IdempotencyStore::close);
            }
        }
    }

    @Test
    @DisplayName("rules 8 to 10: random histories agree with the table, written a second time")
    void rules_randomHistoriesAgreeWithTheTable() {
        playHistories(scale("dedup.test.claim-histories", 500), scale("dedup.test.seed", DEFAULT_SEED));
    }

    @Test
    @Tag("long")
    @DisplayName("rules 8 to 10: many random histories, other ones each time, agree with the table")
    void rules_manyRandomHistoriesAgreeWithTheTable() {
        playHistories(scale("dedup.test.long-claim-histories", 50_000), scale("dedup.test.seed", System.nanoTime()));
    }

    private void playHistories(long histories, long firstSeed) {
        System.out.println(getClass().getSimpleName() + ": histories of claims from seed " + firstSeed);
        boolean durable = expectedDurability() != Durability.NONE;
        for (long seed = firstSeed; seed < firstSeed + histories; seed++) {
            List<ClaimStep> steps = ClaimHistories.draw(seed, STEPS, durable);
            ClaimHistory.Report report = ClaimHistory.play(steps, this);
            if (report.violation() != null) {
                ClaimHistory.Report shrunk = ClaimHistory.play(ClaimHistories.shrink(steps, this), this);
                ClaimHistory.Report smallest = shrunk.violation() == null ? report : shrunk;
                fail(smallest.violation() + "\nseed " + seed + ", shrunk to:\n  "
                        + String.join("\n  ", smallest.trace()));
            }
        }
    }
}
