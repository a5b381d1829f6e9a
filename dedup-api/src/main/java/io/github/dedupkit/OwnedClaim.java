package io.github.dedupkit;

import io.github.dedupkit.IdempotentExecutor.Action;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** What an {@link IdempotentExecutor} does with a claim that it was granted: run, record, give up. One per claim. */
final class OwnedClaim<T> {
    private final IdempotentExecutor.Builder<T> options;
    private final Patience patience;
    private final Lease lease;
    private final HeldLease held;

    OwnedClaim(IdempotentExecutor.Builder<T> options, Patience patience, Lease lease) {
        this.options = options;
        this.patience = patience;
        this.lease = lease;
        held = new HeldLease(lease, options.nanoTime);
    }

    /** Runs the action, after finding out what an earlier attempt did if there was one. */
    <E extends Exception> Execution<T> execute(Action<T, E> action, Renewals renewals) throws E {
        boolean resolves = options.asks && lease.attempt() > 1;
        try {
            renewals.add(held);
        } catch (Throwable e) { // no thread to be had; the key is left as it was found
            settle(e, resolves ? this::park : this::release);
            throw e;
        }
        try {
            if (!isHeld()) {
                return overtaken();
            }
            if (!resolves) {
                return run(action);
            }
            Resolution<T> resolution = resolve(action);
            return switch (resolution.kind()) {
                case RUN_AGAIN -> isHeld() ? run(action) : overtaken();
                case COMPLETED -> replayed(record(resolution.result()));
                case FAILED -> failedBefore(resolution.description());
                case LEAVE_PARKED -> parked();
            };
        } finally {
            renewals.remove(held);
        }
    }

    /** Whether nobody has overtaken the claim while this thread was away; a lease that has run out is renewed first. */
    private boolean isHeld() {
        if (!held.isLost()) {
            return true;
        }
        try {
            held.renewed(patience.get(() -> options.store.renew(lease)));
            return !held.isLost();
        } catch (LeaseLostException e) {
            return false;
        }
    }

    /** The action did not run: somebody else has the claim, or will have it. */
    private static <T> Execution<T> overtaken() {
        return new Execution.InProgress<>(Duration.ZERO);
    }

    private <E extends Exception> Execution<T> run(Action<T, E> action) throws E {
        T result;
        try {
            result = action.run(held);
        } catch (Throwable e) {
            giveUp(e);
            throw e;
        }
        if (result == null) {
            throw new NullPointerException("the action of key " + lease.key()
                    + " returned null; it ran, and its claim is left as a crash leaves it; return a value");
        }
        return record(result);
    }

    private <E extends Exception> Resolution<T> resolve(Action<T, E> action) throws E {
        try {
            return action.resolve(held);
        } catch (Throwable e) {
            settle(e, this::park);
            throw e;
        }
    }

    /** Records the result of an action that has run: whatever prevents it, the caller gets the result. */
    private Execution<T> record(T result) {
        try {
            complete(Outcome.result(options.codec.encode(result)));
            return new Execution.Executed<>(result);
        } catch (Throwable e) { // an error too: the caller must know that the action has run
            return new Execution.Unrecorded<>(result, e);
        }
    }

    private static <T> Execution<T> replayed(Execution<T> recorded) {
        return recorded instanceof Execution.Executed<T> done ? new Execution.Replayed<>(done.value()) : recorded;
    }

    private Execution<T> failedBefore(String description) {
        try {
            complete(failure(description));
            return new Execution.FailedBefore<>(description);
        } catch (LeaseLostException e) { // somebody else is finding out
            return overtaken();
        }
    }

    private Execution<T> parked() {
        try {
            park();
            return new Execution.Parked<>(Duration.ZERO);
        } catch (LeaseLostException e) { // somebody else is finding out
            return overtaken();
        }
    }

    /** Leaves what the caller has chosen for this failure. */
    private void giveUp(Throwable failure) {
        settle(failure, () -> {
            switch (options.onFailure.apply(failure)) {
                case RETRY -> release();
                case REMEMBER -> complete(failure(options.describe.apply(failure)));
                case PARK -> park();
            }
        });
    }

    /** Ends a claim because of a failure, which stays what its caller gets. */
    private void settle(Throwable failure, Runnable call) {
        try {
            call.run();
        } catch (Throwable e) {
            if (e != failure) {
                failure.addSuppressed(e);
            }
        }
    }

    private void complete(Outcome outcome) {
        patience.run(() -> options.store.complete(lease, outcome, options.retention));
    }

    private void release() {
        patience.run(() -> options.store.release(lease));
    }

    private void park() {
        patience.run(() -> options.store.park(lease));
    }

    /** A failure whose description fits: cut between two characters. */
    private Outcome failure(String description) {
        ByteBuffer cut =
                ByteBuffer.allocate((int) Math.min(options.store.maximumOutcomeBytes(), 4L * description.length()));
        StandardCharsets.UTF_8
                .newEncoder()
                .onMalformedInput(CodingErrorAction.REPLACE)
                .encode(CharBuffer.wrap(description), cut, true);
        byte[] bytes = new byte[cut.flip().remaining()];
        cut.get(bytes);
        return Outcome.failure(bytes);
    }
}
