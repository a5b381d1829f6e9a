package io.github.dedupkit.inmemory;

import static io.github.dedupkit.inmemory.FingerprintTables.START;
import static io.github.dedupkit.inmemory.FingerprintTables.TICK;
import static io.github.dedupkit.inmemory.FingerprintTables.key;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.DedupKey;
import io.github.dedupkit.DeduplicationStore;
import io.github.dedupkit.Retention;
import io.github.dedupkit.testkit.VirtualClock;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * How many lines one call refreshes because time has moved: at most one in 512 of each table, and one more, however far it
 * moved. A line that was refreshed has another stamp than before.
 */
@Timeout(300)
class HousekeepingTest {
    private static final int KEYS = 300_000;
    private static final int SHARE = 512;
    private static final int STAMP = 0xFFFE;

    private static final Retention WIDEST = FingerprintTables.retention(118, 59, 59);

    private long now = START;

    private static DeduplicationStore open(Retention retention) {
        return FingerprintDeduplicationStore.builder(retention, KEYS)
                .clock(new VirtualClock(Long.MAX_VALUE / 4)) // later than all timestamps
                .buildNarrow();
    }

    private static List<LineTable> tablesOf(DeduplicationStore store) {
        List<LineTable> tables = new ArrayList<>();
        for (@Nullable LineTable next = FingerprintTables.tableOf(store); next != null; next = next.overflow()) {
            tables.add(next);
        }
        assertEquals(4, tables.size());
        return tables;
    }

    /** The stamps of the lines of each table. */
    private static List<long[]> stamps(List<LineTable> tables) {
        List<long[]> all = new ArrayList<>();
        for (LineTable table : tables) {
            long[] stamps = new long[(int) table.lines()];
            for (int line = 0; line < stamps.length; line++) {
                stamps[line] = table.chunk(line).getLong(table.offset(line)) & STAMP;
            }
            all.add(stamps);
        }
        return all;
    }

    /**
     * Asserts the bound.
     *
     * @param sweeps that may have added one line each
     * @param marks that may have refreshed a line each, in any of the tables
     * @return the lines refreshed in the first table
     */
    private static int assertBounded(List<LineTable> tables, List<long[]> before, int sweeps, int marks, String what) {
        List<long[]> after = stamps(tables);
        int first = 0;
        for (int level = 0; level < tables.size(); level++) {
            long[] was = before.get(level);
            long[] is = after.get(level);
            int refreshed = 0;
            for (int line = 0; line < is.length; line++) {
                refreshed += was[line] == is[line] ? 0 : 1;
            }
            first = level == 0 ? refreshed : first;
            int most = is.length / SHARE + sweeps + marks;
            assertTrue(
                    refreshed <= most,
                    what + ": " + refreshed + " of " + is.length + " lines refreshed in table " + level + ", and "
                            + most + " are the most");
        }
        return first;
    }

    static Stream<Retention> retentions() {
        return Stream.of(
                WIDEST, // the widest ages, in the shortest granules
                FingerprintTables.retention(60, 10, 10),
                FingerprintTables.retention(60, 1, 1),
                FingerprintTables.retention(1, 0, 0));
    }

    /** Gaps from nothing to a thousand years. */
    @ParameterizedTest
    @MethodSource("retentions")
    void oneCallRefreshesNoMoreThanItsShare(Retention retention) {
        DeduplicationStore store = open(retention);
        List<LineTable> tables = tablesOf(store);
        SplittableRandom random = new SplittableRandom(1);
        int life = Ages.of(retention).life();
        int most = 0;
        store.markSeen(key(0), now);
        for (int call = 1; call <= 500; call++) {
            long gap = switch (call % 5) {
                case 0 -> random.nextLong(2);
                case 1 -> random.nextLong(1, 40);
                case 2 -> life + random.nextLong(-1, 2);
                case 3 -> random.nextLong(10L * life);
                default -> random.nextLong(1L << 35);
            };
            now += gap * TICK;
            List<long[]> before = stamps(tables);
            store.markSeen(key(call), now);
            most = Math.max(most, assertBounded(tables, before, 1, 1, gap + " ticks in call " + call));
        }
        assertTrue(most > 2, "hardly a line is ever refreshed: " + most);
    }

    /** Four threads find that time has moved, a tick apart. */
    @Test
    void severalThreadsShareTheWork() throws Exception {
        DeduplicationStore store = open(WIDEST);
        List<LineTable> tables = tablesOf(store);
        int threads = 4;
        CyclicBarrier round = new CyclicBarrier(threads + 1);
        int rounds = 200;
        long[] times = new long[rounds];
        SplittableRandom random = new SplittableRandom(2);
        for (int i = 0; i < rounds; i++) {
            now += random.nextLong(i % 2 == 0 ? 40 : 1L << 30) * TICK;
            times[i] = now;
        }
        store.markSeen(key(0), START);
        FingerprintTables.onThreads(threads + 1, thread -> {
            for (int i = 0; i < rounds; i++) {
                List<long[]> before = thread == threads ? stamps(tables) : List.of();
                round.await(60, TimeUnit.SECONDS);
                if (thread < threads) {
                    store.markSeen(key((long) i * threads + thread), times[i] + thread % 2 * TICK);
                }
                round.await(60, TimeUnit.SECONDS);
                if (thread == threads) {
                    assertBounded(tables, before, threads, threads, "round " + i);
                }
            }
        });
    }

    /**
     * A thread is held up in the midst of its share, here by a line that somebody has the lock of, while time runs on for
     * hundreds of lives, less than half a round of the lines. Nobody waits for it, and nobody has its work, or that of those who
     * passed it by, to do at once.
     */
    @Test
    @Timeout(60)
    void nobodyDoesTheWorkOfAThreadThatIsHeldUp() throws Exception {
        DeduplicationStore store = open(WIDEST);
        List<LineTable> tables = tablesOf(store);
        LineTable table = tables.get(0);
        int life = Ages.of(WIDEST).life();
        store.markSeen(key(0), now);
        long next = 1 + table.lines() / SHARE; // a line that the thread has to refresh, or the next one
        long header = Line.tryLock(table.chunk(next), table.offset(next));
        assertEquals(0, header & Line.LOCKED);
        Thread heldUp = new Thread(() -> {
            for (int i = 0; i < 5; i++) {
                store.markSeen(driver(table, next), START + (i + 1) * 2L * life * TICK);
            }
        });
        heldUp.start();
        try {
            heldUp.join(200);
            assertTrue(heldUp.isAlive(), "it is held up");
            now = START + 12L * life * TICK;
            for (int call = 0; call < 250; call++) {
                now += 2L * life * TICK;
                List<long[]> before = stamps(tables);
                store.markSeen(driver(table, next), now);
                assertBounded(tables, before, 1, 1, "call " + call + " beside it");
            }
        } finally {
            Line.unlock(table.chunk(next), table.offset(next), header);
        }
        heldUp.join();
        for (int call = 0; call < 10; call++) {
            now += 2L * life * TICK;
            List<long[]> before = stamps(tables);
            store.markSeen(driver(table, next), now);
            assertBounded(tables, before, 1, 1, "call " + call + " after it");
        }
    }

    /**
     * Stamps would come round while a line is held, and expired records in the lines behind it be young again. So time stops
     * when a round of the lines is due, whoever moves it.
     */
    @Test
    @Timeout(120)
    void timeWaitsForAThreadThatIsHeldUpForARound() throws Exception {
        DeduplicationStore store = open(WIDEST);
        LineTable table = tablesOf(store).get(0);
        Ages ages = Ages.of(WIDEST);
        store.markSeen(key(0), now);
        long first = ages.granuleOf(table.tick());
        long held = table.lines() / 2;
        DedupKey driver = driver(table, held);
        AtomicLong time = new AtomicLong(now);
        AtomicBoolean over = new AtomicBoolean();
        int threads = 8;
        List<Thread> jumpers = new ArrayList<>();
        long header = Line.tryLock(table.chunk(held), table.offset(held));
        assertEquals(0, header & Line.LOCKED);
        long moved;
        try {
            for (int i = 0; i < threads; i++) {
                Thread jumper = new Thread(() -> {
                    while (!over.get()) {
                        store.markSeen(driver, time.addAndGet(2L * ages.life() * TICK));
                    }
                });
                jumpers.add(jumper);
                jumper.start();
            }
            long seen = -1;
            for (moved = 0; moved != seen; moved = ages.granuleOf(table.tick()) - first) {
                seen = moved;
                jumpers.get(0).join(500);
            }
        } finally {
            over.set(true);
            Line.unlock(table.chunk(held), table.offset(held), header);
        }
        for (Thread jumper : jumpers) {
            jumper.join();
        }
        assertTrue(moved > Line.STAMPS / 4, "time stopped after " + moved + " granules");
        assertTrue(moved < Line.STAMPS / 2 + threads * 16, "time moved by " + moved + " granules past a held line");
    }

    /** A key of another line. */
    private static DedupKey driver(LineTable table, long line) {
        long i = 0;
        while (table.lineOf(key(i).high(), key(i).low()) == line) {
            i++;
        }
        return key(i);
    }
}
