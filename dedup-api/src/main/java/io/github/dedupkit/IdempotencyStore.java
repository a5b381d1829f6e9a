package io.github.dedupkit;

import java.time.Duration;

/**
 * Claims with leases, fences and stored outcomes: at any time one owner per key, and one recorded outcome.
 *
 * <p>Most callers want {@link IdempotentExecutor}, which makes these calls in the right order.
 *
 * <pre>
 *                            claim                    complete
 *               ABSENT ----------------&gt; CLAIMED ------------------&gt; COMPLETED
 *                 ^ ^                   | ^ |  ^                       |  |
 *                 | |      release      | | |  |  claim to RESOLVE     |  |
 *                 | +-------------------+ | |  |                       |  |
 *                 |                       | |  |                       |  |
 *                 |    owner gone, RETRY: | |  |                       |  |
 *                 |    the next claim ----+ |  |                       |  |
 *                 |    owner gone, PARK,    |  |                       |  |
 *                 |    or park              v  |       complete        |  |
 *                 +------------------------ PARKED --------------------+  |
 *                 |         release                                       |
 *                 +-------------------------------------------------------+
 *                                      retention is over
 * </pre>
 *
 * <p>What each call does in each state. <em>Lapsed</em> is a claim whose lease has ended; <em>own</em> is the lease or the
 * owner token of the record; any other one was <em>overtaken</em>. Whoever claims with another fingerprint than the
 * record's is told FingerprintMismatch in every state but ABSENT, and changes nothing.
 *
 * <table>
 * <caption>State and call</caption>
 * <tr><th>call</th><th>ABSENT</th><th>CLAIMED</th><th>CLAIMED, lapsed</th><th>PARKED</th><th>COMPLETED</th></tr>
 * <tr><td>claim</td><td>Granted, new fence, attempt 1</td><td>InProgress</td><td>left by RETRY: Granted, new fence, attempt
 *     + 1. Left by PARK: becomes PARKED, Parked</td><td>Parked</td><td>Completed</td></tr>
 * <tr><td>claim to RESOLVE</td><td>as claim</td><td>InProgress</td><td>Granted, new fence, attempt + 1</td><td>Granted,
 *     new fence, attempt + 1</td><td>Completed</td></tr>
 * <tr><td>claim again, own token</td><td>as claim</td><td>Granted, same fence, lease from now</td><td>Granted, same fence,
 *     lease from now</td><td>as claim</td><td>Completed</td></tr>
 * <tr><td>complete, own</td><td>refused</td><td>COMPLETED</td><td>COMPLETED</td><td>COMPLETED</td><td>nothing: the outcome
 *     stays</td></tr>
 * <tr><td>renew, own</td><td>refused</td><td>lease from now</td><td>lease from now</td><td>refused</td>
 *     <td>refused</td></tr>
 * <tr><td>release, own</td><td>refused</td><td>ABSENT</td><td>ABSENT</td><td>ABSENT</td><td>refused</td></tr>
 * <tr><td>park, own</td><td>refused</td><td>PARKED</td><td>PARKED</td><td>nothing</td><td>refused</td></tr>
 * <tr><td>each of these, overtaken</td><td>refused</td><td>refused</td><td>refused</td><td>refused</td><td>refused</td></tr>
 * </table>
 *
 * <p><em>Refused</em> is a {@link LeaseLostException}, and nothing changes. A record goes when its time is over: a
 * COMPLETED one after the retention it was completed with, a lapsed claim left by RETRY after the retention of its
 * request, a PARKED claim and one left by PARK only when it is resolved. RETRY or PARK is the last owner's choice,
 * whatever an earlier one chose.
 *
 * <p><b>Fences</b> rise strictly for each key (rule 8): a fence is the highest of the last one plus 1 and of the storage's
 * wall clock in microseconds since 1970, so that it rises after a release, an expiry, a deletion, a restart, and a restore
 * of an older copy.
 *
 * <p><b>Clocks.</b> Leases and retentions run on the storage's own clock; the holder counts on its monotonic one, from before
 * the call. The wall clock serves the fence alone. In a store of one process, claims of an earlier life of the process
 * count as lapsed when it is opened: their owners are gone.
 *
 * <p>Its records live in a space of their own: a mark of a {@link DeduplicationStore} never meets a claim. Every call is
 * atomic for its key. Implementations are safe for use by many threads.
 */
public interface IdempotencyStore extends AutoCloseable {
    /**
     * Claims a key, or says who has it.
     *
     * <p>A call that ended with {@link StoreUnavailableException} may be repeated with the same owner token: if the claim
     * was granted meanwhile, the same lease is granted again.
     *
     * @param request what to claim, for whom, for how long
     * @return the answer
     * @throws NullPointerException if the request is null
     * @throws IllegalStateException if the store is closed
     * @throws StoreUnavailableException if there is no answer, or no room for another record
     */
    Claim claim(ClaimRequest request);

    /**
     * Records the outcome of a claim. May be repeated with the same lease: the first outcome stays.
     *
     * @param lease the lease that was granted
     * @param outcome the result, or the failure to remember
     * @param retention how long the outcome is kept from now, {@link ClaimRequest#MINIMUM} to {@link
     *     ClaimRequest#MAXIMUM_RETENTION}
     * @throws NullPointerException naming what is null
     * @throws IllegalArgumentException if the retention is out of bounds, or the outcome is larger than {@link
     *     #maximumOutcomeBytes()}; the claim stays as it was
     * @throws LeaseLostException if the lease was overtaken; nothing changes
     * @throws IllegalStateException if the store is closed
     * @throws StoreUnavailableException if there is no answer; repeating the call is safe
     */
    void complete(Lease lease, Outcome outcome, Duration retention);

    /**
     * Gives a claim up: the key is as if never claimed. Only for an action that had no effect, or whose effect may be
     * repeated.
     *
     * @param lease the lease that was granted
     * @throws NullPointerException if the lease is null
     * @throws LeaseLostException if the lease was overtaken or has completed, or the record is gone (as after a release whose
     *     answer was lost); nothing changes
     * @throws IllegalStateException if the store is closed
     * @throws StoreUnavailableException if there is no answer; repeating the call is safe
     */
    void release(Lease lease);

    /**
     * Extends a lease by its duration, from now. A claim that was parked meanwhile stays parked: it is being resolved.
     *
     * @param lease the lease that was granted
     * @return the same lease with its new end
     * @throws NullPointerException if the lease is null
     * @throws LeaseLostException if the lease was overtaken, parked or completed, or the record is gone; nothing changes
     * @throws IllegalStateException if the store is closed
     * @throws StoreUnavailableException if there is no answer; repeating the call is safe
     */
    Lease renew(Lease lease);

    /**
     * Parks a claim whose effect is uncertain: it stays so until it is resolved, by a claim with {@link
     * ClaimRequest.Intent#RESOLVE} or by this lease after all.
     *
     * @param lease the lease that was granted
     * @throws NullPointerException if the lease is null
     * @throws LeaseLostException if the lease was overtaken or has completed, or the record is gone; nothing changes
     * @throws IllegalStateException if the store is closed
     * @throws StoreUnavailableException if there is no answer; repeating the call is safe
     */
    void park(Lease lease);

    /**
     * Asks to be told when a key's claim is completed, released or parked. A hint that saves waiting: it may come late,
     * more often than needed, or never (the default never comes), so the caller polls too, slowly.
     *
     * @param key the key
     * @param changed is run on any thread after the change, and must be short; what it throws is ignored
     * @return ends the watch when closed; may be closed more than once
     * @throws NullPointerException naming what is null
     * @throws IllegalStateException if the store is closed
     */
    default Watch watch(DedupKey key, Runnable changed) {
        return () -> {};
    }

    /** A watch on a key. */
    interface Watch extends AutoCloseable {
        /** Ends the watch. Never throws. */
        @Override
        void close();
    }

    /**
     * The most bytes of an outcome.
     *
     * @return bytes, 0 or more
     */
    int maximumOutcomeBytes();

    /**
     * What acknowledged claims and outcomes survive.
     *
     * @return the durability
     */
    Guarantees.Durability durability();

    /**
     * Who shares the claims.
     *
     * @return the scope
     */
    Guarantees.Scope scope();

    /**
     * The books and the state.
     *
     * @return a snapshot, not one moment's under load
     * @throws IllegalStateException if the store is closed
     */
    IdempotencyStats stats();

    /** Closes the store; later calls get {@link IllegalStateException} (rule 11). May be called more than once. */
    @Override
    void close();
}
