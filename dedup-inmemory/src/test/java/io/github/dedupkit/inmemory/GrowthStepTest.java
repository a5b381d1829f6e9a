package io.github.dedupkit.inmemory;

import static io.github.dedupkit.Verdict.FIRST_SEEN;
import static io.github.dedupkit.inmemory.FingerprintTables.START;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.DeduplicationStore;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.Retention;
import io.github.dedupkit.testkit.VirtualClock;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whose work growth is, and how much of it there is in one step: see {@link Grower}. */
@Timeout(120)
class GrowthStepTest {
    private static final Retention RETENTION = FingerprintTables.retention(60, 10, 10);
    private static final int PLANNED = 20_000;
    private static final long ROOM = 64L << 20;

    /** The JVM itself puts something on a thread's account while it compiles; a line's share of a chunk would be more. */
    private static final long MOST_ALLOCATED = 200_000;

    private static DeduplicationStore open(Width width) {
        FingerprintDeduplicationStore.Builder builder = FingerprintDeduplicationStore.builder(RETENTION, PLANNED)
                .clock(new VirtualClock(START))
                .maximumBytes(ROOM);
        return width == Width.NARROW ? builder.buildNarrow() : builder.buildWide();
    }

    private static List<LineTable> tablesOf(LineTable first) {
        List<LineTable> tables = new ArrayList<>();
        for (@Nullable LineTable next = first; next != null; next = next.overflow()) {
            tables.add(next);
        }
        return tables;
    }

    private static List<Long> lines(List<LineTable> tables) {
        return tables.stream().map(LineTable::lines).toList();
    }

    /**
     * The growth thread cannot go on, since somebody has the lock of the first line that it must split. Keys of other lines are
     * marked meanwhile, more than a doubling begins at, by single calls and by batches: no line is split, and no memory taken.
     */
    @ParameterizedTest
    @EnumSource(Width.class)
    void aCallSplitsNoLineAndTakesNoMemory(Width width) throws Exception {
        try (DeduplicationStore store = open(width)) {
            LineTable table = FingerprintTables.tableOf(store);
            List<LineTable> tables = tablesOf(table);
            long header = Line.tryLock(table.chunk(0), table.offset(0));
            assertEquals(0, header & Line.LOCKED);
            List<Long> before = lines(tables);
            long bytes = table.bytes();
            long enough = table.lines() * (width.fullest + 1); // and no line is so full that a mark must wait
            try {
                FingerprintTables.onThreads(4, thread -> {
                    EventBatch batch = new EventBatch(64);
                    SplittableRandom keys = new SplittableRandom(thread);
                    mark(store, table, batch, keys, 100); // what a thread allocates once
                    long allocated = FingerprintTables.allocatedBytes();
                    mark(store, table, batch, keys, (int) (enough / 4 - 100));
                    long more = FingerprintTables.allocatedBytes() - allocated;
                    assertTrue(more < MOST_ALLOCATED, more + " bytes allocated");
                });
                assertTrue(table.mayGrow(table.linesFor(store.stats().retainedKeys())), "growth is wanted");
                assertEquals(before, lines(tables), "the lines of each table");
                assertEquals(bytes, table.bytes(), "memory taken");
            } finally {
                Line.unlock(table.chunk(0), table.offset(0), header);
            }
            awaitGrowth(store, table);
            assertTrue(table.lines() > before.get(0), "the thread does it once it can");
        }
    }

    /** Marks keys that are not of the first line, half of them in batches. */
    private static void mark(
            DeduplicationStore store, LineTable table, EventBatch batch, SplittableRandom keys, int count) {
        batch.clear();
        for (int marked = 0; marked < count; ) {
            long high = keys.nextLong();
            long low = keys.nextLong();
            if (table.lineOf(high, low) == 0) {
                continue;
            }
            marked++;
            if (marked % 2 == 0) {
                assertEquals(FIRST_SEEN, store.markSeen(high, low, START));
            } else {
                batch.add(high, low, START, 0);
                if (batch.isFull()) {
                    store.markSeen(batch);
                    batch.clear();
                }
            }
        }
        store.markSeen(batch);
    }

    private static void awaitGrowth(DeduplicationStore store, LineTable table) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (table.lines() < table.linesFor(store.stats().retainedKeys())) {
            assertTrue(System.nanoTime() < deadline, "it never grows");
            Thread.onSpinWait();
        }
    }

    /** One step splits at most so many lines in each table, whatever is wanted; that many steps later all is done. */
    @ParameterizedTest
    @EnumSource(Width.class)
    void aStepSplitsNoMoreThanItsShareInEachTable(Width width) {
        EventTime time = new EventTime(RETENTION, Ages.of(RETENTION), () -> 0);
        LineTable table =
                new TablePlan(width, PLANNED, ROOM, Line.FINGERPRINT_BITS, false, null).build(Ages.of(RETENTION), time);
        List<LineTable> tables = tablesOf(table);
        long before = table.lines();
        int steps = 0;
        while (table.mayGrow(Long.MAX_VALUE) && table.lines() < 4 * before) {
            List<Long> was = lines(tables);
            table.split(Long.MAX_VALUE, Grower.SPLITS);
            List<Long> is = lines(tables);
            for (int level = 0; level < tables.size(); level++) {
                long split = is.get(level) - was.get(level);
                assertTrue(split >= 0 && split <= Grower.SPLITS, split + " lines of table " + level + " in a step");
            }
            steps++;
        }
        assertTrue(table.lines() >= 4 * before && table.lines() < 4 * before + Grower.SPLITS, table.lines() + " lines");
        assertTrue(steps >= 3 * before / Grower.SPLITS, steps + " steps");
    }
}
