package io.github.dedupkit.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.dedupkit.Claim;
import io.github.dedupkit.ClaimRequest;
import io.github.dedupkit.ClaimRequest.Intent;
import io.github.dedupkit.ClaimRequest.OwnerGone;
import io.github.dedupkit.DedupKey;
import io.github.dedupkit.Guarantees.Durability;
import io.github.dedupkit.Guarantees.Scope;
import io.github.dedupkit.IdempotencyStore;
import io.github.dedupkit.KeySpace;
import io.github.dedupkit.Lease;
import io.github.dedupkit.LeaseLostException;
import io.github.dedupkit.Outcome;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;

/** What the contract classes of {@link IdempotencyStore} share: the hooks that a store supplies, and one store on virtual time. */
abstract class IdempotencyContractSupport {
    /** The first reading of every wall clock. */
    static final long START = ContractSupport.START;

    static final Duration LEASE = Duration.ofSeconds(30);
    /** Of a lapsed claim that may be retried. */
    static final Duration CLAIM_RETENTION = Duration.ofHours(1);
    /** Of an outcome. */
    static final Duration OUTCOME_RETENTION = Duration.ofHours(2);

    static final Duration HOUR = Duration.ofHours(1);
    static final Duration SECOND = Duration.ofSeconds(1);

    static final DedupKey FINGERPRINT = DedupKey.ofBits(0x0123456789ABCDEFL, 0xFEDCBA9876543210L);
    static final DedupKey OTHER_FINGERPRINT = DedupKey.ofBits(0x0123456789ABCDEFL, 0xFEDCBA9876543211L);

    static final int MAXIMUM_OUTCOME_BYTES = 4096;
    private static final int ROOM = 50_000;
    private static final KeySpace KEY_SPACE = KeySpace.trusted("dedupkit/claims-contract");

    private final List<AutoCloseable> opened = new ArrayList<>();
    private long owners;

    /** The wall clock of the storage: it moves alone, or not at all. */
    final VirtualClock wallClock = new VirtualClock(START);

    /** The clock of leases and retentions. */
    VirtualNanoTime nanoTime = new VirtualNanoTime(-Duration.ofDays(1).toNanos());

    /**
     * Supplies an empty storage for the store under test.
     *
     * @param config what the test asks for
     * @return the fixture; the contract closes it
     */
    protected abstract IdempotencyFixture fixture(IdempotencyConfig config);

    /**
     * Supplies what acknowledged claims must survive, as a literal.
     *
     * @return the expected durability
     */
    protected abstract Durability expectedDurability();

    /**
     * Supplies who shares the claims, as a literal.
     *
     * @return the expected scope
     */
    protected abstract Scope expectedScope();

    /**
     * Whether watches are told of changes. A store that leaves its callers to their polling overrides this, and the tests
     * of watches are skipped.
     *
     * @return true unless overridden
     */
    protected boolean tellsWatches() {
        return true;
    }

    /**
     * The resolution of the storage's clock: the borders of leases and retentions are tested so far from either side.
     *
     * @return a nanosecond unless overridden, 100 milliseconds at most
     */
    protected Duration resolution() {
        return Duration.ofNanos(1);
    }

    IdempotencyConfig config() {
        return new IdempotencyConfig(wallClock, nanoTime, ROOM, MAXIMUM_OUTCOME_BYTES);
    }

    /** Opens a store on a new, empty storage; closed after the test. */
    final IdempotencyStore open() {
        return open(config());
    }

    final IdempotencyStore open(IdempotencyConfig config) {
        IdempotencyFixture fixture = closing(fixture(config));
        return closing(fixture.open());
    }

    /** A storage that the test opens, kills and opens again. */
    final DurableIdempotencyFixture durable() {
        assumeTrue(
                expectedDurability() != Durability.NONE,
                "the store promises durability NONE: a restart leaves nothing to check");
        return closing(assertInstanceOf(
                DurableIdempotencyFixture.class,
                fixture(config()),
                "a durable store must be tested with a DurableIdempotencyFixture"));
    }

    /** Closes it after the test, before what was opened earlier. */
    final <T extends AutoCloseable> T closing(T resource) {
        opened.add(resource);
        return resource;
    }

    @AfterEach
    final void closeAll() throws Exception {
        for (int i = opened.size() - 1; i >= 0; i--) {
            opened.get(i).close();
        }
        opened.clear();
    }

    /** A number of iterations, settable by a system property. */
    long scale(String property, long standard) {
        return Long.getLong(property, standard);
    }

    static DedupKey key(long index) {
        return KEY_SPACE.key(index);
    }

    /** The token of a caller who has not called before. */
    final UUID stranger() {
        return new UUID(1, ++owners);
    }

    static ClaimRequest request(DedupKey key, UUID owner) {
        return request(key, owner, OwnerGone.RETRY);
    }

    static ClaimRequest request(DedupKey key, UUID owner, OwnerGone ownerGone) {
        return new ClaimRequest(key, FINGERPRINT, owner, LEASE, CLAIM_RETENTION, ownerGone, Intent.RUN);
    }

    static ClaimRequest withOtherFingerprint(ClaimRequest request) {
        return new ClaimRequest(
                request.key(),
                OTHER_FINGERPRINT,
                request.owner(),
                request.lease(),
                request.retention(),
                request.ownerGone(),
                request.intent());
    }

    /** Claims a key as a stranger, who must be granted it. */
    final Lease granted(IdempotencyStore store, DedupKey key, String why) {
        return granted(store, request(key, stranger()), why);
    }

    static Lease granted(IdempotencyStore store, ClaimRequest request, String why) {
        Claim claim = store.claim(request);
        assertEquals("Granted", claim.getClass().getSimpleName(), () -> why + ", was told " + describe(claim));
        return ((Claim.Granted) claim).lease();
    }

    /** Claims a key as a stranger, and checks the answer as {@link #describe} has it. */
    final void answers(IdempotencyStore store, DedupKey key, String expected, String why) {
        assertEquals(expected, describe(store.claim(request(key, stranger()))), why);
    }

    /** An answer in words, outcomes byte for byte, without fences and owners. */
    static String describe(Claim claim) {
        if (claim instanceof Claim.Granted granted) {
            return "Granted, attempt " + granted.lease().attempt();
        } else if (claim instanceof Claim.InProgress inProgress) {
            return "InProgress for " + inProgress.remaining();
        } else if (claim instanceof Claim.Completed completed) {
            return completed(completed.outcome());
        } else if (claim instanceof Claim.Parked parked) {
            return "Parked for " + parked.since();
        } else {
            return "FingerprintMismatch";
        }
    }

    /** The answer to a claim of a key with an outcome. */
    static String completed(Outcome outcome) {
        return "Completed with " + (outcome.isFailure() ? "failure " : "result ")
                + HexFormat.of().formatHex(outcome.bytes());
    }

    /** Checks that a call is refused because its lease was overtaken. */
    static void refused(Lease lease, String why, Runnable call) {
        var refusal = assertThrows(LeaseLostException.class, call::run, why);
        String message = String.valueOf(refusal.getMessage());
        assertTrue(
                message.contains(Long.toString(lease.fence())), why + ": the message names the fence, was: " + message);
    }

    /** Checks that every call with a lease is refused. */
    static void refusesAll(IdempotencyStore store, Lease lease, String why) {
        refused(lease, why + ": complete", () -> store.complete(lease, result("stale"), OUTCOME_RETENTION));
        refused(lease, why + ": renew", () -> store.renew(lease));
        refused(lease, why + ": park", () -> store.park(lease));
        refused(lease, why + ": release", () -> store.release(lease));
    }

    static Outcome result(String text) {
        return Outcome.result(text.getBytes(StandardCharsets.UTF_8));
    }
}
