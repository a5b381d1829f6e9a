package io.github.dedupkit.inmemory;

import io.github.dedupkit.KeyFilter;
import io.github.dedupkit.Verdict;
import io.github.dedupkit.testkit.VirtualClock;
import java.util.ArrayList;
import java.util.List;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Of keys that share a line, calls of a filter are linearizable, as Lincheck sees it by stress: marks and looks, or records and
 * looks, at times that are not late. The marks are judged by {@link FingerprintLincheckTest.SequentialKeys}.
 *
 * <p>System property: {@code dedup.test.lincheck-iterations}.
 */
@Tag("long")
class FilterLincheckTest {
    private static final int WINDOW = 10;
    private static final int[] TIMES = {0, 1, WINDOW, WINDOW + 2, 2 * WINDOW + 4};

    private static long time(int choice) {
        return FingerprintTables.START + TIMES[choice] * FingerprintTables.TICK;
    }

    private static KeyFilter open() {
        return FilterStores.open(
                FilterWidth.BITS_32,
                FingerprintTables.retention(WINDOW, WINDOW, 0),
                1,
                new VirtualClock(time(TIMES.length - 1)));
    }

    private static StressOptions options() {
        return new StressOptions()
                .iterations(Integer.getInteger("dedup.test.lincheck-iterations", 10))
                .invocationsPerIteration(500)
                .threads(3)
                .actorsPerThread(4);
    }

    @Test
    void marksAreLinearizable() {
        options()
                .sequentialSpecification(FingerprintLincheckTest.SequentialKeys.class)
                .check(Marks.class);
    }

    @Test
    void recordsAreLinearizable() {
        options().sequentialSpecification(SequentialRecords.class).check(Records.class);
    }

    /** Marks of three keys. Lincheck needs public classes. */
    @Param(name = "key", gen = IntGen.class, conf = "1:3")
    @Param(name = "time", gen = IntGen.class, conf = "0:2")
    public static class Marks {
        private final KeyFilter store = open();

        /** Marks. */
        @Operation
        public Verdict mark(@Param(name = "key") int key, @Param(name = "time") int time) {
            return store.markSeen(key, key, time(time));
        }

        /** Looks. */
        @Operation
        public boolean mightContain(@Param(name = "key") int key, @Param(name = "time") int time) {
            return store.mightContain(key, key, time(time));
        }
    }

    /** Records of three keys. */
    @Param(name = "key", gen = IntGen.class, conf = "1:3")
    @Param(name = "time", gen = IntGen.class, conf = "0:2")
    public static class Records {
        private final KeyFilter store = open();

        /** Records. */
        @Operation
        public boolean record(@Param(name = "key") int key, @Param(name = "time") int time) {
            return store.record(key, key, time(time));
        }

        /** Looks. */
        @Operation
        public boolean mightContain(@Param(name = "key") int key, @Param(name = "time") int time) {
            return store.mightContain(key, key, time(time));
        }
    }

    /** A list of records, all within a window: a key is known once it was recorded. */
    public static class SequentialRecords {
        private final List<Integer> keys = new ArrayList<>();

        /** Records. */
        public boolean record(int key, int time) {
            boolean isNew = !keys.contains(key);
            keys.add(key);
            return isNew;
        }

        /** Looks. */
        public boolean mightContain(int key, int time) {
            return keys.contains(key);
        }
    }
}
