package io.github.dedupkit.testkit;

import io.github.dedupkit.Claim;
import io.github.dedupkit.ClaimRecord;
import io.github.dedupkit.ClaimRequest;
import io.github.dedupkit.DedupKey;
import io.github.dedupkit.Lease;
import io.github.dedupkit.Outcome;
import io.github.dedupkit.StoreUnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Stores that break rules 10, 11 and 12, and the atomicity of a claim. */
final class BrokenBooksClaims {
    private static final String ANSWERS = "rule10_answersAreCounted";
    private static final String INPUT = "rule12_badInputIsRefused";

    private BrokenBooksClaims() {}

    /** A store with another opinion of what it has answered. */
    private static BrokenClaimsStore counting(String name, BiConsumer<ClaimCounts, Claim> after) {
        return BrokenClaimsStore.of(name, (storage, config) -> new FakeIdempotencyStore(storage, config) {
            @Override
            public synchronized Claim claim(ClaimRequest request) {
                Claim claim = super.claim(request);
                after.accept(counts, claim);
                return claim;
            }
        });
    }

    static List<BrokenClaimsStore> stores() {
        return List.of(
                counting("counts a claim in progress as completed", (counts, claim) -> {
                            counts.completed += counts.inProgress;
                            counts.inProgress = 0;
                        })
                        .caughtBy(ANSWERS, "rule 10: books after one of each")
                        .caughtBy("rule10_booksBalanceUnderLoad", "rule 10: what was answered")
                        .caughtByHistories("rule 10: the books say"),
                counting("does not count take-overs", (counts, claim) -> counts.takenOver = 0)
                        .caughtBy(ANSWERS, "rule 10: books after one of each")
                        .caughtByHistories("rule 10: the books say"),
                counting("does not count lost leases", (counts, claim) -> counts.leasesLost = 0)
                        .caughtBy(ANSWERS, "rule 10: books after one of each")
                        .caughtByHistories("rule 10: the books say"),
                BrokenClaimsStore.of("counts without a lock", CountsWithoutALock::new)
                        .caughtBy("rule10_booksBalanceUnderLoad", "rule 10: what was answered"),
                BrokenClaimsStore.of(
                                "does not count claims that it threw at",
                                (storage, config) -> new FakeIdempotencyStore(storage, config) {
                                    @Override
                                    public synchronized Claim claim(ClaimRequest request) {
                                        try {
                                            return super.claim(request);
                                        } catch (StoreUnavailableException e) {
                                            counts.thrown--;
                                            throw e;
                                        }
                                    }
                                })
                        .caughtBy("rule10_refusedClaimsAreCounted", "rule 10: claims refused"),
                BrokenClaimsStore.of("reads and writes a record in two steps", TwoSteps::new)
                        .caughtBy("rule8_racesHaveOneWinner", "went wrong"),
                BrokenClaimsStore.of(
                                "answers after it was closed",
                                (storage, config) -> new FakeIdempotencyStore(storage, config) {
                                    @Override
                                    void requireOpen() {}
                                })
                        .caughtBy("rule11_callsAfterCloseAreRefused", "rule 11: claim"),
                BrokenClaimsStore.of("empties itself before it is closed", EmptiesItself::new)
                        .caughtBy("rule11_closeUnderLoad", "while the store closed"),
                BrokenClaimsStore.of(
                                "keeps an outcome for as long as it likes",
                                (storage, config) -> new FakeIdempotencyStore(storage, config) {
                                    @Override
                                    public synchronized void complete(
                                            Lease lease, Outcome outcome, Duration retention) {
                                        boolean good = retention.compareTo(ClaimRequest.MINIMUM) >= 0
                                                && retention.compareTo(ClaimRequest.MAXIMUM_RETENTION) <= 0;
                                        super.complete(lease, outcome, good ? retention : ClaimRequest.MINIMUM);
                                    }
                                })
                        .caughtBy(INPUT, "rule 12: "),
                BrokenClaimsStore.of(
                                "names no parameter", (storage, config) -> new FakeIdempotencyStore(storage, config) {
                                    @Override
                                    public synchronized void release(Lease lease) {
                                        DedupKey key = lease.key();
                                        super.release(lease);
                                        tell(key);
                                    }
                                })
                        .caughtBy(INPUT, "rule 12: the message names the parameter"),
                BrokenClaimsStore.of(
                                "counts a refused call as a claim",
                                (storage, config) -> new FakeIdempotencyStore(storage, config) {
                                    @Override
                                    public synchronized Claim claim(ClaimRequest request) {
                                        counts.thrown++;
                                        Claim claim = super.claim(request);
                                        counts.thrown--;
                                        return claim;
                                    }
                                })
                        .caughtBy(INPUT, "rule 12: a refused call is no claim"),
                BrokenClaimsStore.of(
                                "compares half of the key",
                                (storage, config) -> new FakeIdempotencyStore(storage, config) {
                                    @Override
                                    public synchronized Claim claim(ClaimRequest request) {
                                        return super.claim(withHalfTheKey(request));
                                    }
                                })
                        .caughtBy("rule12_everyBitOfAKeyCounts", "rule 12: a key that differs in bit "));
    }

    private static ClaimRequest withHalfTheKey(ClaimRequest request) {
        return new ClaimRequest(
                DedupKey.ofBits(0, request.key().low()),
                request.fingerprint(),
                request.owner(),
                request.lease(),
                request.retention(),
                request.ownerGone(),
                request.intent());
    }

    @SuppressWarnings("ThreadPriorityCheck") // only makes calls meet more often
    private static void pause() {
        Thread.yield();
    }

    private static final class CountsWithoutALock extends FakeIdempotencyStore {
        CountsWithoutALock(FakeIdempotencyStorage storage, IdempotencyConfig config) {
            super(storage, config);
        }

        @SuppressWarnings("UnsynchronizedOverridesSynchronized") // what is broken
        @Override
        public Claim claim(ClaimRequest request) {
            long before = counts.granted;
            pause();
            Claim claim = super.claim(request);
            counts.granted = before + (claim instanceof Claim.Granted ? 1 : 0);
            return claim;
        }
    }

    private static final class TwoSteps extends FakeIdempotencyStore {
        TwoSteps(FakeIdempotencyStorage storage, IdempotencyConfig config) {
            super(storage, config);
        }

        @SuppressWarnings("UnsynchronizedOverridesSynchronized") // what is broken
        @Override
        public Claim claim(ClaimRequest request) {
            ClaimRecord before = look(request.key());
            pause();
            return decide(before, request);
        }

        private synchronized @Nullable ClaimRecord look(DedupKey key) {
            requireOpen();
            return find(key);
        }

        private synchronized Claim decide(@Nullable ClaimRecord before, ClaimRequest request) {
            ClaimRecord.Step step = step(before, request);
            write(request.key(), step.record());
            return step.answer();
        }
    }

    private static final class EmptiesItself extends FakeIdempotencyStore {
        EmptiesItself(FakeIdempotencyStorage storage, IdempotencyConfig config) {
            super(storage, config);
        }

        @SuppressWarnings("UnsynchronizedOverridesSynchronized") // what is broken
        @Override
        public void close() {
            synchronized (this) {
                records.clear();
            }
            for (int i = 0; i < 100; i++) {
                pause();
            }
            super.close();
        }
    }
}
