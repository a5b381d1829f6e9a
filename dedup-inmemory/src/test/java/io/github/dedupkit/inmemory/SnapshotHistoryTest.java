package io.github.dedupkit.inmemory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.DedupKey;
import io.github.dedupkit.DeduplicationStore;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.KeySpace;
import io.github.dedupkit.ReplaySafeStore;
import io.github.dedupkit.Retention;
import io.github.dedupkit.StoreStats;
import io.github.dedupkit.StoreUnavailableException;
import io.github.dedupkit.Verdict;
import io.github.dedupkit.testkit.VirtualClock;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Random histories: a store that is restored from snapshots again and again judges as one that never stopped, but for what
 * was open at a snapshot, which is as if it had been forgotten.
 */
class SnapshotHistoryTest {
    private static final long TICK = FingerprintTables.TICK;
    private static final KeySpace KEYS = KeySpace.trusted("dedupkit/test");
    private static final int HISTORIES = 40;
    private static final int STEPS = 2_000;
    private static final List<Retention> RETENTIONS = List.of(
            FingerprintTables.retention(118, 59, 59),
            FingerprintTables.retention(60, 10, 5),
            FingerprintTables.retention(1, 0, 0));

    private final VirtualClock clock = new VirtualClock(FingerprintTables.START);

    @TempDir
    private Path directory;

    /** What a full table does. */
    enum WhenFull {
        REFUSES,
        EVICTS,
        GROWS
    }

    /** A mark that was told FIRST_SEEN. */
    private record Mark(DedupKey key, long timestamp, long origin) {}

    @ParameterizedTest
    @CsvSource({
        "NARROW, REFUSES", "NARROW, EVICTS", "NARROW, GROWS",
        "WIDE, REFUSES", "WIDE, EVICTS", "WIDE, GROWS"
    })
    void aRestoredStoreJudgesAsOneThatNeverStopped(Width width, WhenFull whenFull) throws IOException {
        int restarts = 0;
        long duplicates = 0;
        long full = 0;
        for (int seed = 0; seed < HISTORIES; seed++) {
            History history = new History(width, whenFull, seed);
            history.run();
            restarts += history.restarts;
            duplicates += history.duplicates;
            full += history.full;
        }
        assertTrue(restarts > HISTORIES, restarts + " restarts");
        assertTrue(duplicates > HISTORIES * STEPS / 20, duplicates + " duplicates");
        assertTrue(whenFull == WhenFull.GROWS || full > HISTORIES, full + " refused or dropped");
    }

    /** One history, played on both stores at once. */
    private final class History {
        private final Width width;
        private final WhenFull whenFull;
        private final Retention retention;
        private final int seed;
        private final SplittableRandom random;
        private final Path file = directory.resolve("table.snapshot");
        private final Set<Mark> open = new HashSet<>();
        private final DeduplicationStore unstopped;
        private DeduplicationStore restarted;
        private long now = FingerprintTables.START;
        private final int keys = 4_000;
        private int restarts;
        private long duplicates;
        private long full;

        History(Width width, WhenFull whenFull, int seed) {
            this.width = width;
            this.whenFull = whenFull;
            this.seed = seed;
            random = new SplittableRandom(seed);
            retention = RETENTIONS.get(seed % RETENTIONS.size());
            clock.set(now);
            unstopped = build(builder());
            restarted = build(builder());
        }

        private FingerprintDeduplicationStore.Builder builder() {
            FingerprintDeduplicationStore.Builder builder =
                    FingerprintDeduplicationStore.builder(retention, 100).clock(clock);
            return switch (whenFull) {
                case REFUSES -> builder;
                case EVICTS -> builder.evictOldestWhenFull();
                case GROWS -> builder.maximumBytes(1 << 20);
            };
        }

        private DeduplicationStore build(FingerprintDeduplicationStore.Builder builder) {
            return width == Width.NARROW ? builder.buildNarrow() : builder.buildWide();
        }

        void run() throws IOException {
            if (seed % 2 == 1) {
                driveToTheEndOfStamps();
            }
            for (int step = 0; step < STEPS; step++) {
                int dice = random.nextInt(1_000);
                if (dice < 5) {
                    restart();
                } else if (dice < 60) {
                    advance();
                } else if (dice < 150) {
                    batch();
                } else if (dice < 400 && width == Width.WIDE) {
                    end();
                } else {
                    mark();
                }
            }
            compareStatistics();
            unstopped.close();
            restarted.close();
        }

        /** The number of the tick comes close to where stamps of lines come round. */
        private void driveToTheEndOfStamps() {
            int perJump = Ages.of(retention).life() + 1;
            long ticks = ((long) Line.STAMPS << Ages.of(retention).granuleShift()) - 256 - random.nextInt(4 * perJump);
            for (long driven = 0; driven < ticks; driven += perJump) {
                clock.set(now += perJump * TICK);
                mark(KEYS.key(0L), now, 0);
            }
        }

        private void advance() {
            int life = Ages.of(retention).life();
            long ticks = switch (random.nextInt(100)) {
                case 0, 1, 2, 3, 4, 5 -> random.nextInt(2 << Ages.of(retention).granuleShift());
                case 6, 7 -> random.nextInt(life + 2);
                case 8 -> 10L * life;
                default -> random.nextInt(3);
            };
            now += ticks * TICK + random.nextLong(TICK);
            clock.set(now);
        }

        private long timestamp() {
            long back = retention.latenessMillis() + 2 * TICK;
            return Math.max(0, now - random.nextLong(back) + random.nextLong(2 * TICK));
        }

        private long origin() {
            return width == Width.NARROW ? 0 : random.nextInt(4);
        }

        private DedupKey key() {
            return KEYS.key((long) random.nextInt(random.nextInt(4) == 0 ? keys / 20 : keys));
        }

        private void mark() {
            mark(key(), timestamp(), origin());
        }

        private void mark(DedupKey key, long timestamp, long origin) {
            Verdict expected = markIn(unstopped, key, timestamp, origin);
            assertEquals(expected, markIn(restarted, key, timestamp, origin), this::toString);
            note(expected, key, timestamp, origin);
        }

        private Verdict markIn(DeduplicationStore store, DedupKey key, long timestamp, long origin) {
            try {
                return store instanceof ReplaySafeStore replaySafe
                        ? replaySafe.markSeen(key, timestamp, origin)
                        : store.markSeen(key, timestamp);
            } catch (StoreUnavailableException e) {
                full++;
                return Verdict.UNJUDGED;
            }
        }

        private void note(Verdict verdict, DedupKey key, long timestamp, long origin) {
            duplicates += verdict == Verdict.DUPLICATE ? 1 : 0;
            if (verdict == Verdict.FIRST_SEEN && origin != 0) {
                open.add(new Mark(key, timestamp, origin));
            }
        }

        private void batch() {
            EventBatch one = new EventBatch(8);
            EventBatch other = new EventBatch(8);
            for (int i = 0; i < 8; i++) {
                DedupKey key = key();
                long timestamp = timestamp();
                long origin = origin();
                one.add(key, timestamp, origin);
                other.add(key, timestamp, origin);
            }
            markIn(unstopped, one);
            markIn(restarted, other);
            for (int i = 0; i < 8; i++) {
                assertEquals(one.verdict(i), other.verdict(i), this::toString);
                DedupKey key = DedupKey.ofBits(one.keyHigh(i), one.keyLow(i));
                note(one.verdict(i), key, one.timestamp(i), one.origin(i));
            }
        }

        private void markIn(DeduplicationStore store, EventBatch batch) {
            try {
                store.markSeen(batch);
            } catch (StoreUnavailableException e) {
                full++;
            }
        }

        /** Confirms or forgets one of the marks told FIRST_SEEN. */
        private void end() {
            if (open.isEmpty()) {
                return;
            }
            Mark mark = open.iterator().next();
            open.remove(mark);
            boolean confirm = random.nextInt(3) > 0;
            for (DeduplicationStore store : List.of(unstopped, restarted)) {
                if (confirm) {
                    ((ReplaySafeStore) store).confirm(mark.key(), mark.timestamp(), mark.origin());
                } else {
                    ((ReplaySafeStore) store).forget(mark.key(), mark.timestamp(), mark.origin());
                }
            }
        }

        private void restart() throws IOException {
            byte[] position = {(byte) restarts};
            if (restarted instanceof FingerprintNearTier wide) {
                wide.snapshot(file, position);
            } else {
                ((FingerprintDeduplicationStore) restarted).snapshot(file, position);
            }
            full += restarted.stats().evicted();
            restarted.close();
            restarted = build(builder().restoreFrom(file));
            restarts++;
            for (Mark mark : open) {
                ((ReplaySafeStore) unstopped).forget(mark.key(), mark.timestamp(), mark.origin());
            }
            open.clear();
            compareStatistics();
        }

        private void compareStatistics() {
            StoreStats expected = unstopped.stats();
            StoreStats actual = restarted.stats();
            assertEquals(expected.effectiveWindow(), actual.effectiveWindow(), this::toString);
            // One that grows does so at its own pace; where records end before their time it is an estimate.
            if (whenFull == WhenFull.REFUSES && width == Width.NARROW) {
                assertEquals(expected.retainedKeys(), actual.retainedKeys(), this::toString);
            }
            for (int i = 0; i < keys; i++) {
                DedupKey key = KEYS.key((long) i);
                assertEquals(unstopped.mightContain(key, now), restarted.mightContain(key, now), this::toString);
            }
        }

        @Override
        public String toString() {
            return width + ", " + whenFull + ", " + retention + ", seed " + seed + ", after " + restarts + " restarts";
        }
    }
}
