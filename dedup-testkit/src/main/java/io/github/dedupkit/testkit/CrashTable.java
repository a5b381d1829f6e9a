package io.github.dedupkit.testkit;

import static io.github.dedupkit.testkit.CrashTable.Told.EXECUTED;
import static io.github.dedupkit.testkit.CrashTable.Told.FAILED_BEFORE;
import static io.github.dedupkit.testkit.CrashTable.Told.IN_PROGRESS;
import static io.github.dedupkit.testkit.CrashTable.Told.PARKED;
import static io.github.dedupkit.testkit.CrashTable.Told.REPLAYED;
import static io.github.dedupkit.testkit.FaultInjectingIdempotencyStore.CrashPoint.AFTER_ACTION;
import static io.github.dedupkit.testkit.FaultInjectingIdempotencyStore.CrashPoint.AFTER_CLAIM;
import static io.github.dedupkit.testkit.FaultInjectingIdempotencyStore.CrashPoint.AFTER_COMPLETE;
import static io.github.dedupkit.testkit.FaultInjectingIdempotencyStore.CrashPoint.BEFORE_CLAIM;

import io.github.dedupkit.Execution;
import io.github.dedupkit.testkit.FaultInjectingIdempotencyStore.CrashPoint;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What the crash of an executor's process leaves behind, by crash point and by what was chosen for an owner who is gone:
 * the table of {@code docs/idempotency.md}, as {@link ExecutorCrashRules} plays it.
 */
final class CrashTable {
    /** What is done about an owner who is gone. */
    enum Choice {
        RETRYING("retrying"),
        PARKING("parking"),
        ASKING_RUN_AGAIN("asking, told to run again"),
        ASKING_COMPLETED("asking, told the result"),
        ASKING_FAILED("asking, told that it failed"),
        ASKING_LEAVE_PARKED("asking, told nothing");

        private final String text;

        Choice(String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /** What a caller is told. */
    enum Told {
        EXECUTED(Execution.Executed.class),
        REPLAYED(Execution.Replayed.class),
        FAILED_BEFORE(Execution.FailedBefore.class),
        IN_PROGRESS(Execution.InProgress.class),
        PARKED(Execution.Parked.class);

        private final Class<?> type;

        Told(Class<?> type) {
            this.type = type;
        }

        @Override
        public String toString() {
            return type.getSimpleName();
        }
    }

    /**
     * One row.
     *
     * @param point where the first caller's process dies
     * @param choices what was chosen; all of them have this row
     * @param leaseRuns what the next caller is told, who comes before the lease is over
     * @param leaseOver what the caller after that is told, who comes when it is over
     * @param actions how often the action runs, the crashed process included
     */
    record Row(CrashPoint point, List<Choice> choices, Told leaseRuns, Told leaseOver, int actions) {
        String markdown() {
            boolean all = choices.size() == Choice.values().length;
            String chosen = all ? "any" : choices.stream().map(Choice::toString).collect(Collectors.joining("; "));
            return "| " + point + " | " + chosen + " | `" + leaseRuns + "` | `" + leaseOver + "` | " + actions + " |";
        }
    }

    private static final String HEAD = "| crash | owner gone | the next caller, while the lease runs"
            + " | the caller after that, when it is over | actions run |\n|---|---|---|---|---|";

    static final List<Row> ROWS = List.of(
            new Row(BEFORE_CLAIM, List.of(Choice.values()), EXECUTED, REPLAYED, 1),
            row(AFTER_CLAIM, Choice.RETRYING, EXECUTED, 1),
            row(AFTER_CLAIM, Choice.PARKING, PARKED, 0),
            row(AFTER_CLAIM, Choice.ASKING_RUN_AGAIN, EXECUTED, 1),
            row(AFTER_CLAIM, Choice.ASKING_COMPLETED, REPLAYED, 0),
            row(AFTER_CLAIM, Choice.ASKING_FAILED, FAILED_BEFORE, 0),
            row(AFTER_CLAIM, Choice.ASKING_LEAVE_PARKED, PARKED, 0),
            row(AFTER_ACTION, Choice.RETRYING, EXECUTED, 2),
            row(AFTER_ACTION, Choice.PARKING, PARKED, 1),
            row(AFTER_ACTION, Choice.ASKING_RUN_AGAIN, EXECUTED, 2),
            row(AFTER_ACTION, Choice.ASKING_COMPLETED, REPLAYED, 1),
            row(AFTER_ACTION, Choice.ASKING_FAILED, FAILED_BEFORE, 1),
            row(AFTER_ACTION, Choice.ASKING_LEAVE_PARKED, PARKED, 1),
            new Row(AFTER_COMPLETE, List.of(Choice.values()), REPLAYED, REPLAYED, 1));

    private CrashTable() {}

    /** A claim that nobody ends: in progress until its lease is over. */
    private static Row row(CrashPoint point, Choice choice, Told leaseOver, int actions) {
        return new Row(point, List.of(choice), IN_PROGRESS, leaseOver, actions);
    }

    static String markdown() {
        return ROWS.stream().map(Row::markdown).collect(Collectors.joining("\n", HEAD + "\n", "\n"));
    }
}
