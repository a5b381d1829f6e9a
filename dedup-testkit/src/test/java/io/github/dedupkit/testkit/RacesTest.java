package io.github.dedupkit.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.DedupKey;
import io.github.dedupkit.KeySpace;
import io.github.dedupkit.Retention;
import io.github.dedupkit.Verdict;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class RacesTest {
    private static final long START = ContractSupport.START;
    private static final KeySpace KEY_SPACE = KeySpace.trusted("dedupkit/races");
    private static final Retention RETENTION = Retention.builder(Duration.ofMinutes(1))
            .lateness(Duration.ofSeconds(10))
            .tick(Duration.ofSeconds(1))
            .build();

    private static Races.Result run(
            BiFunction<FakeDurableStorage, StoreConfig, FakeDurableStore> opener, int threads, long races)
            throws Exception {
        VirtualClock clock = new VirtualClock(START + Races.span(RETENTION, races));
        StoreConfig config = new StoreConfig(RETENTION, clock, 1 << 20, new Ledger());
        try (FakeDurableStorage storage = new FakeDurableStorage(config, opener)) {
            FakeDurableStore store = storage.open();
            return new Races(List.of(store, store), RETENTION, KEY_SPACE::key, START).run(threads, races, 1);
        }
    }

    private static boolean isPlanted(DedupKey key) {
        return Math.floorMod(key.low(), 1_000L) == 0;
    }

    @Test
    void aDoubleWinnerOnceInAThousandKeysIsFound() throws Exception {
        int races = 5_000;
        long planted = LongStream.range(0, races)
                .filter(race -> isPlanted(KEY_SPACE.key(race)))
                .count();
        Races.Result result = run(
                (storage, config) -> new FakeDurableStore(storage, config) {
                    @Override
                    Verdict judge(DedupKey key, long timestamp, long origin) {
                        if (isPlanted(key)) {
                            marks.remove(key);
                        }
                        return super.judge(key, timestamp, origin);
                    }
                },
                3,
                races);
        System.out.println("a double winner once in a thousand keys: " + result);
        assertTrue(planted > 0);
        assertEquals(planted, result.manyWinners());
        assertEquals(0, result.noWinner());
        assertEquals(races, result.races());
    }

    @Test
    void aKeyThatNobodyWinsIsCounted() throws Exception {
        Races.Result result = run(
                (storage, config) -> new FakeDurableStore(storage, config) {
                    @Override
                    Verdict judge(DedupKey key, long timestamp, long origin) {
                        Verdict verdict = super.judge(key, timestamp, origin);
                        return isPlanted(key) ? Verdict.DUPLICATE : verdict;
                    }
                },
                2,
                5_000);
        assertTrue(result.noWinner() > 0, result.toString());
        assertEquals(0, result.manyWinners());
    }

    @Test
    void aSoundStoreHasOneWinnerPerKey() throws Exception {
        for (int threads = 2; threads <= 8; threads++) {
            Races.Result result = run(FakeDurableStore::new, threads, 3_000);
            assertEquals(0, result.manyWinners(), result.toString());
            assertEquals(0, result.noWinner(), result.toString());
            assertEquals(3_000, result.races());
        }
    }

    @Test
    @Timeout(60)
    void callsThatWaitForEachOtherAllOverlap() throws Exception {
        int races = 200;
        Races.Result result = run(WaitsForAnotherCall::new, 2, races);
        System.out.println("calls that wait for each other: " + result);
        assertEquals(races, result.overlapped());
    }

    @Test
    @Timeout(60)
    void aStoreThatThrowsEndsTheRacesWithWhatItThrew() {
        var thrown = assertThrows(
                ExecutionException.class,
                () -> run(
                        (storage, config) -> new FakeDurableStore(storage, config) {
                            @Override
                            Verdict judge(DedupKey key, long timestamp, long origin) {
                                if (origin == 2) {
                                    throw new UnsupportedOperationException("planted");
                                }
                                return super.judge(key, timestamp, origin);
                            }
                        },
                        3,
                        5_000));
        assertTrue(String.valueOf(thrown.getMessage()).contains("planted"), thrown.toString());
    }

    /** Two calls enter before either leaves. */
    private static final class WaitsForAnotherCall extends FakeDurableStore {
        private final AtomicInteger entered = new AtomicInteger();

        WaitsForAnotherCall(FakeDurableStorage storage, StoreConfig config) {
            super(storage, config);
        }

        @SuppressWarnings({"ThreadPriorityCheck", "UnsynchronizedOverridesSynchronized"}) // so that calls meet
        @Override
        public Verdict markSeen(long keyHigh, long keyLow, long timestamp, long origin) {
            int mine = entered.incrementAndGet();
            int both = mine + mine % 2;
            while (entered.get() < both) {
                Thread.yield();
            }
            return super.markSeen(keyHigh, keyLow, timestamp, origin);
        }
    }
}
