package io.github.dedupkit.rocksdb;

import io.github.dedupkit.Retention;
import io.github.dedupkit.Verdict;
import io.github.dedupkit.testkit.VirtualClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Marks, confirms and forgets of one key are linearizable, as Lincheck sees it by stress. Lincheck needs a public class. */
@Tag("long")
@Param(name = "key", gen = IntGen.class, conf = "1:2")
@Param(name = "origin", gen = IntGen.class, conf = "1:3")
public class RocksDbLincheckTest {
    private static final long START = 1_767_225_600_000L;

    private static final AtomicLong INSTANCES = new AtomicLong();

    /** One for all instances, which have keys of their own: to open a store takes longer than to check it. */
    private static @Nullable RocksDbDeduplicationStore shared;

    @TempDir(factory = RamDisk.class)
    private static Path directory;

    private final RocksDbDeduplicationStore store = Objects.requireNonNull(shared);
    private final long instance = INSTANCES.incrementAndGet();

    @BeforeAll
    static void open() {
        shared = RocksDbFixture.builder(directory, Retention.ofWindow(Duration.ofHours(1)))
                .clock(new VirtualClock(START))
                .build();
    }

    @AfterAll
    static void close() {
        Objects.requireNonNull(shared).close();
    }

    /** Marks with an origin. */
    @Operation
    public Verdict mark(@Param(name = "key") int key, @Param(name = "origin") int origin) {
        return store.markSeen(instance, key, START, origin);
    }

    /** Marks without an origin. */
    @Operation
    public Verdict markWithoutOrigin(@Param(name = "key") int key) {
        return store.markSeen(instance, key, START);
    }

    /** Confirms. */
    @Operation
    public void confirm(@Param(name = "key") int key, @Param(name = "origin") int origin) {
        store.confirm(instance, key, START, origin);
    }

    /** Forgets. */
    @Operation
    public void forget(@Param(name = "key") int key, @Param(name = "origin") int origin) {
        store.forget(instance, key, START, origin);
    }

    @Test
    void isLinearizable() {
        new StressOptions()
                .iterations(Integer.getInteger("dedup.test.lincheck-iterations", 10))
                .invocationsPerIteration(500)
                .threads(3)
                .actorsPerThread(4)
                .sequentialSpecification(Sequential.class)
                .check(RocksDbLincheckTest.class);
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
    }
}
