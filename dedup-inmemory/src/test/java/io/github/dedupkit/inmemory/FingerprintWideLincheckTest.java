package io.github.dedupkit.inmemory;

import io.github.dedupkit.NearTier;
import io.github.dedupkit.Verdict;
import io.github.dedupkit.testkit.VirtualClock;
import java.util.HashMap;
import java.util.Map;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Marks, confirms, forgets, and what a near tier adds, are linearizable in a wide table, as Lincheck sees it by stress. Lincheck
 * needs a public class.
 *
 * <p>System property: {@code dedup.test.lincheck-iterations}.
 */
@Tag("long")
@Param(name = "key", gen = IntGen.class, conf = "1:2")
@Param(name = "origin", gen = IntGen.class, conf = "1:2")
public class FingerprintWideLincheckTest {
    private static final long START = FingerprintTables.START;

    /** So small that the keys share a line. */
    private final NearTier store = FingerprintDeduplicationStore.builder(FingerprintTables.retention(60, 10, 10), 1)
            .clock(new VirtualClock(START))
            .buildWide();

    /** Marks with an origin. */
    @Operation
    public Verdict mark(@Param(name = "key") int key, @Param(name = "origin") int origin) {
        return store.markSeen(key, 0, START, origin);
    }

    /** Marks without an origin. */
    @Operation
    public Verdict markWithoutOrigin(@Param(name = "key") int key) {
        return store.markSeen(key, 0, START, 0);
    }

    /** Confirms. */
    @Operation
    public void confirm(@Param(name = "key") int key, @Param(name = "origin") int origin) {
        store.confirm(key, 0, START, origin);
    }

    /** Forgets. */
    @Operation
    public void forget(@Param(name = "key") int key, @Param(name = "origin") int origin) {
        store.forget(key, 0, START, origin);
    }

    /** Recalls. */
    @Operation
    public boolean recall(@Param(name = "key") int key, @Param(name = "origin") int origin) {
        return store.recall(key, 0, START, origin);
    }

    /** Remembers. */
    @Operation
    public void remember(@Param(name = "key") int key, @Param(name = "origin") int origin) {
        store.remember(key, 0, START, origin);
    }

    /** Looks. */
    @Operation
    public boolean mightContain(@Param(name = "key") int key) {
        return store.mightContain(key, 0, START);
    }

    @Test
    void isLinearizable() {
        new StressOptions()
                .iterations(Integer.getInteger("dedup.test.lincheck-iterations", 10))
                .invocationsPerIteration(500)
                .threads(3)
                .actorsPerThread(4)
                .sequentialSpecification(Sequential.class)
                .check(FingerprintWideLincheckTest.class);
    }

    /** The same operations on a plain map. */
    public static class Sequential {
        private final Map<Integer, Integer> marks = new HashMap<>();

        /** Marks with an origin. */
        public Verdict mark(int key, int origin) {
            Integer holder = marks.putIfAbsent(key, origin);
            return holder == null || (origin != 0 && holder == origin) ? Verdict.FIRST_SEEN : Verdict.DUPLICATE;
        }

        /** Marks without an origin. */
        public Verdict markWithoutOrigin(int key) {
            return mark(key, 0);
        }

        /** Confirms. */
        public void confirm(int key, int origin) {
            marks.replace(key, origin, 0);
        }

        /** Forgets. */
        public void forget(int key, int origin) {
            marks.remove(key, origin);
        }

        /** Recalls. */
        public boolean recall(int key, int origin) {
            return marks.containsKey(key) && marks.get(key) != origin;
        }

        /** Remembers. */
        public void remember(int key, int origin) {
            marks.put(key, origin);
        }

        /** Looks. */
        public boolean mightContain(int key) {
            return marks.containsKey(key);
        }
    }
}
