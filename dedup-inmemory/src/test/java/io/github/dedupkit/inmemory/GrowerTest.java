package io.github.dedupkit.inmemory;

import static io.github.dedupkit.Verdict.DUPLICATE;
import static io.github.dedupkit.Verdict.FIRST_SEEN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.DeduplicationStore;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.testkit.VirtualClock;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The thread on which a table grows: when it is there, when it ends, and those who wait for it. */
@Timeout(120)
class GrowerTest {
    private static final long START = FingerprintTables.START;
    private static final long ROOM = 8L << 20;
    private static final int SECONDS = 30;

    private static DeduplicationStore open(Width width, long maximumBytes) {
        FingerprintDeduplicationStore.Builder builder = FingerprintDeduplicationStore.builder(
                        FingerprintTables.retention(60, 10, 10), 100)
                .clock(new VirtualClock(START));
        if (maximumBytes > 0) {
            builder.maximumBytes(maximumBytes);
        }
        return width == Width.NARROW ? builder.buildNarrow() : builder.buildWide();
    }

    private static Set<Thread> growing() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("dedup-table-growth"))
                .collect(Collectors.toSet());
    }

    private static Thread onlyNewOne(Set<Thread> before) {
        Set<Thread> now = new HashSet<>(growing());
        now.removeAll(before);
        assertEquals(1, now.size(), "one thread per table that may grow");
        return now.iterator().next();
    }

    @ParameterizedTest
    @EnumSource(Width.class)
    void aTableThatMayGrowHasOneThreadUntilItIsClosed(Width width) throws Exception {
        Set<Thread> before = growing();
        DeduplicationStore store = open(width, ROOM);
        Thread thread = onlyNewOne(before);
        assertTrue(thread.isDaemon());
        for (int i = 0; i < 20_000; i++) {
            store.markSeen(FingerprintTables.key(i), START);
        }
        assertTrue(thread.isAlive());
        store.close();
        thread.join(TimeUnit.SECONDS.toMillis(SECONDS));
        assertFalse(thread.isAlive(), "it outlives the store");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1_500})
    void aTableOfOneSizeHasNone(long maximumBytes) {
        Set<Thread> before = growing();
        try (DeduplicationStore store = open(Width.NARROW, maximumBytes)) {
            store.markSeen(FingerprintTables.key(1), START);
            assertTrue(before.containsAll(growing()), "a thread with nothing to do");
        }
    }

    /** Nobody closed the store, and nobody has it: its thread looks from time to time, here as soon as it is woken. */
    @Test
    void itEndsWhenTheStoreIsCollected() throws Exception {
        Set<Thread> before = growing();
        Thread thread = useAndDrop(before);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        while (thread.isAlive() && System.nanoTime() < deadline) {
            System.gc();
            LockSupport.unpark(thread);
            thread.join(20);
        }
        assertFalse(thread.isAlive(), "it keeps the table, or itself, alive");
    }

    private static Thread useAndDrop(Set<Thread> before) {
        DeduplicationStore dropped = open(Width.NARROW, ROOM);
        for (int i = 0; i < 5_000; i++) {
            dropped.markSeen(FingerprintTables.key(i), START);
        }
        return onlyNewOne(before);
    }

    /** A table whose thread cannot go on, since somebody has the lock of the first line that it must split. */
    private static final class Stuck implements AutoCloseable {
        final Set<Thread> before = growing();
        final DeduplicationStore store;
        final LineTable table;
        final long header;
        final AtomicBoolean interrupted = new AtomicBoolean();
        final FutureTask<Integer> marks;
        final Thread marker;

        Stuck(Width width) throws Exception {
            store = open(width, ROOM);
            table = FingerprintTables.tableOf(store);
            header = Line.tryLock(table.chunk(0), table.offset(0));
            assertEquals(0, header & Line.LOCKED);
            marks = new FutureTask<>(this::markMany);
            marker = new Thread(marks, "marker");
            marker.start();
            awaitThat(() -> waits(), "a mark that waits for room");
        }

        /** So many keys of lines other than the first, that these are full. */
        private int markMany() {
            int marked = 0;
            for (long i = 0; marked < 3_000; i++) {
                var key = FingerprintTables.key(i);
                if (table.lineOf(key.high(), key.low()) != 0) {
                    assertEquals(FIRST_SEEN, store.markSeen(key, START), "key " + i);
                    marked++;
                }
            }
            interrupted.set(Thread.interrupted());
            return marked;
        }

        /** Whether the marker is in {@link Grower#await}. */
        boolean waits() {
            boolean awaits = false;
            for (StackTraceElement frame : marker.getStackTrace()) {
                awaits |= frame.getClassName().equals(Grower.class.getName())
                        && frame.getMethodName().equals("await");
            }
            return awaits;
        }

        @Override
        public void close() {
            Line.unlock(table.chunk(0), table.offset(0), header);
        }
    }

    private interface Condition {
        boolean holds();
    }

    private static void awaitThat(Condition condition, String what) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        while (!condition.holds()) {
            assertTrue(System.nanoTime() < deadline, "there is never " + what);
            LockSupport.parkNanos(100_000);
        }
    }

    @ParameterizedTest
    @EnumSource(Width.class)
    void aMarkWaitsForRoomHoweverLongItTakes(Width width) throws Exception {
        Stuck stuck = new Stuck(width);
        try (stuck) {
            stuck.marker.join(200);
            assertTrue(stuck.marker.isAlive(), "it waits, and is not refused");
        }
        assertEquals(3_000, stuck.marks.get(SECONDS, TimeUnit.SECONDS));
        assertEquals(0, stuck.store.stats().thrown());
        stuck.store.close();
    }

    @ParameterizedTest
    @EnumSource(Width.class)
    void aMarkThatIsInterruptedIsAnsweredAndStaysInterrupted(Width width) throws Exception {
        Stuck stuck = new Stuck(width);
        try (stuck) {
            stuck.marker.interrupt();
            stuck.marker.join(50);
            assertTrue(stuck.marker.isAlive(), "it is interrupted, and still waits");
        }
        assertEquals(3_000, stuck.marks.get(SECONDS, TimeUnit.SECONDS));
        assertTrue(stuck.interrupted.get(), "the interrupt is kept for the caller");
        assertEquals(3_000, stuck.store.stats().firstSeen());
        stuck.store.close();
    }

    @Test
    void closingEndsAMarkThatWaits() throws Exception {
        Stuck stuck = new Stuck(Width.NARROW);
        Thread thread = onlyNewOne(stuck.before);
        try (stuck) {
            stuck.store.close();
            ExecutionException failed = failure(stuck.marks);
            assertInstanceOf(IllegalStateException.class, failed.getCause());
        }
        thread.join(TimeUnit.SECONDS.toMillis(SECONDS));
        assertFalse(thread.isAlive());
    }

    private static ExecutionException failure(Future<?> marks) throws Exception {
        try {
            throw new AssertionError("answered: " + marks.get(SECONDS, TimeUnit.SECONDS));
        } catch (ExecutionException e) {
            return e;
        }
    }

    /** Sixteen threads with an interrupt pending from the beginning. */
    @Test
    void interruptedThreadsMarkAllTheSame() throws Exception {
        int threads = 16;
        int keys = 5_000;
        DeduplicationStore store = open(Width.NARROW, ROOM);
        CountDownLatch ready = new CountDownLatch(threads);
        FingerprintTables.onThreads(threads, thread -> {
            ready.countDown();
            ready.await();
            Thread.currentThread().interrupt();
            EventBatch batch = new EventBatch(500);
            for (int i = 0; i < keys; i++) {
                batch.add(FingerprintTables.key((long) thread * keys + i), START, 0);
                if (batch.isFull()) {
                    store.markSeen(batch);
                    batch.clear();
                }
            }
            assertTrue(Thread.interrupted(), "the interrupt is kept");
            assertEquals(DUPLICATE, store.markSeen(FingerprintTables.key((long) thread * keys), START));
        });
        assertEquals((long) threads * keys, store.stats().firstSeen());
        assertEquals(0, store.stats().thrown());
        store.close();
    }
}
