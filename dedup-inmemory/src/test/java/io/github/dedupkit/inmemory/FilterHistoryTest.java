package io.github.dedupkit.inmemory;

import static io.github.dedupkit.inmemory.FingerprintTables.START;
import static io.github.dedupkit.inmemory.FingerprintTables.TICK;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.DedupKey;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.KeyFilter;
import io.github.dedupkit.Retention;
import io.github.dedupkit.StoreUnavailableException;
import io.github.dedupkit.Verdict;
import io.github.dedupkit.testkit.VirtualClock;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random histories against all that was ever recorded of each key. A filter may take a new key for a known one, as often as it
 * states, and never a known one for a new one.
 *
 * <p>A new key that is told DUPLICATE is not recorded, so its next copy may rightly be told new: the model records what the store
 * says it recorded.
 */
class FilterHistoryTest {
    private static final int CALLS = 40_000;
    private static final int LARGEST_BATCH = 600;
    private static final int OVER_CAPACITY = 5;

    /** Where the histories of a test differ. */
    enum Scene {
        /** Few keys, often again; no line is ever full. */
        FEW(40, 16, 1_000),
        /** So many that lines overflow, some through all tables, and some keys are refused. */
        MANY(3_000, 16, 1),
        /** Keys of two lines: these overflow at once. */
        CROWDED(300, 2, 400);

        final int keys;
        final int lines;
        final long expectedKeys;

        Scene(int keys, int lines, long expectedKeys) {
            this.keys = keys;
            this.lines = lines;
            this.expectedKeys = expectedKeys;
        }
    }

    /** How a key gets into the filter. */
    enum Way {
        MARK,
        MARK_BATCH,
        RECORD,
        RECORD_BATCH;

        boolean judges() {
            return this == MARK || this == MARK_BATCH;
        }

        boolean isBatch() {
            return this == MARK_BATCH || this == RECORD_BATCH;
        }
    }

    static Stream<Arguments> histories() {
        return Stream.of(FilterWidth.values())
                .flatMap(width -> Stream.of(Scene.values())
                        .flatMap(scene -> Stream.of(Way.values())
                                .filter(way -> !way.isBatch() || scene != Scene.MANY) // a refused batch leaves it open
                                .map(way -> Arguments.of(width, scene, way))));
    }

    /** As many ticks as the width holds, in three ways. */
    static Retention retention(FilterWidth width, Way way, Scene scene) {
        int most = width.mostTicks();
        return switch (scene.keys / 100 % 3 + (way.judges() ? 0 : 1)) {
            case 0 -> FingerprintTables.retention(most / 2 + 1, most - most / 2 - 2, 1);
            case 1 -> FilterStores.mostTicks(width);
            default -> FingerprintTables.retention(most - most / 4 * 2, most / 4, most / 4);
        };
    }

    @ParameterizedTest
    @MethodSource("histories")
    void noKnownKeyIsToldNew(FilterWidth width, Scene scene, Way way) {
        History history = new History(width, retention(width, way, scene), scene, way);
        history.run();
        history.assertAsStated();
    }

    /** A store, its clock, and what was recorded in it. */
    private static final class History {
        final SplittableRandom random = new SplittableRandom(20_260_101);
        final VirtualClock clock = new VirtualClock(START);
        final KeyFilter store;
        final Retention retention;
        final Scene scene;
        final Way way;
        final DedupKey[] keys;
        final double stated;
        final long life;
        final Map<DedupKey, List<Long>> recorded = new HashMap<>();
        long now = START;
        long watermark = -1;
        long told;
        long lost;
        long refused;
        long known;

        History(FilterWidth width, Retention retention, Scene scene, Way way) {
            this.retention = retention;
            this.scene = scene;
            this.way = way;
            store = FilterStores.open(width, retention, scene.expectedKeys, clock);
            stated = store.guarantees().falseDuplicateProbability();
            keys = Stream.generate(() -> FilterStores.crowded(random, scene.lines))
                    .limit(scene.keys)
                    .toArray(DedupKey[]::new);
            life = Ages.of(retention).life() * TICK;
        }

        void run() {
            for (int call = 0; call < CALLS; call++) {
                now += switch (random.nextInt(4 * scene.keys)) {
                    case 0 -> random.nextLong(3 * life);
                    case 1 -> 2 * TICK;
                    default -> random.nextLong(1 + 3 * life / (2L * scene.keys));
                };
                if (call % (CALLS / 2) == CALLS / 4) {
                    idle();
                }
                clock.set(now);
                if (way.isBatch()) {
                    batch();
                    call += LARGEST_BATCH / 8;
                } else {
                    single(keys[random.nextInt(keys.length)], timestamp());
                }
            }
        }

        /** Mostly in time; also late by up to W + L and more, and ahead of the clock by up to S and more. */
        long timestamp() {
            long back = switch (random.nextInt(8)) {
                case 0 -> random.nextLong(2 * life);
                case 1, 2, 3 -> random.nextLong(retention.latenessMillis() + 1);
                case 4 -> -random.nextLong(2 * retention.futureSkewMillis() + 1);
                default -> 0;
            };
            return now - back;
        }

        /** More ticks than a stamp tells apart, most of them in steps of less than a life, while one key is marked. */
        void idle() {
            for (long passed = 0; passed < FilterLine.STAMPS + 1_000; ) {
                long ticks = random.nextLong(1, life / TICK + 2);
                passed += ticks;
                now += ticks * TICK;
                clock.set(now);
                single(keys[0], now);
            }
        }

        void single(DedupKey key, long timestamp) {
            look(key, timestamp);
            long at = raise(timestamp);
            try {
                if (way.judges()) {
                    judged(key, at, store.markSeen(key, timestamp));
                } else {
                    proven(key, at, store.record(key.high(), key.low(), timestamp));
                }
            } catch (StoreUnavailableException full) {
                refused++;
            }
        }

        void batch() {
            EventBatch batch = new EventBatch(random.nextInt(1, LARGEST_BATCH));
            while (!batch.isFull()) {
                now += random.nextInt(64) == 0 ? random.nextLong(2 * TICK) : 0;
                batch.add(keys[random.nextInt(keys.length)], timestamp(), 0);
            }
            clock.set(now);
            BitSet provenNew = new BitSet();
            if (way.judges()) {
                store.markSeen(batch);
            } else {
                store.record(batch, provenNew);
            }
            for (int i = 0; i < batch.size(); i++) {
                DedupKey key = DedupKey.ofBits(batch.keyHigh(i), batch.keyLow(i));
                long at = raise(batch.timestamp(i));
                if (way.judges()) {
                    judged(key, at, batch.verdict(i));
                } else {
                    assertEquals(Verdict.UNJUDGED, batch.verdict(i));
                    proven(key, at, provenNew.get(i));
                }
            }
        }

        /** Moves the watermark; returns the time that the event is judged at. */
        long raise(long timestamp) {
            long skew = retention.futureSkewMillis();
            long present = Math.max(now, watermark);
            if (!way.judges()) {
                watermark = Math.max(watermark, Math.max(Math.min(timestamp, present), timestamp - skew));
                return timestamp;
            }
            long at = Math.min(timestamp, present + skew);
            watermark = Math.max(watermark, Math.min(at, present));
            return at;
        }

        boolean isLate(long at) {
            return at < watermark - retention.latenessMillis();
        }

        boolean isRecorded(DedupKey key, long at, long distance) {
            return recorded.getOrDefault(key, List.of()).stream().anyMatch(each -> Math.abs(each - at) <= distance);
        }

        void record(DedupKey key, long at) {
            List<Long> all = recorded.computeIfAbsent(key, any -> new ArrayList<>());
            all.removeIf(each -> each < watermark - 4 * life);
            all.add(at);
        }

        void look(DedupKey key, long at) {
            if (!isLate(at)
                    && at <= now + retention.futureSkewMillis()
                    && isRecorded(key, at, retention.windowMillis())) {
                assertTrue(store.mightContain(key, at), () -> "a look at " + describe(key, at));
            }
        }

        void judged(DedupKey key, long at, Verdict verdict) {
            if (isLate(at)) {
                assertEquals(Verdict.TOO_LATE, verdict, () -> describe(key, at));
                return;
            }
            if (isRecorded(key, at, retention.windowMillis())) {
                assertEquals(Verdict.DUPLICATE, verdict, () -> describe(key, at));
                known++;
            } else if (!isRecorded(key, at, retention.windowMillis() + TICK)) {
                count(verdict == Verdict.DUPLICATE);
            }
            if (verdict == Verdict.FIRST_SEEN) {
                record(key, at);
            }
        }

        void proven(DedupKey key, long at, boolean isNew) {
            if (isLate(at)) {
                assertFalse(isNew, () -> "late: " + describe(key, at));
            } else if (isRecorded(key, at, retention.windowMillis())) {
                assertFalse(isNew, () -> describe(key, at));
                known++;
            } else if (!isRecorded(key, at, retention.windowMillis() + TICK)) {
                count(!isNew);
            }
            if (at >= watermark - retention.windowMillis() - retention.latenessMillis()) {
                record(key, at);
            }
        }

        void count(boolean isLost) {
            told++;
            lost += isLost ? 1 : 0;
        }

        void assertAsStated() {
            String what = told + " new, " + lost + " of them lost, " + known + " known, " + refused + " refused";
            FingerprintTables.assertNotAbove(OVER_CAPACITY * stated * told, lost, what);
            assertTrue(known > 500 && told > 30, what);
            assertEquals(scene == Scene.MANY, refused > 0, what);
        }

        String describe(DedupKey key, long at) {
            return key + " at " + at + ", watermark " + watermark + ", " + retention + ", recorded "
                    + recorded.getOrDefault(key, List.of());
        }
    }
}
