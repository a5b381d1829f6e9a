package io.github.dedupkit.inmemory;

import io.github.dedupkit.DeduplicationStore;
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
 * Marks and looks are linearizable, as Lincheck sees it by stress: those of one key at any time, and those of several keys as
 * long as none is late. Times are whole ticks, and no two of them differ by more than the window and less than a tick
 * more, so that every verdict is determined.
 *
 * <p>Not across keys where one is late: a mark that raised the watermark may itself become late by another one's raise,
 * before its line is looked at, and a third mark may have been late for it meanwhile.
 *
 * <p>System property: {@code dedup.test.lincheck-iterations}.
 */
@Tag("long")
class FingerprintLincheckTest {
    private static final int WINDOW = 10;
    private static final int LATENESS = 3;

    /** In ticks: a copy, another one at the window's end, one beyond, and those from which the first ones are late. */
    private static final int[] TIMES = {0, 1, WINDOW, WINDOW + 2, 2 * WINDOW + 4};

    private static long time(int choice) {
        return FingerprintTables.START + TIMES[choice] * FingerprintTables.TICK;
    }

    private static DeduplicationStore open(int lateness) {
        return FingerprintDeduplicationStore.builder(FingerprintTables.retention(WINDOW, lateness, 0), 1)
                .clock(new VirtualClock(time(TIMES.length - 1)))
                .buildNarrow();
    }

    private static StressOptions options() {
        return new StressOptions()
                .iterations(Integer.getInteger("dedup.test.lincheck-iterations", 10))
                .invocationsPerIteration(500)
                .threads(3)
                .actorsPerThread(4);
    }

    @Test
    void oneKeyAtAnyTimeIsLinearizable() {
        options().sequentialSpecification(SequentialKey.class).check(OneKey.class);
    }

    @Test
    void severalKeysInTimeAreLinearizable() {
        options().sequentialSpecification(SequentialKeys.class).check(SeveralKeys.class);
    }

    /** One key, at times from the first to far beyond the lateness. Lincheck needs public classes. */
    @Param(name = "time", gen = IntGen.class, conf = "0:4")
    public static class OneKey {
        private final DeduplicationStore store = open(LATENESS);

        /** Marks. */
        @Operation
        public Verdict mark(@Param(name = "time") int time) {
            return store.markSeen(FingerprintTables.key(0), time(time));
        }

        /** Looks. */
        @Operation
        public boolean mightContain(@Param(name = "time") int time) {
            return store.mightContain(FingerprintTables.key(0), time(time));
        }
    }

    /** Three keys that share a line, at times that are not late. */
    @Param(name = "key", gen = IntGen.class, conf = "1:3")
    @Param(name = "time", gen = IntGen.class, conf = "0:2")
    public static class SeveralKeys {
        private final DeduplicationStore store = open(WINDOW);

        /** Marks. */
        @Operation
        public Verdict mark(@Param(name = "key") int key, @Param(name = "time") int time) {
            return store.markSeen(key, 0, time(time));
        }

        /** Looks. */
        @Operation
        public boolean mightContain(@Param(name = "key") int key, @Param(name = "time") int time) {
            return store.mightContain(key, 0, time(time));
        }
    }

    /** The same of one key, in sequence. */
    public static class SequentialKey {
        private final SequentialKeys keys = new SequentialKeys(LATENESS);

        /** Marks. */
        public Verdict mark(int time) {
            return keys.mark(0, time);
        }

        /** Looks. */
        public boolean mightContain(int time) {
            return keys.mightContain(0, time);
        }
    }

    /** A watermark, and a list of marks that forgets nothing. */
    public static class SequentialKeys {
        private final int lateness;
        private final List<Mark> marks = new ArrayList<>();
        private int watermark = -1;

        private record Mark(int key, int tick) {}

        /** Takes events as late as the window is long. */
        public SequentialKeys() {
            this(WINDOW);
        }

        private SequentialKeys(int lateness) {
            this.lateness = lateness;
        }

        /** Marks. */
        public Verdict mark(int key, int time) {
            int tick = TIMES[time];
            if (tick < watermark - lateness) {
                return Verdict.TOO_LATE;
            }
            watermark = Math.max(watermark, tick);
            if (isKnown(key, tick)) {
                return Verdict.DUPLICATE;
            }
            marks.add(new Mark(key, tick));
            return Verdict.FIRST_SEEN;
        }

        /** Looks. */
        public boolean mightContain(int key, int time) {
            return watermark >= 0 && (TIMES[time] < watermark - lateness || isKnown(key, TIMES[time]));
        }

        private boolean isKnown(int key, int tick) {
            return marks.stream().anyMatch(mark -> mark.key == key && Math.abs(mark.tick - tick) <= WINDOW);
        }
    }
}
