package io.github.dedupkit.benchmarks;

import io.github.dedupkit.CorruptSnapshotException;
import io.github.dedupkit.DeduplicationStore;
import io.github.dedupkit.Retention;
import io.github.dedupkit.inmemory.FingerprintDeduplicationStore;
import io.github.dedupkit.inmemory.FingerprintNearTier;
import java.io.DataInputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/** Counts what the stores promise, at a fixed plan and on fixed seeds. One thread does all, so nothing is up to chance. */
final class GateTables {
    private static final Retention RETENTION = Retention.builder(Duration.ofHours(1))
            .lateness(Duration.ofMinutes(1))
            .tick(Duration.ofMinutes(1))
            .build();
    private static final DayStream DAY = new DayStream(2_000_000, 3.6, 0.05, 0.005, 1);
    private static final DayStream HEAP_DAY = new DayStream(200_000, 36, 0.05, 0.005, 1);
    private static final int DAY_BATCH = 64;
    private static final long NOW = 1L << 42;
    private static final int TRIES = 16;
    private static final int SNAPSHOT_KEYS = 10_000;
    private static final int HEAP_KEYS = 100_000;
    private static final int CALL_EVENTS = 20;
    private static final int BATCH_EVENTS = 20 * GateStream.BATCH;

    private GateTables() {}

    static void narrow(GateProbe.Counts counts, Path snapshots, GateSide side) throws Exception {
        String name = "narrow";
        GateStream stream = GateStream.full(GateStream.TABLE_KEYS, GateStores::narrow);
        allocated(counts, name + "-call", CALL_EVENTS, () -> stream.singles(CALL_EVENTS));
        allocated(counts, name + "-batch", BATCH_EVENTS, () -> stream.batches(BATCH_EVENTS));
        table(counts, name, stream);
        promise(counts, name, DAY, GateStores.narrow(RETENTION, plan(DAY).expectedKeys()));
        tellingBits(counts, name, GateStores.narrow(RETENTION, GateStream.TABLE_KEYS));

        Path file = snapshots.resolve(name);
        if (side == GateSide.BASE) {
            try (FingerprintDeduplicationStore store = FingerprintDeduplicationStore.builder(RETENTION, SNAPSHOT_KEYS)
                    .buildNarrow()) {
                mark(store);
                store.snapshot(file, new byte[0]);
            }
        }
        restored(
                counts,
                name,
                file,
                () -> FingerprintDeduplicationStore.builder(RETENTION, SNAPSHOT_KEYS)
                        .restoreFrom(file)
                        .buildNarrow());
    }

    static void wide(GateProbe.Counts counts, Path snapshots, GateSide side) throws Exception {
        String name = "wide";
        GateStream stream = GateStream.full(GateStream.TABLE_KEYS, GateStores::wide);
        allocated(counts, name + "-batch-confirmed", BATCH_EVENTS, () -> stream.confirmedBatches(BATCH_EVENTS));
        table(counts, name, stream);
        promise(counts, name, DAY, GateStores.wide(RETENTION, plan(DAY).expectedKeys()));
        tellingBits(counts, name, GateStores.wide(RETENTION, GateStream.TABLE_KEYS));

        Path file = snapshots.resolve(name);
        if (side == GateSide.BASE) {
            try (FingerprintNearTier store = FingerprintDeduplicationStore.builder(RETENTION, SNAPSHOT_KEYS)
                    .buildWide()) {
                mark(store);
                store.snapshot(file, new byte[0]);
            }
        }
        restored(
                counts,
                name,
                file,
                () -> FingerprintDeduplicationStore.builder(RETENTION, SNAPSHOT_KEYS)
                        .restoreFrom(file)
                        .buildWide());
    }

    static void caffeine(GateProbe.Counts counts) throws Exception {
        String name = "caffeine";
        long before = heap();
        GateStream kept = GateStream.full(HEAP_KEYS, GateStores::caffeine);
        double bytes = heap() - before;
        counts.enter(GateCount.RETAINED, name, bytes / kept.store().stats().retainedKeys());

        GateStream stream = GateStream.full(GateStream.HEAP_KEYS, GateStores::caffeine);
        allocated(counts, name + "-batch-confirmed", BATCH_EVENTS, () -> stream.confirmedBatches(BATCH_EVENTS));
        promise(
                counts,
                name,
                HEAP_DAY,
                GateStores.caffeine(RETENTION, plan(HEAP_DAY).expectedKeys()));
    }

    private static void allocated(GateProbe.Counts counts, String subject, int events, Runnable call) {
        counts.enter(GateCount.ALLOCATED, subject, GateAllocation.perEvent(events, call));
    }

    private static void table(GateProbe.Counts counts, String name, GateStream stream) {
        DeduplicationStore store = stream.store();
        double bytes = store.stats().bytes().orElseThrow();
        counts.enter(GateCount.RETAINED, name, bytes / GateStream.TABLE_KEYS);
        counts.enter(GateCount.FALSE_DUPLICATES, name, stream.freshTakenForKnown());
        counts.enter(GateCount.STATED_FALSE_DUPLICATES, name, store.guarantees().falseDuplicateProbability());
    }

    /** A stream of which the truth is known. */
    private static void promise(GateProbe.Counts counts, String name, DayStream stream, DeduplicationStore store)
            throws InterruptedException {
        DayTally tally = new DayRun(plan(stream), DayKeys.Kind.BITS, 1)
                .stream(store, BenchProgress.none()).tally();
        counts.enter(GateCount.LOST, name, (double) tally.lost());
        counts.enter(GateCount.ADMITTED, name, (double) tally.admitted());
        counts.enter(GateCount.TOO_LATE, name, (double) tally.late());
    }

    private static DayPlan plan(DayStream stream) {
        return new DayPlan(stream, RETENTION, DAY_BATCH, null);
    }

    /** Keys made by hand that differ from a marked one in one bit: those that the table takes for it share the rest. */
    private static void tellingBits(GateProbe.Counts counts, String name, DeduplicationStore store) {
        SplittableRandom random = new SplittableRandom(1);
        int told = 0;
        for (int bit = 0; bit < 2 * Long.SIZE; bit++) {
            long highFlip = bit < Long.SIZE ? 0 : 1L << bit;
            long lowFlip = bit < Long.SIZE ? 1L << bit : 0;
            for (int i = 0; i < TRIES; i++) {
                long high = random.nextLong();
                long low = random.nextLong();
                store.markSeen(high, low, NOW);
                told += store.mightContain(high ^ highFlip, low ^ lowFlip, NOW) ? 0 : 1;
            }
        }
        counts.enter(GateCount.TELLING_BITS, name, (double) told / TRIES);
    }

    private static void mark(DeduplicationStore store) {
        SplittableRandom random = new SplittableRandom(2);
        for (int i = 0; i < SNAPSHOT_KEYS; i++) {
            store.markSeen(random.nextLong(), random.nextLong(), NOW);
        }
    }

    private static void restored(
            GateProbe.Counts counts, String name, Path file, Supplier<? extends DeduplicationStore> opener)
            throws IOException {
        try (DataInputStream in = new DataInputStream(Files.newInputStream(file))) {
            in.readLong(); // what marks it as a snapshot
            counts.enter(GateCount.SNAPSHOT_FORMAT, name, Integer.reverseBytes(in.readInt()));
        }
        int found = 0;
        try (DeduplicationStore store = opener.get()) {
            SplittableRandom random = new SplittableRandom(2);
            for (int i = 0; i < SNAPSHOT_KEYS; i++) {
                found += store.mightContain(random.nextLong(), random.nextLong(), NOW) ? 1 : 0;
            }
        } catch (CorruptSnapshotException | IllegalArgumentException e) {
            System.err.println(e); // none is found
        }
        counts.enter(GateCount.RESTORED, name, found);
    }

    /** The serial collector leaves some of the dead where they lie, but once in four collections. */
    private static long heap() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 4; i++) {
            System.gc();
            least = Math.min(
                    least,
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }
        return least;
    }
}
