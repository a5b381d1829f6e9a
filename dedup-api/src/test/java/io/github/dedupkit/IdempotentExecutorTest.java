package io.github.dedupkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.ClaimRequest.Intent;
import io.github.dedupkit.ClaimRequest.OwnerGone;
import io.github.dedupkit.IdempotentExecutor.Action;
import io.github.dedupkit.IdempotentExecutor.OnFailure;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class IdempotentExecutorTest {
    private static final DedupKey KEY = DedupKey.ofBits(1, 2);
    private static final DedupKey FINGERPRINT = DedupKey.ofBits(5, 6);
    private static final Duration LEASE = Duration.ofHours(12);

    private final AtomicLong now = new AtomicLong(-1);
    private final SmallIdempotencyStore store = new SmallIdempotencyStore(now::get);
    private final IdempotentExecutor<String> retrying = build(UnaryOperator.identity());
    private final IdempotentExecutor<String> asking = IdempotentExecutor.asking(store, ResultCodec.utf8())
            .lease(LEASE)
            .nanoTime(now::get)
            .build();

    private IdempotentExecutor<String> build(UnaryOperator<IdempotentExecutor.Builder<String>> options) {
        return options.apply(IdempotentExecutor.retrying(store, ResultCodec.utf8())
                        .lease(LEASE)
                        .nanoTime(now::get))
                .build();
    }

    /** An action that must not run, and its resolution. */
    private static Action<String, RuntimeException> resolvedTo(Resolution<String> resolution) {
        return new Action<>() {
            @Override
            public String run(HeldLease lease) {
                throw new AssertionError("the action ran");
            }

            @Override
            public Resolution<String> resolve(HeldLease lease) {
                assertTrue(lease.attempt() > 1, "asked about an earlier attempt");
                return resolution;
            }
        };
    }

    /** Leaves a claim whose owner is gone, and whose lease is over. */
    private void abandon(DedupKey key) {
        store.refuse("complete", new IllegalStateException("gone"));
        assertInstanceOf(Execution.Unrecorded.class, asking.execute(key, lease -> "abandoned"));
        now.addAndGet(LEASE.toNanos());
        store.diary.clear();
    }

    /** A store behind which this process sleeps for a lease, once, before it reads the answer to a claim of some intent. */
    private SmallIdempotencyStore sleepsAfter(Intent intent, Runnable meanwhile) {
        return new SmallIdempotencyStore(now::get) {
            private boolean slept;

            @Override
            public synchronized Claim claim(ClaimRequest request) {
                Claim claim = super.claim(request);
                if (request.intent() == intent && !slept) {
                    slept = true;
                    now.addAndGet(LEASE.toNanos());
                    meanwhile.run();
                }
                return claim;
            }
        };
    }

    private static Claim anotherClaims(IdempotencyStore store) {
        return store.claim(new ClaimRequest(
                KEY, ClaimRequest.NO_FINGERPRINT, new UUID(7, 7), LEASE, LEASE, OwnerGone.RETRY, Intent.RUN));
    }

    @Test
    void anActionDoesNotBeginUnderALeaseThatWasOvertaken() {
        AtomicReference<SmallIdempotencyStore> itself = new AtomicReference<>();
        SmallIdempotencyStore slow = sleepsAfter(Intent.RUN, () -> anotherClaims(itself.get()));
        itself.set(slow);
        IdempotentExecutor<String> paused = IdempotentExecutor.retrying(slow, ResultCodec.utf8())
                .lease(LEASE)
                .nanoTime(now::get)
                .build();
        Execution<String> told = paused.execute(KEY, lease -> {
            throw new AssertionError("the action ran under a lease that was overtaken");
        });
        assertEquals(new Execution.InProgress<>(Duration.ZERO), told);
        assertEquals(List.of("claim", "claim", "renew"), slow.diary());
    }

    @Test
    void anActionBeginsUnderALeaseThatRanOutIfItCanBeRenewed() {
        SmallIdempotencyStore slow = sleepsAfter(Intent.RUN, () -> {});
        IdempotentExecutor<String> paused = IdempotentExecutor.retrying(slow, ResultCodec.utf8())
                .lease(LEASE)
                .nanoTime(now::get)
                .build();
        assertEquals(new Execution.Executed<>("held"), paused.execute(KEY, lease -> {
            lease.requireHeld();
            return "held";
        }));
        assertEquals(List.of("claim", "renew", "complete"), slow.diary());
    }

    @Test
    void anActionDoesNotBeginIfItWasOvertakenWhileItAsked() {
        abandon(KEY);
        Execution<String> told = asking.execute(KEY, new Action<String, RuntimeException>() {
            @Override
            public String run(HeldLease lease) {
                throw new AssertionError("the action ran under a lease that was overtaken");
            }

            @Override
            public Resolution<String> resolve(HeldLease lease) {
                now.addAndGet(LEASE.toNanos());
                store.claim(new ClaimRequest(
                        KEY,
                        ClaimRequest.NO_FINGERPRINT,
                        new UUID(7, 7),
                        LEASE,
                        LEASE,
                        OwnerGone.PARK,
                        Intent.RESOLVE));
                return Resolution.runAgain();
            }
        });
        assertEquals(new Execution.InProgress<>(Duration.ZERO), told);
    }

    @Test
    void anActionTakesTwoCallsAndAReplayTakesOne() {
        assertEquals(new Execution.Executed<>("first"), retrying.execute(KEY, lease -> "first"));
        assertEquals(List.of("claim", "complete"), store.diary());
        assertEquals(new Execution.Replayed<>("first"), retrying.execute(KEY, lease -> "second"));
        assertEquals(List.of("claim", "complete", "claim"), store.diary());
    }

    @Test
    void aRequestCarriesWhatWasConfigured() {
        IdempotentExecutor<String> parking = IdempotentExecutor.parking(store, ResultCodec.utf8())
                .lease(LEASE)
                .retention(Duration.ofDays(7))
                .nanoTime(now::get)
                .build();
        parking.execute(KEY, FINGERPRINT, lease -> "first");
        ClaimRequest sent = store.requests.get(0);
        assertEquals(
                new ClaimRequest(KEY, FINGERPRINT, sent.owner(), LEASE, Duration.ofDays(7), OwnerGone.PARK, Intent.RUN),
                sent);
        parking.execute(DedupKey.ofBits(3, 4), lease -> "second");
        assertNotEquals(sent.owner(), store.requests.get(1).owner(), "each call is an owner of its own");
        assertEquals(ClaimRequest.NO_FINGERPRINT, store.requests.get(1).fingerprint());
    }

    @Test
    void aClaimIsRepeatedByTheSameOwner() {
        store.loseReply("claim", new StoreUnavailableException("by hand"));
        Execution<String> told = retrying.execute(KEY, lease -> {
            assertEquals(1, lease.attempt(), "its own claim, granted again");
            return "first";
        });
        assertEquals(new Execution.Executed<>("first"), told);
        assertEquals(store.requests.get(0), store.requests.get(1));
    }

    @Test
    void aCompleteIsRepeatedAndAReleaseWhoseReplyWasLostIsSaidToBeRefused() {
        store.loseReply("complete", new StoreUnavailableException("by hand"));
        assertEquals(new Execution.Executed<>("first"), retrying.execute(KEY, lease -> "first"));
        store.loseReply("release", new StoreUnavailableException("by hand"));
        IllegalStateException failure = new IllegalStateException("by hand");
        DedupKey other = DedupKey.ofBits(3, 4);
        assertSame(
                failure,
                assertThrows(
                        IllegalStateException.class,
                        () -> retrying.execute(other, lease -> {
                            throw failure;
                        })));
        assertInstanceOf(LeaseLostException.class, failure.getSuppressed()[0], "nobody can tell it from another's");
        assertEquals(new Execution.Executed<>("second"), retrying.execute(other, lease -> "second"));
    }

    @Test
    void renewsAtAThirdOfTheLeaseAndNoMoreAfterTheAction() {
        retrying.execute(KEY, lease -> {
            now.addAndGet(LEASE.toNanos() / 3);
            retrying.renewDue();
            assertEquals(LEASE, lease.remaining());
            return "first";
        });
        now.addAndGet(LEASE.toNanos() / 3);
        retrying.renewDue();
        assertEquals(List.of("claim", "renew", "complete"), store.diary());
    }

    @Test
    void isRenewedWhileItIsResolved() {
        abandon(KEY);
        asking.execute(KEY, new Action<String, RuntimeException>() {
            @Override
            public String run(HeldLease lease) {
                throw new AssertionError("the action ran");
            }

            @Override
            public Resolution<String> resolve(HeldLease lease) {
                now.addAndGet(LEASE.toNanos() / 3);
                asking.renewDue();
                return Resolution.completed("found");
            }
        });
        assertEquals(List.of("claim", "resolve", "renew", "complete"), store.diary());
    }

    @Test
    void aNotificationAloneEndsAWait() throws Exception {
        IdempotentExecutor<String> waiting =
                build(options -> options.waitUpTo(Duration.ofDays(1)).pollEvery(Duration.ofDays(1)));
        CompletableFuture<Execution<String>> waiter = new CompletableFuture<>();
        Execution<String> first = retrying.execute(KEY, lease -> {
            new Thread(() -> waiter.complete(waiting.execute(KEY, l -> "second"))).start();
            long began = System.nanoTime();
            while (store.diary().size() < 4 // the caller's claim, its watch, and its claim after that
                    && System.nanoTime() - began < TimeUnit.MINUTES.toNanos(1)) {
                Thread.onSpinWait();
            }
            return "first";
        });
        assertEquals(new Execution.Executed<>("first"), first);
        assertEquals(new Execution.Replayed<>("first"), waiter.get(1, TimeUnit.MINUTES));
        assertEquals(List.of("claim", "claim", "watch", "claim", "complete", "claim"), store.diary());
        assertEquals(List.of(), store.watchers, "the watch was closed");
    }

    @Test
    void whatChangesBeforeTheWatchBeginsIsSeenWithoutANotification() {
        SmallIdempotencyStore late = new SmallIdempotencyStore(now::get) {
            private boolean freed;

            @Override
            public synchronized Watch watch(DedupKey key, Runnable changed) {
                if (!freed) {
                    freed = true;
                    now.addAndGet(LEASE.toNanos()); // the owner's lease ends between the claim and the watch
                }
                return super.watch(key, changed);
            }
        };
        IdempotentExecutor<String> owner = IdempotentExecutor.retrying(late, ResultCodec.utf8())
                .lease(LEASE)
                .nanoTime(now::get)
                .build();
        late.refuse("complete", new IllegalStateException("gone"));
        owner.execute(KEY, lease -> "abandoned");
        IdempotentExecutor<String> waiting = IdempotentExecutor.retrying(late, ResultCodec.utf8())
                .lease(LEASE)
                .nanoTime(now::get)
                .waitUpTo(Duration.ofDays(1))
                .pollEvery(Duration.ofDays(1))
                .build();
        assertEquals(new Execution.Executed<>("second"), waiting.execute(KEY, lease -> "second"));
    }

    @Test
    void aResolutionIsRecordedOrParkedOrRun() {
        DedupKey completed = DedupKey.ofBits(3, 1);
        abandon(completed);
        assertEquals(
                new Execution.Replayed<>("found"),
                asking.execute(completed, resolvedTo(Resolution.completed("found"))));
        assertEquals(List.of("claim", "resolve", "complete"), store.diary());
        DedupKey failed = DedupKey.ofBits(3, 2);
        abandon(failed);
        assertEquals(
                new Execution.FailedBefore<>("refused"),
                asking.execute(failed, resolvedTo(Resolution.failed("refused"))));
        assertEquals(new Execution.FailedBefore<>("refused"), asking.execute(failed, lease -> "again"));
        DedupKey left = DedupKey.ofBits(3, 3);
        abandon(left);
        assertEquals(new Execution.Parked<>(Duration.ZERO), asking.execute(left, lease -> "not asked for"));
        assertEquals(List.of("claim", "resolve", "park"), store.diary(), "an action that cannot be asked");
        DedupKey again = DedupKey.ofBits(3, 4);
        abandon(again);
        Execution<String> told = asking.execute(again, new Action<String, RuntimeException>() {
            @Override
            public String run(HeldLease lease) {
                return "attempt " + lease.attempt();
            }

            @Override
            public Resolution<String> resolve(HeldLease lease) {
                return Resolution.runAgain();
            }
        });
        assertEquals(new Execution.Executed<>("attempt 2"), told);
    }

    @Test
    void aResolutionThatFailsLeavesTheKeyParkedHoweverFailuresAreTreated() {
        IdempotentExecutor<String> hasty = IdempotentExecutor.asking(store, ResultCodec.utf8())
                .lease(LEASE)
                .nanoTime(now::get)
                .onFailure(failure -> OnFailure.RETRY)
                .build();
        abandon(KEY);
        IllegalStateException failure = new IllegalStateException("the provider is out of reach");
        Action<String, RuntimeException> action = new Action<>() {
            @Override
            public String run(HeldLease lease) {
                throw new AssertionError("the action ran");
            }

            @Override
            public Resolution<String> resolve(HeldLease lease) {
                throw failure;
            }
        };
        assertSame(failure, assertThrows(IllegalStateException.class, () -> hasty.execute(KEY, action)));
        assertEquals(List.of("claim", "resolve", "park"), store.diary());
        assertEquals(new Execution.Replayed<>("found"), hasty.execute(KEY, resolvedTo(Resolution.completed("found"))));
    }

    @Test
    void aResolverWhoWasOvertakenIsToldThatAnotherIsAtWork() {
        Execution<String> inProgress = new Execution.InProgress<>(Duration.ZERO);
        DedupKey failed = DedupKey.ofBits(3, 1);
        abandon(failed);
        store.refuse("complete", new LeaseLostException("by hand"));
        assertEquals(inProgress, asking.execute(failed, resolvedTo(Resolution.failed("refused"))));
        DedupKey left = DedupKey.ofBits(3, 2);
        abandon(left);
        store.refuse("park", new LeaseLostException("by hand"));
        assertEquals(inProgress, asking.execute(left, resolvedTo(Resolution.leaveParked())));
    }

    @Test
    void theClassifierIsAskedOnceThoughTheStoreIsAskedAgain() {
        AtomicInteger asked = new AtomicInteger();
        IdempotentExecutor<String> executor = build(options -> options.onFailure(failure -> {
            asked.incrementAndGet();
            return OnFailure.PARK;
        }));
        store.refuse("park", new StoreUnavailableException("by hand"), new StoreUnavailableException("by hand"));
        IllegalStateException failure = new IllegalStateException("by hand");
        assertThrows(
                IllegalStateException.class,
                () -> executor.execute(KEY, lease -> {
                    throw failure;
                }));
        assertEquals(List.of("claim", "park", "park", "park"), store.diary());
        assertEquals(1, asked.get());
        assertEquals(0, failure.getSuppressed().length);
    }

    @Test
    void onlyWhatRanOrWasReplayedHasAResult() {
        assertEquals("x", new Execution.Executed<>("x").result().orElseThrow());
        assertEquals("x", new Execution.Replayed<>("x").result().orElseThrow());
        assertEquals("x", new Execution.Unrecorded<>("x", new Error()).result().orElseThrow());
        assertTrue(new Execution.FailedBefore<>("x").result().isEmpty());
        assertTrue(new Execution.InProgress<>(Duration.ZERO).result().isEmpty());
        assertTrue(new Execution.Parked<>(Duration.ZERO).result().isEmpty());
        assertTrue(new Execution.FingerprintMismatch<>().result().isEmpty());
    }

    @Test
    void aBuilderMayBeUsedAgain() {
        IdempotentExecutor.Builder<String> options = IdempotentExecutor.retrying(store, ResultCodec.utf8())
                .lease(LEASE)
                .nanoTime(now::get);
        IdempotentExecutor<String> before = options.build();
        options.lease(Duration.ofHours(24));
        before.execute(KEY, lease -> "first");
        assertEquals(LEASE, store.requests.get(0).lease());
    }

    @Test
    void badOptionsAreRefused() {
        IdempotentExecutor.Builder<String> options = IdempotentExecutor.retrying(store, ResultCodec.utf8());
        Refusals.assertIllegalArgument(
                "lease PT0S is out of bounds; give PT0.001S to PT168H", () -> options.lease(Duration.ZERO));
        Refusals.assertIllegalArgument(
                "retention PT87600H0.000000001S is out of bounds; give PT0.001S to PT87600H",
                () -> options.retention(Duration.ofDays(3650).plusNanos(1)));
        Refusals.assertIllegalArgument(
                "limit PT-0.000000001S is out of bounds; give PT0S to PT24H",
                () -> options.waitUpTo(Duration.ofNanos(-1)));
        Refusals.assertIllegalArgument(
                "interval PT0.000999999S is out of bounds; give PT0.001S to PT24H",
                () -> options.pollEvery(Duration.ofNanos(999_999)));
        Refusals.assertIllegalArgument(
                "limit PT24H0.000000001S is out of bounds; give PT0S to PT24H",
                () -> options.patience(Duration.ofDays(1).plusNanos(1)));
    }

    @Test
    void nullIsRefusedByName() {
        ResultCodec<String> codec = ResultCodec.utf8();
        IdempotentExecutor.Builder<String> options = IdempotentExecutor.retrying(store, codec);
        Refusals.assertNullNamed("store", () -> IdempotentExecutor.retrying(Refusals.none(), codec));
        Refusals.assertNullNamed(
                "codec", () -> IdempotentExecutor.parking(store, Refusals.<ResultCodec<String>>none()));
        Refusals.assertNullNamed("lease", () -> options.lease(Refusals.none()));
        Refusals.assertNullNamed("retention", () -> options.retention(Refusals.none()));
        Refusals.assertNullNamed("limit", () -> options.waitUpTo(Refusals.none()));
        Refusals.assertNullNamed("interval", () -> options.pollEvery(Refusals.none()));
        Refusals.assertNullNamed("limit", () -> options.patience(Refusals.none()));
        Refusals.assertNullNamed("choice", () -> options.onFailure(Refusals.none()));
        Refusals.assertNullNamed("description", () -> options.describeFailure(Refusals.none()));
        Refusals.assertNullNamed("nanoTime", () -> options.nanoTime(Refusals.none()));
        Refusals.assertNullNamed("key", () -> retrying.execute(Refusals.none(), lease -> "first"));
        Refusals.assertNullNamed("fingerprint", () -> retrying.execute(KEY, Refusals.none(), lease -> "first"));
        Refusals.assertNullNamed(
                "action", () -> retrying.execute(KEY, Refusals.<Action<String, RuntimeException>>none()));
        assertEquals(List.of(), store.diary(), "nothing was claimed");
    }
}
