package io.github.dedupkit.inmemory;

import static io.github.dedupkit.Verdict.FIRST_SEEN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.DeduplicationStore;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.KeySpace;
import io.github.dedupkit.Retention;
import io.github.dedupkit.StoreUnavailableException;
import io.github.dedupkit.testkit.VirtualClock;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A line's stamp comes round after 2^15 granules. Records of lines that nobody touched meanwhile must not come back. */
class SweepTest {
    private static final long START = FingerprintTables.START;
    private static final long TICK = FingerprintTables.TICK;

    /** The number of the tick before the first mark; it moves the number on by a life and a tick. */
    private static final int FIRST_NUMBER = 256;

    private static final int OLD_KEYS = 30_000;
    private static final KeySpace DRIVERS = KeySpace.trusted("dedupkit/test/drivers");

    private final VirtualClock clock = new VirtualClock(Long.MAX_VALUE / 4); // no timestamp is ahead of it
    private long now = START;

    /** The widest ages, common ones, and the narrowest. */
    private static Stream<Retention> retentions() {
        return Stream.of(
                FingerprintTables.retention(118, 59, 59),
                FingerprintTables.retention(60, 1, 1),
                FingerprintTables.retention(1, 0, 0));
    }

    /** The ticks after which a stamp and a byte of tick look as they did. */
    private static int round(Retention retention) {
        return Line.STAMPS << Ages.of(retention).granuleShift();
    }

    private static int life(Retention retention) {
        return Ages.of(retention).life();
    }

    /** Steps of a tick, of about a granule, of about a life, and jumps, which count as a life and a tick. */
    static Stream<Arguments> steps() {
        return retentions().flatMap(retention -> {
            int life = life(retention);
            return Stream.of(1, 15, 17, life - 1, life, life + 1, 10 * life)
                    .filter(step -> step > 0)
                    .distinct()
                    .map(step -> Arguments.of(retention, step));
        });
    }

    private DeduplicationStore filled(Retention retention) {
        DeduplicationStore store = FingerprintDeduplicationStore.builder(retention, OLD_KEYS)
                .clock(clock)
                .buildNarrow();
        for (int i = 0; i < OLD_KEYS; i++) {
            assertEquals(FIRST_SEEN, store.markSeen(FingerprintTables.key(i), now));
        }
        return store;
    }

    /** Marks four keys in turn, so that few lines are touched, until the tick's number has moved on by so many. */
    private void drive(DeduplicationStore store, Retention retention, long ticks, int step) {
        long marks = 0;
        for (long moved = 0; moved < ticks; marks++) {
            long counted = Math.min(step, life(retention) + 1);
            long taken = moved + counted <= ticks ? step : ticks - moved;
            now += taken * TICK;
            store.markSeen(DRIVERS.key(marks % 4), now);
            moved += Math.min(counted, ticks - moved);
        }
    }

    private void assertOldKeysAreNew(DeduplicationStore store, int from, int to) {
        int back = 0;
        for (int i = from; i < to; i++) {
            back += store.markSeen(FingerprintTables.key(i), now) == FIRST_SEEN ? 0 : 1;
        }
        assertEquals(0, back, "records came back, of " + (to - from));
    }

    @ParameterizedTest
    @MethodSource("steps")
    void whatExpiredStaysSoWhenStampsComeRound(Retention retention, int step) {
        DeduplicationStore store = filled(retention);
        drive(store, retention, round(retention), step);
        assertOldKeysAreNew(store, 0, OLD_KEYS / 2);
        drive(store, retention, round(retention), step);
        assertOldKeysAreNew(store, OLD_KEYS / 2, OLD_KEYS);
    }

    /** One call may move the watermark by many lives: each item of a batch is a jump. */
    @Test
    void whatExpiredStaysSoWithinABatch() {
        Retention retention = FingerprintTables.retention(118, 59, 59);
        DeduplicationStore store = filled(retention);
        int perJump = life(retention) + 1;
        int jumps = round(retention) / perJump;
        EventBatch batch = new EventBatch(jumps + 1);
        for (int i = 0; i < jumps; i++) {
            now += 2L * perJump * TICK;
            batch.add(DRIVERS, i % 4, now);
        }
        now += (round(retention) % perJump) * TICK;
        batch.add(DRIVERS, 0, now);
        store.markSeen(batch);
        assertOldKeysAreNew(store, 0, OLD_KEYS);
    }

    /** Lines added while stamps are at their beginning are as empty as any. */
    @Test
    void aTableGrowsAtAnyTime() {
        Retention retention = FingerprintTables.retention(118, 59, 59);
        long room = roomAt(retention, 0);
        for (int after : new int[] {-20, 0, 3, 16, 40, life(retention), 300}) {
            long there = roomAt(retention, round(retention) - FIRST_NUMBER - life(retention) - 1 + after);
            assertTrue(
                    Math.abs(there - room) <= room / 100,
                    there + " keys fit instead of " + room + ", " + after + " ticks after stamps came round");
        }
    }

    /** How many keys a growing table takes, when the tick's number has moved on by so many since the first mark. */
    private long roomAt(Retention retention, long ticks) {
        now = START;
        DeduplicationStore store = FingerprintDeduplicationStore.builder(retention, 1_000)
                .clock(clock)
                .maximumBytes(1 << 20)
                .buildNarrow();
        store.markSeen(DRIVERS.key(0), now);
        drive(store, retention, ticks, life(retention));
        LineTable table = FingerprintTables.tableOf(store);
        for (int i = 0; ; i++) {
            try {
                store.markSeen(FingerprintTables.key(i), now);
            } catch (StoreUnavailableException e) {
                return i;
            }
            while (table.mayGrow(table.linesFor(i - 500))) { // or the room would depend on how fast it grows
                Thread.onSpinWait();
            }
        }
    }
}
