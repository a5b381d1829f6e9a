package io.github.dedupkit.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.Claim;
import io.github.dedupkit.ClaimRequest;
import io.github.dedupkit.ClaimRequest.Intent;
import io.github.dedupkit.ClaimRequest.OwnerGone;
import io.github.dedupkit.DedupKey;
import io.github.dedupkit.IdempotencyStore;
import io.github.dedupkit.Lease;
import io.github.dedupkit.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Rule 9: what was recorded comes back byte for byte, to the same fingerprint only, for as long as was asked. */
abstract class ClaimOutcomeRules extends ClaimFenceRules {
    private static byte[] randomBytes(int length) {
        byte[] bytes = new byte[length];
        new SplittableRandom(length).nextBytes(bytes);
        return bytes;
    }

    private static List<byte[]> contents() {
        List<byte[]> contents = new ArrayList<>();
        contents.add(new byte[0]);
        contents.add(new byte[] {0});
        contents.add(new byte[] {-1, 0, 0});
        byte[] all = new byte[256];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) i;
        }
        contents.add(all);
        contents.add(randomBytes(1_000));
        contents.add(randomBytes(MAXIMUM_OUTCOME_BYTES - 1));
        contents.add(randomBytes(MAXIMUM_OUTCOME_BYTES));
        return contents;
    }

    @Test
    @DisplayName(
            "rule 9: results and failures come back byte for byte, from empty to the largest, and as what they were")
    void rule9_outcomesComeBackByteForByte() {
        IdempotencyStore store = open();
        List<Outcome> outcomes = new ArrayList<>();
        for (byte[] content : contents()) {
            outcomes.add(Outcome.result(content));
            outcomes.add(Outcome.failure(content));
        }
        outcomes.add(Outcome.failure("Zahlung abgelehnt: 5 \u20AC \u2013 \u62D2\u5426 \uD83D\uDE00"));
        for (int i = 0; i < outcomes.size(); i++) {
            store.complete(granted(store, key(i), "rule 9: a fresh key"), outcomes.get(i), OUTCOME_RETENTION);
        }
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < outcomes.size(); i++) {
                answers(store, key(i), completed(outcomes.get(i)), "rule 9: the " + outcomes.get(i));
            }
        }
        Claim last = store.claim(request(key(outcomes.size() - 1), stranger()));
        assertEquals(
                "Zahlung abgelehnt: 5 \u20AC \u2013 \u62D2\u5426 \uD83D\uDE00",
                ((Claim.Completed) last).outcome().description(),
                "rule 9: a failure's text");
    }

    @Test
    @DisplayName("rule 9: every bit of the fingerprint is compared, and so is having none")
    void rule9_everyBitOfTheFingerprintCounts() {
        IdempotencyStore store = open();
        store.complete(granted(store, key(0), "rule 9: a fresh key"), result("secret"), OUTCOME_RETENTION);
        List<DedupKey> others = new ArrayList<>(List.of(ClaimRequest.NO_FINGERPRINT));
        for (int bit = 0; bit < Long.SIZE; bit++) {
            others.add(DedupKey.ofBits(FINGERPRINT.high() ^ (1L << bit), FINGERPRINT.low()));
            others.add(DedupKey.ofBits(FINGERPRINT.high(), FINGERPRINT.low() ^ (1L << bit)));
        }
        for (DedupKey other : others) {
            ClaimRequest request =
                    new ClaimRequest(key(0), other, stranger(), LEASE, CLAIM_RETENTION, OwnerGone.RETRY, Intent.RUN);
            assertEquals(
                    "FingerprintMismatch",
                    describe(store.claim(request)),
                    "rule 9: fingerprint " + other + " instead of " + FINGERPRINT);
        }
        answers(store, key(0), completed(result("secret")), "rule 9: the right fingerprint");
    }

    @Test
    @DisplayName("rule 9: an outcome that is too large is refused with value, bound and remedy; the claim stays open")
    void rule9_tooLargeIsRefused() {
        IdempotencyStore store = open();
        assertEquals(MAXIMUM_OUTCOME_BYTES, store.maximumOutcomeBytes(), "rule 9: the most bytes of an outcome");
        Lease lease = granted(store, key(0), "rule 9: a fresh key");
        for (int size : new int[] {MAXIMUM_OUTCOME_BYTES + 1, 10 * MAXIMUM_OUTCOME_BYTES}) {
            for (Outcome outcome : List.of(Outcome.result(new byte[size]), Outcome.failure(new byte[size]))) {
                var refusal = assertThrows(
                        IllegalArgumentException.class,
                        () -> store.complete(lease, outcome, OUTCOME_RETENTION),
                        "rule 9: a " + outcome);
                String message = String.valueOf(refusal.getMessage());
                assertTrue(
                        message.contains(" " + size + " ")
                                && message.contains(" " + MAXIMUM_OUTCOME_BYTES + " ")
                                && message.contains("give"),
                        "rule 9: the message names value, bound and remedy: " + message);
            }
        }
        answers(store, key(0), "InProgress for " + LEASE, "rule 9: a refused outcome changes nothing");
        Outcome largest = Outcome.result(randomBytes(MAXIMUM_OUTCOME_BYTES));
        store.complete(lease, largest, OUTCOME_RETENTION);
        answers(store, key(0), completed(largest), "rule 9: the largest outcome");
        assertEquals(0, store.stats().leasesLost(), "rule 10: a call refused for its arguments loses no lease");
    }

    @Test
    @DisplayName("rule 9: the shortest and the longest lease and retention are kept to the border")
    void rule9_shortestAndLongestRetention() {
        IdempotencyStore store = open();
        ClaimRequest longest = new ClaimRequest(
                key(0),
                FINGERPRINT,
                stranger(),
                ClaimRequest.MAXIMUM_LEASE,
                ClaimRequest.MAXIMUM_RETENTION,
                OwnerGone.RETRY,
                Intent.RUN);
        ClaimRequest shortest = new ClaimRequest(
                key(1),
                FINGERPRINT,
                stranger(),
                ClaimRequest.MINIMUM,
                ClaimRequest.MINIMUM,
                OwnerGone.RETRY,
                Intent.RUN);
        granted(store, longest, "rule 9: a fresh key");
        granted(store, shortest, "rule 9: a fresh key");
        store.complete(granted(store, key(2), "rule 9: a fresh key"), result("short"), ClaimRequest.MINIMUM);
        Lease kept = granted(store, key(3), "rule 9: a fresh key");
        store.complete(kept, result("long"), ClaimRequest.MAXIMUM_RETENTION);
        answers(store, key(1), "InProgress for " + ClaimRequest.MINIMUM, "rule 9: the shortest lease");
        answers(store, key(2), completed(result("short")), "rule 9: the shortest retention");
        nanoTime.advance(ClaimRequest.MINIMUM);
        answers(store, key(1), "Granted, attempt 2", "rule 9: the shortest lease is over");
        answers(store, key(2), "Granted, attempt 1", "rule 9: the shortest retention is over");
        nanoTime.advance(ClaimRequest.MAXIMUM_LEASE.minus(ClaimRequest.MINIMUM).minus(resolution()));
        answers(store, key(0), "InProgress for " + resolution(), "rule 9: the longest lease");
        nanoTime.advance(ClaimRequest.MAXIMUM_RETENTION.minus(ClaimRequest.MAXIMUM_LEASE));
        answers(store, key(3), completed(result("long")), "rule 9: the longest retention");
        nanoTime.advance(resolution());
        answers(store, key(3), "Granted, attempt 1", "rule 9: the longest retention is over");
        nanoTime.advance(ClaimRequest.MAXIMUM_LEASE.minus(resolution()));
        answers(store, key(0), "Granted, attempt 2", "rule 9: after the longest lease, within the longest retention");
    }
}
