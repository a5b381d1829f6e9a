package io.github.dedupkit.benchmarks;

import io.github.dedupkit.benchmarks.AllocationBenchmark.Hash;
import io.github.dedupkit.benchmarks.HotPathTier.Memory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One figure of the hot-path report.
 *
 * @param name of the tier, or {@link #RANDOM_ACCESS}
 * @param keySpace the hash, where ids are hashed by us
 * @param batch events per call
 * @param pages what direct memory is made of
 */
record HotPathRow(String name, Hash keySpace, int batch, Pages pages) {
    static final String RANDOM_ACCESS = "RANDOM_ACCESS";
    static final int BATCH = 256;

    /** The sizes of the pages of direct memory; the heap is always given huge ones. */
    enum Pages {
        SMALL,
        HUGE
    }

    static HotPathRow single(String name) {
        return new HotPathRow(name, Hash.TRUSTED, 1, Pages.SMALL);
    }

    static HotPathRow batch(String name) {
        return new HotPathRow(name, Hash.TRUSTED, BATCH, Pages.SMALL);
    }

    HotPathRow keyed() {
        return new HotPathRow(name, Hash.KEYED, batch, pages);
    }

    HotPathRow onHugePages() {
        return new HotPathRow(name, keySpace, batch, Pages.HUGE);
    }

    /** All figures, in the order in which the first round takes them. Rivals need no key space; few have batches. */
    static List<HotPathRow> all() {
        List<HotPathRow> rows = new ArrayList<>();
        rows.add(batch(RANDOM_ACCESS));
        rows.add(batch(RANDOM_ACCESS).onHugePages());
        for (HotPathTier tier : HotPathTier.values()) {
            String name = tier.name();
            if (tier.memory == Memory.DIRECT) {
                rows.add(batch(name));
                rows.add(batch(name).onHugePages());
                rows.add(batch(name).keyed());
                rows.add(single(name).onHugePages());
            }
            if (tier.memory == Memory.NETWORK) {
                rows.add(batch(name));
            }
            rows.add(single(name));
        }
        return rows;
    }

    @Override
    public String toString() {
        boolean ours = name.startsWith("FINGERPRINT");
        return name.toLowerCase(Locale.ROOT).replace('_', ' ')
                + (batch > 1 ? ", batches of " + batch : "")
                + (keySpace == Hash.KEYED ? ", keyed" : "")
                + (ours || name.equals(RANDOM_ACCESS) ? pages == Pages.HUGE ? ", huge pages" : ", 4 KiB pages" : "");
    }
}
