package io.github.dedupkit.inmemory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.Claim;
import io.github.dedupkit.ClaimRequest;
import io.github.dedupkit.ClaimRequest.Intent;
import io.github.dedupkit.ClaimRequest.OwnerGone;
import io.github.dedupkit.DedupKey;
import io.github.dedupkit.IdempotencyStore;
import io.github.dedupkit.KeySpace;
import io.github.dedupkit.Lease;
import io.github.dedupkit.LeaseLostException;
import io.github.dedupkit.Outcome;
import io.github.dedupkit.StoreUnavailableException;
import io.github.dedupkit.testkit.VirtualNanoTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Caffeine evicts records beside the calls, and inside calls that then throw: the count of records stays right. */
class InMemoryIdempotencyRoomTest {
    private static final int ROOM = 256;
    private static final Duration LEASE = Duration.ofMillis(50);
    private static final Outcome OUTCOME = Outcome.result(new byte[] {1});
    private static final KeySpace KEYS = KeySpace.trusted("dedupkit/room");

    private final VirtualNanoTime nanoTime = new VirtualNanoTime(Long.MAX_VALUE - 1_000_000_000);
    private final IdempotencyStore store =
            InMemoryIdempotencyStore.builder(ROOM).nanoTime(nanoTime).build();

    @Test
    @DisplayName("rule 6: after any evictions exactly maximumRecords fit: calls at random, one thread")
    void countStaysRight() {
        for (int seed = 0; seed < 50; seed++) {
            churn(seed, 2_000);
            assertRoomIsExact(seed);
        }
    }

    @Test
    @DisplayName(
            "rule 6: after any evictions exactly maximumRecords fit: calls at random, four threads, while time passes")
    void countStaysRightUnderLoad() throws Exception {
        int threads = 4;
        for (int round = 0; round < 10; round++) {
            ExecutorService pool = Executors.newFixedThreadPool(threads);
            try {
                CountDownLatch start = new CountDownLatch(threads);
                List<Future<?>> loads = new ArrayList<>();
                for (int t = 0; t < threads; t++) {
                    int seed = 1_000 * round + t;
                    loads.add(pool.submit(() -> {
                        start.countDown();
                        start.await();
                        churn(seed, 3_000);
                        return null;
                    }));
                }
                for (Future<?> load : loads) {
                    load.get();
                }
            } finally {
                pool.shutdownNow();
            }
            assertRoomIsExact(round);
        }
    }

    /** Claims, ends and forgets claims; some leases are used long after their records were evicted. */
    private void churn(long seed, int calls) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Lease> leases = new ArrayList<>();
        for (int i = 0; i < calls; i++) {
            try {
                Claim claim = store.claim(request(KEYS.key(random.nextInt(2 * ROOM)), seed, i));
                if (claim instanceof Claim.Granted granted) {
                    leases.add(granted.lease());
                }
            } catch (StoreUnavailableException full) {
                nanoTime.advance(Duration.ofMillis(random.nextInt(500)));
            }
            if (!leases.isEmpty()) {
                use(leases.get(random.nextInt(leases.size())), random);
            }
            if (random.nextInt(200) == 0) {
                nanoTime.advance(Duration.ofMillis(random.nextInt(3_000)));
            }
        }
    }

    private void use(Lease lease, SplittableRandom random) {
        try {
            switch (random.nextInt(4)) {
                case 0 -> store.release(lease);
                case 1 -> store.renew(lease);
                default -> store.complete(lease, OUTCOME, Duration.ofMillis(1 + random.nextInt(2_000)));
            }
        } catch (LeaseLostException lost) {
            // the record is another's, or gone
        }
    }

    private void assertRoomIsExact(long seed) {
        nanoTime.advance(Duration.ofHours(1));
        assertEquals(0, store.stats().records(), "records after all were over, seed " + seed);
        int fitted = 0;
        boolean full = false;
        List<Lease> leases = new ArrayList<>();
        while (!full) {
            assertTrue(fitted <= ROOM, "more records than room fitted, seed " + seed);
            try {
                Claim claim = store.claim(request(KEYS.key(1_000_000 + fitted), -1 - seed, fitted));
                leases.add(((Claim.Granted) claim).lease());
                fitted++;
            } catch (StoreUnavailableException e) {
                full = true;
            }
        }
        assertEquals(ROOM, fitted, "records that fitted, seed " + seed);
        assertEquals(ROOM, store.stats().records(), "records held, seed " + seed);
        leases.forEach(store::release);
        assertEquals(0, store.stats().records(), "records after all were released, seed " + seed);
    }

    private static ClaimRequest request(DedupKey key, long seed, int call) {
        return new ClaimRequest(
                key,
                ClaimRequest.NO_FINGERPRINT,
                new UUID(seed, call),
                LEASE,
                Duration.ofMillis(500),
                OwnerGone.RETRY,
                Intent.RUN);
    }
}
