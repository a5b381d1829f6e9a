package io.github.dedupkit.testkit;

import io.github.dedupkit.ClaimRecord;
import io.github.dedupkit.Lease;
import io.github.dedupkit.Outcome;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Stores that break rule 9: what they keep of an outcome, for how long, and how much they take. */
final class BrokenOutcomeClaims {
    private static final String BYTES = "rule9_outcomesComeBackByteForByte";
    private static final String TOO_LARGE = "rule9_tooLargeIsRefused";
    private static final String RETENTION = "rule9_shortestAndLongestRetention";

    private BrokenOutcomeClaims() {}

    private static BrokenClaimsStore keeping(String name, UnaryOperator<Outcome> kept) {
        return keeping(name, kept, retention -> retention);
    }

    private static BrokenClaimsStore keeping(
            String name, UnaryOperator<Outcome> kept, UnaryOperator<Duration> retentions) {
        return BrokenClaimsStore.of(name, (storage, config) -> new FakeIdempotencyStore(storage, config) {
            @Override
            ClaimRecord completed(@Nullable ClaimRecord before, Lease lease, Outcome outcome, Duration retention) {
                return super.completed(before, lease, kept.apply(outcome), retentions.apply(retention));
            }
        });
    }

    private static Duration atMost(Duration limit, Duration given) {
        return given.compareTo(limit) < 0 ? given : limit;
    }

    private static Outcome ofSameKind(Outcome outcome, byte[] bytes) {
        return outcome.isFailure() ? Outcome.failure(bytes) : Outcome.result(bytes);
    }

    private static Outcome cutTo(int length, Outcome outcome) {
        return ofSameKind(outcome, Arrays.copyOf(outcome.bytes(), Math.min(length, outcome.size())));
    }

    static List<BrokenClaimsStore> stores() {
        return List.of(
                keeping("cuts outcomes to 1,000 bytes", outcome -> cutTo(1_000, outcome))
                        .caughtBy(BYTES, "rule 9: the result of 4095 bytes"),
                keeping(
                                "keeps outcomes as text",
                                outcome -> ofSameKind(
                                        outcome,
                                        new String(outcome.bytes(), StandardCharsets.UTF_8)
                                                .getBytes(StandardCharsets.UTF_8)))
                        .caughtBy(BYTES, "rule 9: the result of 3 bytes"),
                keeping(
                                "keeps failures in ASCII",
                                outcome -> outcome.isFailure()
                                        ? Outcome.failure(new String(outcome.bytes(), StandardCharsets.US_ASCII))
                                        : outcome)
                        .caughtBy(BYTES, "rule 9: the failure of 3 bytes"),
                keeping("takes failures for results", outcome -> Outcome.result(outcome.bytes()))
                        .caughtBy(BYTES, "rule 9: the failure of 0 bytes"),
                keeping(
                                "keeps no outcome without a byte",
                                outcome -> outcome.size() == 0 ? ofSameKind(outcome, new byte[1]) : outcome)
                        .caughtBy(BYTES, "rule 9: the result of 0 bytes"),
                keeping("keeps no outcome longer than a year", o -> o, r -> atMost(Duration.ofDays(365), r))
                        .caughtBy(RETENTION, "rule 9: the longest retention"),
                keeping("keeps every outcome for a second more", o -> o, r -> r.plusSeconds(1))
                        .caughtBy(RETENTION, "rule 9: the shortest retention is over")
                        .caughtBy(
                                "rule8_tableComplete", "rule 8: complete, CLAIMED; what a stranger is told PT2H later")
                        .caughtByHistories("rule 8: "),
                keeping("keeps every outcome for a day", o -> o, r -> Duration.ofDays(1))
                        .caughtBy(RETENTION, "rule 9: the shortest retention is over")
                        .caughtByHistories("rule 8: "),
                BrokenClaimsStore.of(
                                "takes outcomes of every size",
                                (storage, config) -> new FakeIdempotencyStore(storage, config) {
                                    @Override
                                    void requireFits(Outcome outcome) {}
                                })
                        .caughtBy(TOO_LARGE, "rule 9: a result of 4097 bytes"),
                BrokenClaimsStore.of(
                                "refuses large outcomes without a remedy",
                                (storage, config) -> new FakeIdempotencyStore(storage, config) {
                                    @Override
                                    void requireFits(Outcome outcome) {
                                        if (outcome.size() > config.maximumOutcomeBytes()) {
                                            throw new IllegalArgumentException("too large");
                                        }
                                    }
                                })
                        .caughtBy(TOO_LARGE, "rule 9: the message names value, bound and remedy: too large"),
                BrokenClaimsStore.of("gives a claim up when its outcome is too large", GivesUp::new)
                        .caughtBy(TOO_LARGE, "rule 9: a refused outcome changes nothing"));
    }

    private static final class GivesUp extends FakeIdempotencyStore {
        GivesUp(FakeIdempotencyStorage storage, IdempotencyConfig config) {
            super(storage, config);
        }

        @Override
        public synchronized void complete(Lease lease, Outcome outcome, Duration retention) {
            try {
                super.complete(lease, outcome, retention);
            } catch (IllegalArgumentException tooLarge) {
                write(lease.key(), null);
                throw tooLarge;
            }
        }
    }
}
