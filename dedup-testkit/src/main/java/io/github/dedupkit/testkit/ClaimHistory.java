package io.github.dedupkit.testkit;

import io.github.dedupkit.Claim;
import io.github.dedupkit.ClaimRequest;
import io.github.dedupkit.ClaimRequest.Intent;
import io.github.dedupkit.ClaimRequest.OwnerGone;
import io.github.dedupkit.DedupKey;
import io.github.dedupkit.Guarantees.Scope;
import io.github.dedupkit.IdempotencyStats;
import io.github.dedupkit.IdempotencyStore;
import io.github.dedupkit.Lease;
import io.github.dedupkit.LeaseLostException;
import io.github.dedupkit.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Plays one history of claims on a store of its own, the {@link ClaimModel} beside it. */
final class ClaimHistory {
    private static final List<Duration> LEASES =
            List.of(Duration.ofSeconds(30), Duration.ofSeconds(1), ClaimRequest.MINIMUM);
    private static final List<Duration> RETENTIONS =
            List.of(Duration.ofHours(1), Duration.ofSeconds(10), ClaimRequest.MINIMUM);

    private final IdempotencyFixture fixture;
    private final VirtualClock wallClock;
    private final VirtualNanoTime nanoTime;
    private final Duration tick;
    private final ClaimModel model = new ClaimModel();
    private final Map<DedupKey, List<Lease>> leases = new HashMap<>();
    private final List<String> trace = new ArrayList<>();
    private IdempotencyStore store;
    private boolean reopened;

    /** How a history went: its steps, and what was wrong. */
    record Report(List<String> trace, @Nullable String violation) {}

    private ClaimHistory(IdempotencyFixture fixture, VirtualClock wallClock, VirtualNanoTime nanoTime, Duration tick) {
        this.fixture = fixture;
        this.wallClock = wallClock;
        this.nanoTime = nanoTime;
        this.tick = tick;
        store = fixture.open();
    }

    /** Plays steps until they are at their end, or a violation was found. */
    static Report play(List<ClaimStep> steps, IdempotencyContractSupport contract) {
        VirtualClock wallClock = new VirtualClock(IdempotencyContractSupport.START);
        VirtualNanoTime nanoTime =
                new VirtualNanoTime(Long.MAX_VALUE - Duration.ofMinutes(2).toNanos());
        var config =
                new IdempotencyConfig(wallClock, nanoTime, 1_000, IdempotencyContractSupport.MAXIMUM_OUTCOME_BYTES);
        try (IdempotencyFixture fixture = contract.fixture(config)) {
            ClaimHistory history = new ClaimHistory(fixture, wallClock, nanoTime, contract.resolution());
            try {
                return new Report(history.trace, history.playAll(steps));
            } finally {
                history.store.close();
            }
        }
    }

    private @Nullable String playAll(List<ClaimStep> steps) {
        try {
            for (ClaimStep step : steps) {
                String violation = playOne(step);
                if (violation != null) {
                    return violation;
                }
            }
            return checkBooks();
        } catch (RuntimeException e) {
            return "unexpected " + e;
        }
    }

    private @Nullable String playOne(ClaimStep step) {
        if (step instanceof ClaimStep.Ask ask) {
            return ask(ask);
        } else if (step instanceof ClaimStep.Show show) {
            return show(show);
        } else if (step instanceof ClaimStep.WaitForBorder wait) {
            List<Duration> borders = model.borders();
            if (!borders.isEmpty()) {
                Duration border = borders.get(wait.border() % borders.size());
                pass(border.plus(tick.multipliedBy(wait.ticks())));
            }
            return null;
        } else if (step instanceof ClaimStep.Wait wait) {
            pass(Duration.ofMillis(wait.millis()));
            return null;
        } else if (step instanceof ClaimStep.Jump jump) {
            wallClock.advance(Duration.ofMillis(jump.millis()));
            trace.add("wall clock " + wallClock.instant());
            return null;
        } else {
            return restart(step);
        }
    }

    private void pass(Duration time) {
        if (!time.isNegative()) {
            nanoTime.advance(time);
            model.pass(time);
            trace.add("wait " + time);
        }
    }

    private static ClaimRequest request(ClaimStep.Ask ask) {
        int owner = ask.owner();
        return new ClaimRequest(
                IdempotencyContractSupport.key(ask.key()),
                ask.otherFingerprint()
                        ? IdempotencyContractSupport.OTHER_FINGERPRINT
                        : IdempotencyContractSupport.FINGERPRINT,
                new UUID(0, owner),
                LEASES.get(owner / 2 % LEASES.size()),
                RETENTIONS.get(owner / 3 % RETENTIONS.size()),
                owner % 2 == 0 ? OwnerGone.RETRY : OwnerGone.PARK,
                ask.resolves() ? Intent.RESOLVE : Intent.RUN);
    }

    private @Nullable String ask(ClaimStep.Ask ask) {
        ClaimRequest request = request(ask);
        Claim answer = store.claim(request);
        trace.add(ask + " -> " + IdempotencyContractSupport.describe(answer));
        if (answer instanceof Claim.Granted granted) {
            leases.computeIfAbsent(request.key(), k -> new ArrayList<>()).add(0, granted.lease());
        }
        Instant wall = wallClock.instant();
        return model.claimed(request, answer, wall.getEpochSecond() * 1_000_000 + wall.getNano() / 1_000);
    }

    private @Nullable String show(ClaimStep.Show show) {
        List<Lease> known = leases.getOrDefault(IdempotencyContractSupport.key(show.key()), List.of());
        if (known.isEmpty()) {
            return null;
        }
        Lease real = known.get(show.lease() % known.size());
        Lease lease = switch (show.forgery()) {
            case NOTHING -> real;
            case TOKEN -> with(real, real.fence(), new UUID(9, 9));
            case FENCE -> with(real, real.fence() + 1, real.owner());
        };
        Outcome outcome = Outcome.result(new byte[] {(byte) show.outcome()});
        Duration retention = RETENTIONS.get(show.outcome() % RETENTIONS.size());
        boolean accepted = true;
        try {
            switch (show.call()) {
                case COMPLETE -> store.complete(lease, outcome, retention);
                case RELEASE -> store.release(lease);
                case RENEW -> store.renew(lease);
                case PARK -> store.park(lease);
            }
        } catch (LeaseLostException e) {
            accepted = false;
        }
        trace.add(show + " with fence " + lease.fence() + " -> " + (accepted ? "done" : "refused"));
        return model.shown(show.call(), lease, outcome, retention, accepted);
    }

    private static Lease with(Lease lease, long fence, UUID owner) {
        return new Lease(lease.key(), fence, owner, lease.attempt(), lease.duration(), lease.expiresAtNanos());
    }

    private @Nullable String restart(ClaimStep step) {
        String violation = checkBooks();
        reopened = true;
        trace.add(step.toString());
        boolean ownersAreGone = store.scope() == Scope.PROCESS;
        if (step instanceof ClaimStep.Crash) {
            ((DurableIdempotencyFixture) fixture).crash();
        } else {
            store.close();
        }
        store = fixture.open();
        model.reopened(ownersAreGone);
        return violation;
    }

    /** Rule 10: what was answered, and what the books of the first life say. */
    private @Nullable String checkBooks() {
        if (reopened) {
            return null;
        }
        IdempotencyStats stats = store.stats();
        IdempotencyStats expected = model.counts().stats(stats.records());
        return stats.equals(expected) ? null : "rule 10: the books say " + stats + " instead of " + expected;
    }
}
