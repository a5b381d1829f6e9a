package io.github.dedupkit.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.DedupKey;
import io.github.dedupkit.Execution;
import io.github.dedupkit.HeldLease;
import io.github.dedupkit.IdempotencyStore;
import io.github.dedupkit.IdempotentExecutor;
import io.github.dedupkit.Resolution;
import io.github.dedupkit.ResultCodec;
import io.github.dedupkit.testkit.CrashTable.Choice;
import io.github.dedupkit.testkit.CrashTable.Row;
import io.github.dedupkit.testkit.FaultInjectingIdempotencyStore.Fault;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What crashes and lost answers leave behind. */
abstract class ExecutorCrashRules extends ExecutorRenewalRules {
    private static final String LOST_ANSWERS = "dedup.test.lost-answers";

    /** An action that counts its runs, and knows what to say of an earlier attempt. */
    private static final class Payment implements IdempotentExecutor.Action<String, RuntimeException> {
        private final Choice choice;
        private int runs;

        Payment(Choice choice) {
            this.choice = choice;
        }

        @Override
        public String run(HeldLease lease) {
            runs++;
            return "run " + runs;
        }

        @Override
        public Resolution<String> resolve(HeldLease lease) {
            return switch (choice) {
                case ASKING_RUN_AGAIN -> Resolution.runAgain();
                case ASKING_COMPLETED -> Resolution.completed("resolved");
                case ASKING_FAILED -> Resolution.failed("failed for good");
                case ASKING_LEAVE_PARKED -> Resolution.leaveParked();
                case RETRYING, PARKING -> throw new AssertionError("asked, though " + choice);
            };
        }
    }

    private IdempotentExecutor<String> executor(Choice choice, IdempotencyStore store) {
        ResultCodec<String> codec = ResultCodec.utf8();
        return onVirtualTime(
                        switch (choice) {
                            case RETRYING -> IdempotentExecutor.retrying(store, codec);
                            case PARKING -> IdempotentExecutor.parking(store, codec);
                            default -> IdempotentExecutor.asking(store, codec);
                        })
                .build();
    }

    @Test
    @DisplayName("crash: at each point of the protocol, the next callers are told what the table says")
    void crash_leavesWhatTheTableSays() {
        int played = 0;
        for (Row row : CrashTable.ROWS) {
            for (Choice choice : row.choices()) {
                play(row, choice);
                played++;
            }
        }
        System.out.println("crashes: " + played + " cases of " + CrashTable.ROWS.size() + " rows, 0 unexplained");
    }

    private void play(Row row, Choice choice) {
        String where = "crash " + row.point() + ", " + choice;
        DedupKey key = newKey();
        Payment payment = new Payment(choice);
        FaultInjectingIdempotencyStore process = process();
        process.crashAt(row.point());
        crash(executor(choice, process), key, payment);
        assertTrue(process.crashed(), where + ": the process came to its crash point");
        IdempotentExecutor<String> survivor = executor(choice, process());
        nanoTime.advance(LEASE.minusNanos(1));
        Execution<String> before = survivor.execute(key, payment);
        assertEquals(row.leaseRuns().toString(), before.getClass().getSimpleName(), where + ": while the lease runs");
        nanoTime.advance(Duration.ofNanos(1));
        Execution<String> after = survivor.execute(key, payment);
        assertEquals(row.leaseOver().toString(), after.getClass().getSimpleName(), where + ": when the lease is over");
        assertEquals(row.actions(), payment.runs, where + ": actions run");
        after.result().ifPresent(result -> {
            boolean resolved =
                    choice == Choice.ASKING_COMPLETED && before.result().isEmpty();
            assertEquals(resolved ? "resolved" : "run " + payment.runs, result, where + ": the result");
            told(new Execution.Replayed<>(result), survivor, key, where + ": from then on");
        });
    }

    /** What a dying process is told reaches nobody. */
    private static void crash(IdempotentExecutor<String> executor, DedupKey key, Payment payment) {
        try {
            Execution<String> told = executor.execute(key, payment);
            assertUnrecorded("run 1", SimulatedCrash.class, told);
        } catch (SimulatedCrash expected) {
            assertEquals(0, payment.runs, "a crash before the action: " + expected.getMessage());
        }
    }

    @Test
    @DisplayName("crash: an owner who dies after its action failed leaves what it would have left without it")
    void crash_afterAFailedAction() {
        DedupKey key = newKey();
        FaultInjectingIdempotencyStore process = process();
        process.crashAt(FaultInjectingIdempotencyStore.CrashPoint.AFTER_ACTION);
        IllegalStateException failure = new IllegalStateException("failed");
        Throwable thrown = assertThrows(
                IllegalStateException.class,
                () -> retrying(process).build().execute(key, lease -> {
                    throw failure;
                }));
        assertEquals(failure, thrown, "what the action threw is what its caller gets");
        IdempotentExecutor<String> survivor = retrying(process()).build();
        told(new Execution.InProgress<>(LEASE), survivor, key, "the claim was not released");
        nanoTime.advance(LEASE);
        runs("second", survivor, key, "its owner is gone");
    }

    @Test
    @DisplayName("lost replies: with live owners no action runs twice, and no result is lost")
    void lostReplies_runNothingTwice() throws Exception {
        loseAnswers(Fault.LOSE_REPLY);
    }

    @Test
    @DisplayName("lost requests: with live owners no action runs twice, and no result is lost")
    void lostRequests_runNothingTwice() throws Exception {
        loseAnswers(Fault.LOSE_REQUEST);
    }

    private void loseAnswers(Fault fault) throws Exception {
        long seed = scale("dedup.test.seed", System.nanoTime());
        LostAnswers run = new LostAnswers(fault, scale(LOST_ANSWERS, 10_000), patienceSeconds(), seed);
        for (int i = 0; i < LostAnswers.THREADS; i++) {
            FaultInjectingIdempotencyStore process = process();
            run.add(process, retrying(process).build());
        }
        ContractSupport.onThreads(LostAnswers.THREADS, run::play);
        System.out.println(run);
        run.check(retrying(process()).build());
    }
}
