package io.github.dedupkit.testkit;

import io.github.dedupkit.ClaimRecord;
import io.github.dedupkit.ClaimRequest.OwnerGone;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.BiFunction;

/**
 * A store of claims that breaks one promise on purpose, and the tests of the contract that must catch it, each with a part of
 * its message.
 */
record BrokenClaimsStore(
        String name,
        BiFunction<FakeIdempotencyStorage, IdempotencyConfig, FakeIdempotencyStore> opener,
        List<BrokenStore.Catch> catches) {

    /** A variant of the fake store. */
    static BrokenClaimsStore of(
            String name, BiFunction<FakeIdempotencyStorage, IdempotencyConfig, FakeIdempotencyStore> opener) {
        return new BrokenClaimsStore(name, opener, List.of());
    }

    BrokenClaimsStore caughtBy(String test, String message) {
        List<BrokenStore.Catch> more = new ArrayList<>(catches);
        more.add(new BrokenStore.Catch(test, message));
        return new BrokenClaimsStore(name, opener, List.copyOf(more));
    }

    BrokenClaimsStore caughtByHistories(String message) {
        return caughtBy("rules_randomHistoriesAgreeWithTheTable", message);
    }

    /** The record under another owner. */
    static ClaimRecord ownedBy(ClaimRecord record, UUID owner) {
        return with(record, record.fence(), owner, record.attempt(), record.ownerGone());
    }

    static ClaimRecord withFence(ClaimRecord record, long fence) {
        return with(record, fence, record.owner(), record.attempt(), record.ownerGone());
    }

    static ClaimRecord withAttempt(ClaimRecord record, int attempt) {
        return with(record, record.fence(), record.owner(), attempt, record.ownerGone());
    }

    static ClaimRecord leaving(ClaimRecord record, OwnerGone ownerGone) {
        return with(record, record.fence(), record.owner(), record.attempt(), ownerGone);
    }

    private static ClaimRecord with(ClaimRecord record, long fence, UUID owner, int attempt, OwnerGone ownerGone) {
        return new ClaimRecord(
                record.state(),
                record.fingerprint(),
                fence,
                owner,
                attempt,
                ownerGone,
                record.since(),
                record.keptNanos(),
                record.outcome());
    }
}
