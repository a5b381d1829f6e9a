package io.github.dedupkit.benchmarks;

import io.github.dedupkit.benchmarks.AllocationBenchmark.Hash;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** Fills a tier with the keys of a window and says what the process holds for it. Runs in a JVM of its own. */
final class MemoryProbe {
    /** Loads and compiles what the real fill needs, before the empty process is measured. */
    private static final long WARM_UP_KEYS = 200_000;

    private MemoryProbe() {}

    /**
     * Prints resident, heap, direct, disk and stated bytes; -1 for stated bytes that the tier does not know.
     *
     * @param arguments the tier and the keys of a window
     */
    public static void main(String[] arguments) {
        BenchFork.child(() -> probe(HotPathTier.valueOf(arguments[0]), Long.parseLong(arguments[1])));
    }

    private static String probe(HotPathTier tier, long keys) throws InterruptedException {
        warmUp(tier, Math.min(keys, WARM_UP_KEYS));
        MemoryUse before = MemoryUse.settled();
        try (HotPathSubject subject = filled(tier, keys)) {
            subject.rest();
            long stated = subject.bytes().orElse(-1);
            MemoryUse use = MemoryUse.settled().since(before);
            return LongStream.of(use.resident(), use.heap(), use.direct(), use.disk(), stated)
                    .mapToObj(String::valueOf)
                    .collect(Collectors.joining(" "));
        }
    }

    /** A method of its own: nothing of it is reachable afterwards. */
    private static void warmUp(HotPathTier tier, long keys) {
        filled(tier, keys).close();
    }

    private static HotPathSubject filled(HotPathTier tier, long keys) {
        HotPathSetting setting = new HotPathSetting(HotPathId.STRING_36, Hash.TRUSTED, new HotPathWorkload(keys, 1, 1));
        HotPathSubject subject = tier.open(setting);
        HotPathBenchmark.fill(tier.name(), subject, setting);
        return subject;
    }
}
