package io.github.dedupkit.inmemory;

import static io.github.dedupkit.Verdict.DUPLICATE;
import static io.github.dedupkit.Verdict.FIRST_SEEN;
import static io.github.dedupkit.Verdict.TOO_LATE;
import static io.github.dedupkit.Verdict.UNJUDGED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.DeduplicationStore;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.NearTier;
import io.github.dedupkit.Retention;
import io.github.dedupkit.StoreStats;
import io.github.dedupkit.StoreUnavailableException;
import io.github.dedupkit.Verdict;
import io.github.dedupkit.testkit.VirtualClock;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A batch against the same items marked one by one: that it is judged in blocks, at a watermark raised once, must not show. */
class FingerprintBatchTest {
    private static final long START = FingerprintTables.START;
    private static final long TICK = FingerprintTables.TICK;
    private static final int[] SIZES = {1, 2, 255, 256, 257, 1024};
    private static final int KEYS = 4_000;
    private static final long SEED = 20_260_101;
    private static final List<Retention> RETENTIONS = List.of(
            FingerprintTables.retention(20, 10, 5),
            FingerprintTables.retention(20, 20, 0),
            FingerprintTables.retention(118, 59, 59),
            FingerprintTables.retention(5, 0, 0));

    /** The same table twice, on one clock. */
    private static final class Twins {
        final VirtualClock clock = new VirtualClock(START);
        final Width width;
        final DeduplicationStore inBatches;
        final DeduplicationStore singly;

        Twins(
                Width width,
                Retention retention,
                long expectedKeys,
                UnaryOperator<FingerprintDeduplicationStore.Builder> configured) {
            this.width = width;
            FingerprintDeduplicationStore.Builder builder =
                    configured.apply(FingerprintDeduplicationStore.builder(retention, expectedKeys)
                            .clock(clock));
            inBatches = width == Width.NARROW ? builder.buildNarrow() : builder.buildWide();
            singly = width == Width.NARROW ? builder.buildNarrow() : builder.buildWide();
        }

        Verdict markSingly(EventBatch batch, int i) {
            return singly instanceof NearTier near
                    ? near.markSeen(batch.keyHigh(i), batch.keyLow(i), batch.timestamp(i), batch.origin(i))
                    : singly.markSeen(batch.keyHigh(i), batch.keyLow(i), batch.timestamp(i));
        }

        /** Marks a batch as one and, with the twin, its unjudged items in order; returns the twin's verdicts. */
        Verdict[] mark(EventBatch batch) {
            Verdict[] expected = new Verdict[batch.size()];
            for (int i = 0; i < batch.size(); i++) {
                expected[i] = batch.verdict(i) == UNJUDGED ? markSingly(batch, i) : batch.verdict(i);
            }
            inBatches.markSeen(batch);
            return expected;
        }

        void add(EventBatch batch, long index, long timestamp, long origin) {
            batch.add(FingerprintTables.key(index), timestamp, width == Width.NARROW ? 0 : origin);
        }

        void assertSameBooks(String where) {
            StoreStats one = inBatches.stats();
            StoreStats other = singly.stats();
            assertEquals(other.firstSeen(), one.firstSeen(), where);
            assertEquals(other.replayed(), one.replayed(), where);
            assertEquals(other.duplicates(), one.duplicates(), where);
            assertEquals(other.tooLate(), one.tooLate(), where);
            assertEquals(other.evicted(), one.evicted(), where);
        }
    }

    @ParameterizedTest
    @EnumSource(Width.class)
    void aBatchIsTheSequenceOfItsItems(Width width) {
        Map<Verdict, Long> told = new EnumMap<>(Verdict.class);
        long replayed = 0;
        for (Retention retention : RETENTIONS) {
            SplittableRandom random = new SplittableRandom(SEED);
            Twins twins = new Twins(width, retention, 10L * KEYS, builder -> builder);
            long present = START;
            for (int round = 0; round < 300; round++) {
                present += step(random, retention);
                twins.clock.set(present + clockOffset(random, retention));
                EventBatch batch = batch(twins, random, retention, present);
                String where = width + ", " + retention + ", seed " + SEED + ", round " + round;
                Verdict[] expected = twins.mark(batch);
                for (int i = 0; i < expected.length; i++) {
                    assertEquals(expected[i], batch.verdict(i), where + ", item " + i + " of " + expected.length);
                    told.merge(expected[i], 1L, Long::sum);
                }
                twins.assertSameBooks(where);
                for (int i = 0; i < 20; i++) {
                    long at = present + random.nextLong(-retention.windowMillis(), retention.windowMillis());
                    var key = FingerprintTables.key(random.nextInt(KEYS));
                    assertEquals(twins.singly.mightContain(key, at), twins.inBatches.mightContain(key, at), where);
                }
                endSome(twins, batch, random);
            }
            replayed += twins.singly.stats().replayed();
        }
        System.out.println(width + " " + told + ", " + replayed + " replayed");
        for (Verdict verdict : new Verdict[] {FIRST_SEEN, DUPLICATE, TOO_LATE}) {
            assertTrue(told.getOrDefault(verdict, 0L) > 1_000, told + ": hardly any " + verdict);
        }
        assertEquals(width == Width.WIDE, replayed > 1_000, replayed + " replayed");
    }

    /** Mostly little, so that keys come back in time; now and then more than a record's life. */
    private static long step(SplittableRandom random, Retention retention) {
        int kind = random.nextInt(20);
        return kind == 0
                ? random.nextLong(3 * (retention.windowMillis() + retention.latenessMillis()))
                : kind < 10 ? random.nextLong(3 * TICK) : 0;
    }

    /** The clock is right, or ahead, or behind: by less than S, by more, by years. */
    private static long clockOffset(SplittableRandom random, Retention retention) {
        long skew = retention.futureSkewMillis();
        long[] offsets = {0, 0, 1, -1, skew, -skew, 3 * skew + TICK, -3 * skew - TICK, 400_000 * TICK, -400_000 * TICK};
        return offsets[random.nextInt(offsets.length)];
    }

    /** Timestamps whose spread is nothing, L or one to either side of it, or more, in order or not; some items judged before. */
    private static EventBatch batch(Twins twins, SplittableRandom random, Retention retention, long present) {
        long lateness = retention.latenessMillis();
        long[] spreads = {0, 1, lateness / 2, Math.max(0, lateness - 1), lateness, lateness + 1, 3 * lateness + TICK};
        long spread = spreads[random.nextInt(spreads.length)];
        long highest = present + (random.nextInt(4) == 0 ? random.nextLong(2 * retention.windowMillis()) : 0);
        int size = SIZES[random.nextInt(SIZES.length)];
        int order = random.nextInt(3);
        EventBatch batch = new EventBatch(size);
        for (int i = 0; i < size; i++) {
            long back = i == 0 || i == size - 1 ? (i == 0 ? 0 : spread) : random.nextLong(spread + 1);
            long falling = size == 1 ? 0 : spread * i / (size - 1);
            long timestamp = highest - (order == 0 ? back : order == 1 ? falling : spread - falling);
            twins.add(batch, random.nextInt(KEYS), timestamp, random.nextInt(3));
        }
        if (random.nextInt(4) == 0) {
            for (int i = 0; i < size; i++) {
                if (random.nextInt(3) == 0) {
                    batch.judge(i, random.nextBoolean() ? DUPLICATE : TOO_LATE);
                }
            }
        }
        return batch;
    }

    /** Confirms or forgets some deliveries, as a batch and one by one. */
    private static void endSome(Twins twins, EventBatch marked, SplittableRandom random) {
        if (!(twins.inBatches instanceof NearTier near) || !(twins.singly instanceof NearTier other)) {
            return;
        }
        EventBatch some = new EventBatch(marked.size());
        for (int i = 0; i < marked.size(); i++) {
            if (marked.origin(i) != 0 && random.nextInt(2) == 0) {
                some.add(marked, i);
            }
        }
        boolean confirms = random.nextBoolean();
        for (int i = 0; i < some.size(); i++) {
            if (confirms) {
                other.confirm(some.keyHigh(i), some.keyLow(i), some.timestamp(i), some.origin(i));
            } else {
                other.forget(some.keyHigh(i), some.keyLow(i), some.timestamp(i), some.origin(i));
            }
        }
        if (confirms) {
            near.confirm(some);
        } else {
            near.forget(some);
        }
    }

    /** At one time nothing expires, so batch and twin are full at the same item. */
    @ParameterizedTest
    @EnumSource(Width.class)
    void aBatchIsRefusedFromTheItemThatFindsNoRoom(Width width) {
        Retention retention = RETENTIONS.get(0);
        Twins twins = new Twins(width, retention, 700, builder -> builder);
        int refusals = 0;
        for (int round = 0; refusals < 20; round++) {
            EventBatch batch = new EventBatch(SIZES[round % SIZES.length]);
            while (!batch.isFull()) {
                twins.add(batch, 1_024L * round + batch.size(), START, batch.size() % 2);
            }
            batch.judge(0, DUPLICATE);
            List<Verdict> expected = new ArrayList<>(List.of(DUPLICATE));
            try {
                for (int i = 1; i < batch.size(); i++) {
                    expected.add(twins.markSingly(batch, i));
                }
            } catch (StoreUnavailableException e) {
                refusals++;
            }
            StoreStats before = twins.inBatches.stats();
            if (expected.size() < batch.size()) {
                assertThrows(StoreUnavailableException.class, () -> twins.inBatches.markSeen(batch));
            } else {
                twins.inBatches.markSeen(batch);
            }
            for (int i = 0; i < batch.size(); i++) {
                assertEquals(i < expected.size() ? expected.get(i) : UNJUDGED, batch.verdict(i), "item " + i);
            }
            StoreStats after = twins.inBatches.stats();
            assertEquals(before.thrown() + batch.size() - expected.size(), after.thrown(), "those without an answer");
            assertEquals(before.calls() + batch.size() - 1, after.calls(), "those that were asked for");
            twins.assertSameBooks("round " + round);
        }
    }

    /** Submitted again when there is room, a refused batch asks only for what is unjudged. */
    @ParameterizedTest
    @EnumSource(Width.class)
    void aRefusedBatchIsSubmittedAgain(Width width) {
        Retention retention = RETENTIONS.get(0);
        Twins twins = new Twins(width, retention, 700, builder -> builder);
        EventBatch batch = new EventBatch(2_048);
        while (!batch.isFull()) {
            twins.add(batch, batch.size(), START, 1);
        }
        assertThrows(StoreUnavailableException.class, () -> twins.inBatches.markSeen(batch));
        long told = twins.inBatches.stats().firstSeen();
        long refused = twins.inBatches.stats().thrown();
        assertEquals(batch.size(), told + refused);
        assertTrue(told > 500 && refused > 500, told + " and " + refused);
        assertThrows(StoreUnavailableException.class, () -> twins.inBatches.markSeen(batch));
        assertEquals(told, twins.inBatches.stats().firstSeen());
        assertEquals(2 * refused, twins.inBatches.stats().thrown());
        long later = START + 2 * (retention.windowMillis() + retention.latenessMillis());
        twins.clock.set(later);
        twins.inBatches.markSeen(FingerprintTables.key(-1), later);
        twins.inBatches.markSeen(batch);
        assertEquals(refused, twins.inBatches.stats().tooLate(), "a late event is not asked about room");
        assertEquals(told + 1, twins.inBatches.stats().firstSeen());
    }

    /** At one time, what a batch drops is what its items drop one by one. */
    @ParameterizedTest
    @EnumSource(Width.class)
    void aFullTableThatDropsDropsTheSame(Width width) {
        Retention retention = RETENTIONS.get(1);
        Twins twins = new Twins(width, retention, 700, FingerprintDeduplicationStore.Builder::evictOldestWhenFull);
        SplittableRandom random = new SplittableRandom(SEED);
        for (int round = 0; round < 60; round++) {
            EventBatch batch = new EventBatch(SIZES[round % SIZES.length]);
            long at = START + round * TICK / 8;
            twins.clock.set(at);
            while (!batch.isFull()) {
                twins.add(batch, random.nextInt(KEYS), at, random.nextInt(3));
            }
            Verdict[] expected = twins.mark(batch);
            for (int i = 0; i < expected.length; i++) {
                assertEquals(expected[i], batch.verdict(i), "round " + round + ", item " + i);
            }
            twins.assertSameBooks("round " + round);
            assertEquals(
                    twins.singly.stats().effectiveWindow(),
                    twins.inBatches.stats().effectiveWindow());
        }
        assertTrue(
                twins.inBatches.stats().evicted() > 1_000,
                twins.inBatches.stats().toString());
    }

    /** Rule 10, for batches of more than one block. */
    @ParameterizedTest
    @EnumSource(Width.class)
    void theListenerIsToldOncePerBatch(Width width) {
        for (int size : SIZES) {
            int[] calls = new int[2];
            Twins twins = new Twins(
                    width,
                    RETENTIONS.get(0),
                    10_000,
                    builder -> builder.listener((first, replayed, duplicates, late, open, thrown) -> {
                        calls[0]++;
                        calls[1] += first + replayed + duplicates + late + open + thrown;
                    }));
            EventBatch batch = new EventBatch(size);
            while (!batch.isFull()) {
                twins.add(batch, batch.size(), START, 1);
            }
            twins.inBatches.markSeen(batch);
            assertEquals(size, calls[1], "items told");
            assertEquals(1, calls[0], "calls of the listener for a batch of " + size);
        }
    }
}
