package io.github.dedupkit;

import io.github.dedupkit.Guarantees.Atomicity;
import io.github.dedupkit.Guarantees.Condition;
import io.github.dedupkit.Guarantees.Durability;
import io.github.dedupkit.Guarantees.Scope;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** A part of a tier that does what its test tells it. */
final class ScriptedTier implements NearTier {
    final List<String> calls = new ArrayList<>();
    boolean knows;
    long confirmedAt = -1;
    Runnable onRecall = () -> {};
    Runnable onClose = () -> {};
    StoreStats stats = new StoreStats(0, 0, 0, 0, 0, 0, 0, 0, OptionalLong.empty(), Duration.ZERO, 0);
    Guarantees guarantees = nothingLost();

    private static Guarantees nothingLost() {
        Guarantees.Builder builder = Guarantees.builder(Durability.NONE, Scope.PROCESS, Atomicity.STORE);
        for (Condition condition : Condition.values()) {
            builder.on(condition, "0", "0", "0");
        }
        return builder.build();
    }

    @Override
    public boolean recall(long keyHigh, long keyLow, long timestamp, long origin) {
        calls.add("recall " + timestamp);
        onRecall.run();
        return knows;
    }

    @Override
    public void remember(long keyHigh, long keyLow, long timestamp, long origin) {
        calls.add("remember " + timestamp + " " + origin);
    }

    @Override
    public Verdict markSeen(long keyHigh, long keyLow, long timestamp, long origin) {
        throw new AssertionError("a tier asks in batches");
    }

    @Override
    public void markSeen(EventBatch batch) {
        for (int i = 0; i < batch.size(); i++) {
            if (batch.verdict(i) == Verdict.UNJUDGED) {
                batch.judge(i, Verdict.FIRST_SEEN);
                note(batch, i);
            }
        }
    }

    private void note(EventBatch batch, int index) {
        if (confirmedAt >= 0) {
            batch.noteConfirmed(index, confirmedAt);
        }
    }

    @Override
    public boolean mightContain(long keyHigh, long keyLow, long timestamp) {
        return false;
    }

    @Override
    public void confirm(long keyHigh, long keyLow, long timestamp, long origin) {
        throw new AssertionError("a tier confirms in batches");
    }

    @Override
    public void confirm(EventBatch batch) {
        for (int i = 0; i < batch.size(); i++) {
            note(batch, i);
        }
    }

    @Override
    public void forget(long keyHigh, long keyLow, long timestamp, long origin) {
        calls.add("forget " + timestamp + " " + origin);
    }

    @Override
    public Guarantees guarantees() {
        return guarantees;
    }

    @Override
    public StoreStats stats() {
        return stats;
    }

    @Override
    public void close() {
        calls.add("close");
        onClose.run();
    }
}
