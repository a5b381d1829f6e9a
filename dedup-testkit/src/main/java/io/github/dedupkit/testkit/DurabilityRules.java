package io.github.dedupkit.testkit;

import static io.github.dedupkit.Verdict.DUPLICATE;
import static io.github.dedupkit.Verdict.FIRST_SEEN;
import static io.github.dedupkit.Verdict.TOO_LATE;
import static io.github.dedupkit.Verdict.UNJUDGED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.dedupkit.CorruptSnapshotException;
import io.github.dedupkit.DeduplicationStore;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.Guarantees.Durability;
import io.github.dedupkit.ReplaySafeStore;
import io.github.dedupkit.Retention;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Rules 3, 4(f) and 7 across restarts. Skipped, with the reason, for a store that promises to survive nothing; the process
 * is killed by the fixture's {@link DurableFixture#crash()}.
 */
abstract class DurabilityRules extends RetentionRules {
    /** A storage that the test opens, kills and opens again. */
    private DurableFixture durable(Retention retention) {
        assumeTrue(
                expectedGuarantees().durability() != Durability.NONE,
                "the store promises durability NONE: a restart leaves nothing to check");
        clock.set(START + 1_000 * retention.windowMillis());
        StoreConfig config = new StoreConfig(retention, clock, 100_000, (a, b, c, d, e, f) -> {});
        return assertInstanceOf(
                DurableFixture.class, fixture(config), "a durable store must be tested with a DurableFixture");
    }

    private static DeduplicationStore restart(DurableFixture fixture, DeduplicationStore store, boolean crash) {
        if (crash) {
            fixture.crash();
        } else {
            store.close();
        }
        return fixture.open();
    }

    @Test
    @DisplayName("rule 3: replay, confirm and forget survive a crash and a reopen")
    void rule3_replaySurvivesARestart() {
        for (boolean crash : new boolean[] {true, false}) {
            try (DurableFixture fixture = durable(retentions().get(1))) {
                DeduplicationStore first = fixture.open();
                assumeTrue(first instanceof ReplaySafeStore, "the store keeps no origins");
                ReplaySafeStore store = (ReplaySafeStore) first;
                for (int i = 0; i < 3; i++) {
                    mark(store, key(i), START, 7, FIRST_SEEN, "rule 3: a fresh key");
                }
                store.confirm(key(1), START, 7);
                store.forget(key(2), START, 7);
                store = (ReplaySafeStore) restart(fixture, store, crash);
                mark(store, key(0), START, 8, DUPLICATE, "rule 3: another delivery after a restart");
                mark(store, key(0), START, 7, FIRST_SEEN, "rule 3: the unconfirmed delivery after a restart");
                mark(store, key(1), START, 7, DUPLICATE, "rule 3: the confirmed delivery after a restart");
                mark(store, key(2), START, 8, FIRST_SEEN, "rule 3: the forgotten key after a restart");
                store.close();
            }
        }
    }

    @Test
    @DisplayName("rule 4(f): the watermark does not fall in a restart, and the whole window is still there")
    void rule4f_watermarkAndFloorSurviveARestart() {
        for (boolean crash : new boolean[] {true, false}) {
            for (Retention retention : retentions()) {
                try (DurableFixture fixture = durable(retention)) {
                    DeduplicationStore store = fixture.open();
                    long now = START + 5 * retention.windowMillis();
                    long oldest = now - retention.windowMillis();
                    store.markSeen(key(0), START);
                    mark(store, key(1), oldest, FIRST_SEEN, "rule 4(f): the oldest in the window");
                    mark(store, key(2), now, FIRST_SEEN, "rule 4(f): moves the watermark");
                    mark(store, key(2), now + 1, DUPLICATE, "rule 4(f): a duplicate moves it too");
                    store = restart(fixture, store, crash);
                    long watermark = isTiered() ? now : now + 1; // at least
                    long late = watermark - retention.latenessMillis() - 1;
                    mark(store, key(3), late, TOO_LATE, "rule 4(f): the watermark fell in a restart; " + retention);
                    String why = "rule 4(f): the record W back; " + retention;
                    if (retention.latenessMillis() == 0) {
                        markLateCopy(store, key(1), now, why);
                    } else {
                        mark(store, key(1), now, DUPLICATE, why);
                    }
                    mark(store, key(0), now + 1, FIRST_SEEN, "rule 4(f): an expired record; " + retention);
                    store.close();
                }
            }
        }
    }

    @Test
    @DisplayName("rule 7: every acknowledged mark survives a crash, single and in batches")
    void rule7_acknowledgedMarksSurviveACrash() {
        Retention retention = retentions().get(0);
        try (DurableFixture fixture = durable(retention)) {
            DeduplicationStore store = fixture.open();
            EventBatch batch = new EventBatch(100);
            for (int round = 0; round < 5; round++) {
                int first = round * 200;
                for (int i = 0; i < 100; i++) {
                    store.markSeen(key(first + i), START);
                }
                batch.clear();
                for (int i = 100; i < 200; i++) {
                    batch.add(key(first + i), START, 0);
                }
                store.markSeen(batch);
                fixture.crash();
                store = fixture.open();
            }
            for (int i = 0; i < 1_000; i++) {
                mark(store, key(i), START, DUPLICATE, "rule 7: an acknowledged mark is gone after a crash; key " + i);
            }
            store.close();
        }
    }

    @Test
    @DisplayName("rule 7: a crash under load loses no acknowledged mark, nor the witness of an acknowledged duplicate")
    void rule7_crashUnderLoad() throws Exception {
        Retention retention = retentions().get(0);
        for (int round = 0; round < 5; round++) {
            try (DurableFixture fixture = durable(retention)) {
                DeduplicationStore store = fixture.open();
                Queue<Long> acknowledged = new ConcurrentLinkedQueue<>();
                CountDownLatch enough = new CountDownLatch(1_000);
                Thread[] load = new Thread[3];
                for (int t = 0; t < load.length; t++) {
                    long firstKey = t * 1_000_000L;
                    load[t] = new Thread(() -> markUntilDead(store, firstKey, acknowledged, enough));
                    load[t].start();
                }
                enough.await();
                fixture.crash();
                for (Thread thread : load) {
                    thread.join();
                }
                try (DeduplicationStore reopened = fixture.open()) {
                    for (long k : acknowledged) {
                        mark(reopened, key(k), START, DUPLICATE, "rule 7: an acknowledged mark is gone after a crash");
                    }
                }
            }
        }
    }

    /** Marks keys, most of them keys that every thread marks. */
    private void markUntilDead(
            DeduplicationStore store, long firstKey, Queue<Long> acknowledged, CountDownLatch enough) {
        for (long i = 0; i < 20_000; i++) {
            long k = i % 8 == 0 ? firstKey + i : i;
            try {
                if (store.markSeen(key(k), START) != UNJUDGED) {
                    acknowledged.add(k);
                }
            } catch (RuntimeException dead) {
                return;
            } finally {
                enough.countDown();
            }
        }
    }

    @Test
    @DisplayName("rule 7: damage is refused or reported, never read as an empty store")
    void rule7_damageIsNeverReadAsEmpty() {
        Retention retention = retentions().get(0);
        for (long seed = 0; seed < 40; seed++) {
            try (DurableFixture fixture = durable(retention)) {
                int keys = 50;
                try (DeduplicationStore store = fixture.open()) {
                    for (int i = 0; i < keys; i++) {
                        store.markSeen(key(i), START + i);
                    }
                }
                fixture.damage(seed);
                try (DeduplicationStore reopened = fixture.open()) {
                    boolean reported = reopened.stats().effectiveWindow().toMillis() < retention.windowMillis();
                    for (int i = 0; i < keys && !reported; i++) {
                        assertEquals(
                                DUPLICATE,
                                reopened.markSeen(key(i), START + i),
                                "rule 7: opened with damage as if nothing had happened; seed " + seed + ", key " + i);
                    }
                } catch (CorruptSnapshotException refused) {
                    assertTrue(
                            String.valueOf(refused.getMessage()).matches("(?s).*\\d.*"),
                            "rule 7: the refusal says where and how much: " + refused);
                }
            }
        }
    }
}
