package io.github.dedupkit.testkit;

import io.github.dedupkit.Claim;
import io.github.dedupkit.ClaimRecord;
import io.github.dedupkit.ClaimRequest;
import io.github.dedupkit.ClaimRequest.Intent;
import io.github.dedupkit.ClaimRequest.OwnerGone;
import io.github.dedupkit.DedupKey;
import io.github.dedupkit.IdempotencyStore;
import io.github.dedupkit.Lease;
import io.github.dedupkit.LeaseLostException;
import io.github.dedupkit.Outcome;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** Stores that the executor's contract must catch, each with a test that does and a part of what it says. */
final class BrokenExecutorStores {
    /** One of them. */
    record Broken(String name, String test, String message, Function<IdempotencyConfig, IdempotencyStore> store) {
        @Override
        public String toString() {
            return name + ": " + test;
        }
    }

    private static final String ZOMBIES = "rule8_zombiesAreRefused";
    private static final String CRASHES = "crash_leavesWhatTheTableSays";
    private static final String LOST_REPLIES = "lostReplies_runNothingTwice";

    private BrokenExecutorStores() {}

    static List<Broken> all() {
        return List.of(
                new Broken("ends a claim by its key", ZOMBIES, "zombie's release was accepted", EndsByKey::new),
                new Broken(
                        "ends a claim by its key",
                        "rule8_zombieActionsChangeNothing",
                        "the refused release is suppressed",
                        EndsByKey::new),
                new Broken("renews by the key", ZOMBIES, "zombie's renew was accepted", RenewsByKey::new),
                new Broken(
                        "renews by the key", "renewal_isRefused", "an overtaken lease was renewed", RenewsByKey::new),
                new Broken(
                        "counts fences by key, and forgets them with the record",
                        ZOMBIES,
                        "the fence rises though the record was gone",
                        ForgetsFences::new),
                new Broken(
                        "takes an expired lease for a lost one",
                        "renewal_failsAndNobodyComes",
                        "an expired lease that nobody overtook completes",
                        RefusesExpired::new),
                new Broken("notifies nobody", "wait_crowd", "the 99th of 100 waiting callers", NotifiesNobody::new),
                new Broken("cuts results", "wait_crowd", "rule 9: byte for byte", CutsResults::new),
                new Broken("cuts results", "wait_crowdWithoutNotifications", "rule 9: byte for byte", CutsResults::new),
                new Broken(
                        "grants to everyone",
                        "wait_failsAtOnceByDefault",
                        "somebody is at work: the action ran",
                        GrantsToEveryone::new),
                new Broken("grants to everyone", LOST_REPLIES, " of key ", GrantsToEveryone::new),
                new Broken(
                        "grants to everyone",
                        "reentrant_isInProgress",
                        "from inside the action: the action ran",
                        GrantsToEveryone::new),
                new Broken("does not know an owner again", LOST_REPLIES, "is InProgress", ForgetsOwners::new),
                new Broken("refuses a repeated complete", LOST_REPLIES, "is Unrecorded", CompletesOnce::new),
                new Broken("acknowledges and forgets", "lostRequests_runNothingTwice", "", LosesOutcomes::new),
                new Broken("ends leases early", CRASHES, "while the lease runs", EndsEarly::new),
                new Broken("ends leases early", "wait_oneTakesOver", "nobody takes over before", EndsEarly::new),
                new Broken("parks nothing", CRASHES, "parking: when the lease is over", ParksNothing::new),
                new Broken("forgets attempts", CRASHES, "asking, told the result: when", ForgetsAttempts::new),
                new Broken(
                        "compares no fingerprints",
                        "rule9_fingerprintMismatch",
                        "rule 9: another fingerprint while the claim is held",
                        ComparesNoFingerprints::new),
                new Broken(
                        "keeps outcomes for ever",
                        "failure_isRemembered",
                        "the failure's retention is over",
                        KeepsForEver::new),
                new Broken("releases nothing", "failure_isRetried", "after java.lang.Illegal", ReleasesNothing::new),
                new Broken("releases nothing", "wait_getsTheResultOrTheClaim", "", ReleasesNothing::new));
    }

    static IdempotencyFixture on(IdempotencyStore store) {
        return new IdempotencyFixture() {
            @Override
            public IdempotencyStore open() {
                return store;
            }

            @Override
            public void close() {}
        };
    }

    /** The lease that the present owner has. */
    private static Lease present(MapIdempotencyStore store, Lease lease) {
        ClaimRecord record = store.records.get(lease.key());
        return record == null
                ? lease
                : new Lease(lease.key(), record.fence(), record.owner(), 1, lease.duration(), lease.expiresAtNanos());
    }

    private static final class EndsByKey extends MapIdempotencyStore {
        EndsByKey(IdempotencyConfig config) {
            super(config);
        }

        @Override
        public void complete(Lease lease, Outcome outcome, Duration retention) {
            super.complete(present(this, lease), outcome, retention);
        }

        @Override
        public void release(Lease lease) {
            records.remove(lease.key());
            tell(lease.key());
        }
    }

    private static final class RenewsByKey extends MapIdempotencyStore {
        RenewsByKey(IdempotencyConfig config) {
            super(config);
        }

        @Override
        public synchronized Lease renew(Lease lease) {
            return lease.renewedAt(now());
        }
    }

    private static final class ForgetsFences extends MapIdempotencyStore {
        ForgetsFences(IdempotencyConfig config) {
            super(config);
        }

        @Override
        public synchronized Claim claim(ClaimRequest request) {
            ClaimRecord current = records.get(request.key());
            ClaimRecord.Step step = ClaimRecord.claim(
                    current,
                    request,
                    now(),
                    now(),
                    () -> current == null || current.isOver(now()) ? 1 : current.fence() + 1);
            records.put(request.key(), step.record());
            return step.answer();
        }
    }

    private static final class RefusesExpired extends MapIdempotencyStore {
        RefusesExpired(IdempotencyConfig config) {
            super(config);
        }

        @Override
        public void complete(Lease lease, Outcome outcome, Duration retention) {
            if (lease.expiresAtNanos() - now() <= 0) {
                throw new LeaseLostException("expired");
            }
            super.complete(lease, outcome, retention);
        }
    }

    private static final class NotifiesNobody extends MapIdempotencyStore {
        NotifiesNobody(IdempotencyConfig config) {
            super(config);
        }

        @Override
        void tell(DedupKey key) {}
    }

    private static final class CutsResults extends MapIdempotencyStore {
        CutsResults(IdempotencyConfig config) {
            super(config);
        }

        @Override
        public void complete(Lease lease, Outcome outcome, Duration retention) {
            byte[] bytes = outcome.bytes();
            super.complete(lease, Outcome.result(Arrays.copyOf(bytes, bytes.length - 1)), retention);
        }
    }

    private static final class GrantsToEveryone extends MapIdempotencyStore {
        GrantsToEveryone(IdempotencyConfig config) {
            super(config);
        }

        @Override
        public synchronized Claim claim(ClaimRequest request) {
            Claim claim = super.claim(request);
            if (claim instanceof Claim.InProgress) {
                records.remove(request.key());
                return super.claim(request);
            }
            return claim;
        }
    }

    private static final class ForgetsOwners extends MapIdempotencyStore {
        ForgetsOwners(IdempotencyConfig config) {
            super(config);
        }

        @Override
        public synchronized Claim claim(ClaimRequest request) {
            ClaimRecord current = records.get(request.key());
            boolean own = current != null && current.owner().equals(request.owner());
            return own ? new Claim.InProgress(request.lease()) : super.claim(request);
        }
    }

    private static final class CompletesOnce extends MapIdempotencyStore {
        CompletesOnce(IdempotencyConfig config) {
            super(config);
        }

        @Override
        public void complete(Lease lease, Outcome outcome, Duration retention) {
            ClaimRecord current = records.get(lease.key());
            if (current != null && current.outcome() != null) {
                throw new LeaseLostException("completed already");
            }
            super.complete(lease, outcome, retention);
        }
    }

    private static final class LosesOutcomes extends MapIdempotencyStore {
        private static final int EVERY = 50;
        private final AtomicInteger completes = new AtomicInteger();

        LosesOutcomes(IdempotencyConfig config) {
            super(config);
        }

        @Override
        public void complete(Lease lease, Outcome outcome, Duration retention) {
            if (completes.incrementAndGet() % EVERY == 0) {
                super.release(lease);
            } else {
                super.complete(lease, outcome, retention);
            }
        }
    }

    private static final class EndsEarly extends MapIdempotencyStore {
        EndsEarly(IdempotencyConfig config) {
            super(config);
        }

        @Override
        long now() {
            return super.now() + 1;
        }

        @Override
        public synchronized Claim claim(ClaimRequest request) {
            Claim claim = super.claim(request);
            if (claim instanceof Claim.Granted) { // the lease begins a nanosecond ago
                ClaimRecord record = records.get(request.key());
                if (record != null) {
                    records.put(request.key(), shortened(record));
                }
            }
            return claim;
        }

        private static ClaimRecord shortened(ClaimRecord record) {
            return new ClaimRecord(
                    record.state(),
                    record.fingerprint(),
                    record.fence(),
                    record.owner(),
                    record.attempt(),
                    record.ownerGone(),
                    record.since() - 1,
                    record.keptNanos(),
                    record.outcome());
        }
    }

    private static final class ParksNothing extends MapIdempotencyStore {
        ParksNothing(IdempotencyConfig config) {
            super(config);
        }

        @Override
        public synchronized Claim claim(ClaimRequest request) {
            return super.claim(new ClaimRequest(
                    request.key(),
                    request.fingerprint(),
                    request.owner(),
                    request.lease(),
                    request.retention(),
                    OwnerGone.RETRY,
                    request.intent()));
        }
    }

    private static final class ForgetsAttempts extends MapIdempotencyStore {
        ForgetsAttempts(IdempotencyConfig config) {
            super(config);
        }

        @Override
        public synchronized Claim claim(ClaimRequest request) {
            if (super.claim(request) instanceof Claim.Granted granted) {
                Lease lease = granted.lease();
                UUID owner = lease.owner();
                return new Claim.Granted(
                        new Lease(lease.key(), lease.fence(), owner, 1, lease.duration(), lease.expiresAtNanos()));
            }
            return super.claim(request);
        }
    }

    private static final class ComparesNoFingerprints extends MapIdempotencyStore {
        ComparesNoFingerprints(IdempotencyConfig config) {
            super(config);
        }

        @Override
        public synchronized Claim claim(ClaimRequest request) {
            ClaimRequest any = new ClaimRequest(
                    request.key(),
                    ClaimRequest.NO_FINGERPRINT,
                    request.owner(),
                    request.lease(),
                    request.retention(),
                    request.ownerGone(),
                    Intent.RUN);
            return super.claim(any);
        }
    }

    private static final class KeepsForEver extends MapIdempotencyStore {
        KeepsForEver(IdempotencyConfig config) {
            super(config);
        }

        @Override
        public void complete(Lease lease, Outcome outcome, Duration retention) {
            super.complete(lease, outcome, ClaimRequest.MAXIMUM_RETENTION);
        }
    }

    private static final class ReleasesNothing extends MapIdempotencyStore {
        ReleasesNothing(IdempotencyConfig config) {
            super(config);
        }

        @Override
        public void release(Lease lease) {}
    }
}
