package io.github.dedupkit.bloom;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.BackingStore;
import io.github.dedupkit.DedupKey;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.Retention;
import io.github.dedupkit.Verdict;
import io.github.dedupkit.bloom.FilteredStores.Filter;
import io.github.dedupkit.inmemory.CaffeineDeduplicationStore;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A stream of events with disorder, late ones, copies in the window and beyond it, each with the one verdict that an exact store
 * can give, while the filter is dropped and another one takes its place: warm at once, later, or by time alone.
 *
 * <p>System property: {@code dedup.test.long-filtered-events}, events of each mix.
 */
@Timeout(7_200)
class FilteredOracleTest {
    private static final int DROPS = 20;
    private static final int BATCH = 500;

    @ParameterizedTest
    @ValueSource(doubles = {0.006, 0.05, 0.5})
    void verdictsAreThoseOfTheExactStore(double duplicates) {
        new Run(duplicates, 5_000).play(300_000);
    }

    @Tag("long")
    @ParameterizedTest
    @ValueSource(doubles = {0.006, 0.05, 0.5})
    void verdictsAreThoseOfTheExactStoreOverAHundredMillionEvents(double duplicates) {
        new Run(duplicates, 500_000).play(Long.getLong("dedup.test.long-filtered-events", 100_000_000));
    }

    private static final class Run {
        private static final long NEVER = Long.MIN_VALUE / 2;
        private static final InstantSource FAR_AHEAD = () -> Instant.ofEpochMilli(Long.MAX_VALUE / 4);

        private final double duplicates;
        private final int windowEvents;
        private final Retention retention;
        private final CaffeineDeduplicationStore exact;
        private final SplittableRandom random = new SplittableRandom(20_260_101);

        /** By event, modulo their length: the number that names its key, and by such a number the time of the record. */
        private final long[] names;

        private final long[] records;
        private long watermark = -1;
        private FilteredDeduplicationStore store;
        private int filters;
        private long saved;
        private long needless;
        private long blind;
        private long firstSeen;
        private long wrong;
        private long lost;
        private long admitted;

        /** One event a millisecond, so many of them in the window. */
        Run(double duplicates, int windowEvents) {
            this.duplicates = duplicates;
            this.windowEvents = windowEvents;
            long tick = windowEvents / 8;
            retention = Retention.builder(Duration.ofMillis(8 * tick))
                    .lateness(Duration.ofMillis(4 * tick))
                    .tick(Duration.ofMillis(tick))
                    .build();
            exact = CaffeineDeduplicationStore.builder(retention, 4L * windowEvents)
                    .clock(FAR_AHEAD)
                    .build();
            names = new long[Integer.highestOneBit(windowEvents) * 4];
            records = new long[names.length];
            Arrays.fill(records, NEVER);
            store = open();
        }

        private FilteredDeduplicationStore open() {
            BackingStore shared = new ForwardingBackingStore(exact) {
                @Override
                public void close() {}
            };
            return FilteredDeduplicationStore.builder(
                            retention,
                            (filters++ % 2 == 0 ? Filter.BLOOM : Filter.FINGERPRINTS)
                                    .open(retention, FAR_AHEAD, 2L * windowEvents, 1e-3),
                            shared)
                    .clock(FAR_AHEAD)
                    .build();
        }

        void play(long events) {
            EventBatch batch = new EventBatch(BATCH);
            Verdict[] expected = new Verdict[BATCH];
            long perFilter = events / DROPS;
            for (long from = 0; from < events; from += BATCH) {
                drop(from, perFilter);
                batch.clear();
                for (int i = 0; i < BATCH; i++) {
                    expected[i] = add(from + i, batch);
                }
                store.markSeen(batch);
                for (int i = 0; i < BATCH; i++) {
                    compare(expected[i], batch.verdict(i));
                }
            }
            count();
            System.out.printf(
                    "%.1f %% duplicates, %,d events: lost %d, admitted %d, otherwise wrong %d; of %,d look-ups of new keys"
                            + " saved %.3f %%, needless %,d, of them %,d before the filter was warm%n",
                    100 * duplicates,
                    events,
                    lost,
                    admitted,
                    wrong,
                    firstSeen,
                    100.0 * saved / firstSeen,
                    needless,
                    blind);
            assertEquals(0, lost, "lost");
            assertEquals(0, admitted, "admitted");
            assertEquals(0, wrong, "otherwise wrong");
            assertEquals(firstSeen, exact.stats().firstSeen());
            assertEquals(0, exact.stats().evicted());
            assertTrue(saved > firstSeen / 2, "hardly a look-up was saved");
            exact.close();
        }

        /** Another filter: every third is warm at once, every third in the midst of its time, every third by time alone. */
        private void drop(long event, long perFilter) {
            long turn = event / perFilter;
            boolean begins = event / perFilter != (event - BATCH) / perFilter && event > 0;
            if (begins) {
                count();
                store.close();
                store = open();
            }
            long midst = turn * perFilter + perFilter / 4;
            boolean warms = turn % 3 == 0 ? begins : turn % 3 == 1 && event - BATCH < midst && midst <= event;
            if (warms) {
                store.warm();
                assertEquals(-1, store.filterStats().provesAfter());
            }
        }

        private void count() {
            FilterStats stats = store.filterStats();
            saved += stats.saved();
            needless += stats.needless();
            blind += stats.blind();
        }

        /** Adds an event, and says what an exact store must answer. */
        private Verdict add(long event, EventBatch batch) {
            int mask = names.length - 1;
            long time = BloomStores.START + event;
            long name = event;
            if (event > 0 && random.nextDouble() < duplicates) {
                long furthest = random.nextInt(16) == 0 ? 3L * windowEvents / 2 : windowEvents / 2;
                long repeated = names[(int) (event - 1 - random.nextLong(Math.min(event, furthest))) & mask];
                if (event - repeated < names.length) {
                    name = repeated;
                }
            }
            if (name == event) {
                records[(int) name & mask] = NEVER;
            }
            names[(int) event & mask] = name;
            if (name != event && random.nextBoolean()) {
                time = Math.max(
                        BloomStores.START + name, time - 5L * windowEvents / 8); // the original's, or a little late
            } else if (random.nextInt(16) == 0) {
                time = Math.max(BloomStores.START, time - random.nextLong(5L * windowEvents / 8));
            }
            DedupKey key = BloomStores.key(name);
            batch.add(key, time, 0);
            return judge((int) name & mask, time);
        }

        private Verdict judge(int name, long time) {
            watermark = Math.max(watermark, time);
            if (time < watermark - retention.latenessMillis()) {
                return Verdict.TOO_LATE;
            }
            if (Math.abs(time - records[name]) <= retention.windowMillis()) {
                return Verdict.DUPLICATE;
            }
            records[name] = time;
            return Verdict.FIRST_SEEN;
        }

        private void compare(Verdict expected, Verdict answered) {
            firstSeen += answered == Verdict.FIRST_SEEN ? 1 : 0;
            if (answered != expected) {
                lost += expected == Verdict.FIRST_SEEN && answered == Verdict.DUPLICATE ? 1 : 0;
                admitted += expected == Verdict.DUPLICATE && answered == Verdict.FIRST_SEEN ? 1 : 0;
                wrong += expected == Verdict.TOO_LATE || answered == Verdict.TOO_LATE ? 1 : 0;
            }
        }
    }
}
