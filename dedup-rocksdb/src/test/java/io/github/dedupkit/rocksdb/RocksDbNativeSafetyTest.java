package io.github.dedupkit.rocksdb;

import static io.github.dedupkit.Verdict.FIRST_SEEN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.EventBatch;
import io.github.dedupkit.Retention;
import io.github.dedupkit.testkit.VirtualClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Every kind of call while the store closes and opens again: nobody is inside what is freed, and nothing stays behind. */
class RocksDbNativeSafetyTest {
    private static final long START = 1_767_225_600_000L;
    private static final Retention RETENTION = RocksDbFixture.retention(60, 10, 5);
    private static final int THREADS = 8;

    @TempDir(factory = RamDisk.class)
    private Path parent;

    private final VirtualClock clock = new VirtualClock(START);
    private final AtomicLong answered = new AtomicLong();

    private RocksDbDeduplicationStore open() {
        return RocksDbFixture.builder(parent.resolve("store"), RETENTION)
                .clock(clock)
                .build();
    }

    private static long descriptors() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.count();
        }
    }

    /** RocksDB's own threads, which its stores share. */
    private static long threads() throws IOException {
        try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
            return tasks.filter(task -> nameOf(task).startsWith("rocksdb")).count();
        }
    }

    private static String nameOf(Path task) {
        try {
            return Files.readString(task.resolve("comm"));
        } catch (IOException ended) {
            return "";
        }
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "counts what /proc says of this process")
    void closeAndReopenUnderLoadLeavesNothing() throws Exception {
        open().close(); // libraries and pools that stay with the process
        long descriptors = descriptors();
        long threads = threads();
        load(15, 40);
        assertTrue(answered.get() > THREADS, "calls were answered: " + answered);
        assertTrue(descriptors() <= descriptors, "descriptors " + descriptors() + ", before " + descriptors);
        assertTrue(threads() <= threads, "threads " + threads() + ", before " + threads);
    }

    @Test
    @Tag("long")
    void closeAndReopenForMinutes() throws Exception {
        load(Integer.getInteger("dedup.test.long-reopens", 6_000), 100);
        System.out.println(answered + " calls answered");
    }

    private void load(int rounds, int millis) throws Exception {
        SplittableRandom random = new SplittableRandom(7);
        AtomicReference<RocksDbDeduplicationStore> current = new AtomicReference<>(open());
        AtomicReference<Boolean> over = new AtomicReference<>(false);
        List<FutureTask<Void>> loads = new ArrayList<>();
        for (int t = 0; t < THREADS; t++) {
            int seed = t;
            FutureTask<Void> load = new FutureTask<>(() -> call(current, over, new SplittableRandom(seed)), null);
            loads.add(load);
            new Thread(load).start();
        }
        for (int round = 0; round < rounds; round++) {
            long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(1 + random.nextInt(millis));
            while (System.nanoTime() < until) {
                clock.set(clock.millis() + 20); // slices come and go meanwhile
                Thread.onSpinWait();
                current.get().stats();
            }
            current.get().close();
            current.set(open());
        }
        over.set(true);
        for (FutureTask<Void> load : loads) {
            load.get(1, TimeUnit.MINUTES);
        }
        current.get().close();
    }

    private void call(
            AtomicReference<RocksDbDeduplicationStore> current,
            AtomicReference<Boolean> over,
            SplittableRandom random) {
        EventBatch batch = new EventBatch(32);
        while (!over.get()) {
            RocksDbDeduplicationStore store = current.get();
            try {
                batch.clear();
                while (!batch.isFull()) {
                    batch.add(random.nextInt(10_000), random.nextInt(10_000), clock.millis(), 1 + random.nextInt(3));
                }
                switch (random.nextInt(6)) {
                    case 0 -> store.confirm(batch);
                    case 1 -> store.forget(batch);
                    case 2 -> store.scan((high, low, timestamp) -> {});
                    case 3 -> store.mightContain(1, random.nextInt(10_000), clock.millis());
                    case 4 -> store.markNew(random.nextLong(), random.nextLong(), clock.millis(), 1);
                    default -> store.markSeen(batch);
                }
                answered.incrementAndGet();
            } catch (IllegalStateException closed) {
                Thread.onSpinWait(); // the next one is being opened
            }
        }
    }

    @Test
    void nobodyEntersWhatHasEnded() {
        UseCount uses = new UseCount();
        assertTrue(uses.enter());
        assertTrue(uses.enter());
        assertFalse(uses.exit(), "one is inside");
        assertFalse(uses.end(), "one is inside still");
        assertFalse(uses.enter(), "it has ended");
        assertFalse(uses.awaitIdle(1), "one is inside still");
        assertTrue(uses.exit(), "the last one out frees it");
        assertTrue(uses.awaitIdle(0));
        assertFalse(uses.end(), "freed once");
        assertTrue(new UseCount().end(), "nobody was inside");
    }

    @Test
    void aScanEndsWithItsStore() throws Exception {
        RocksDbDeduplicationStore store = open();
        EventBatch batch = new EventBatch(10_000);
        while (!batch.isFull()) {
            batch.add(batch.size(), batch.size(), START, 0);
        }
        store.markSeen(batch);
        assertEquals(FIRST_SEEN, batch.verdict(0));
        FutureTask<Void> close = new FutureTask<>(store::close, null);
        AtomicLong visits = new AtomicLong();
        assertThrows(
                IllegalStateException.class,
                () -> store.scan((high, low, timestamp) -> {
                    if (visits.incrementAndGet() == 1) {
                        new Thread(close).start();
                        while (!isClosed(store)) {
                            Thread.onSpinWait();
                        }
                    }
                }));
        close.get(1, TimeUnit.MINUTES);
        assertTrue(visits.get() < 10_000, "it ended early, after " + visits);
    }

    private static boolean isClosed(RocksDbDeduplicationStore store) {
        try {
            store.stats();
            return false;
        } catch (IllegalStateException e) {
            return true;
        }
    }
}
