package io.github.dedupkit.cli;

import io.github.dedupkit.DeduplicationListener;
import io.github.dedupkit.DeduplicationStore;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.Retention;
import io.github.dedupkit.StoreStats;
import io.github.dedupkit.StoreUnavailableException;
import io.github.dedupkit.Verdict;
import io.github.dedupkit.bloom.BloomDeduplicationStore;
import io.github.dedupkit.cli.FilterOptions.StoreKind;
import io.github.dedupkit.cli.FilterOptions.WhenFull;
import io.github.dedupkit.inmemory.CaffeineDeduplicationStore;
import io.github.dedupkit.inmemory.FingerprintDeduplicationStore;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a run remembers its keys in, and what happens when that is full. Not thread-safe.
 *
 * <p>Never closed but dropped: to empty a store key by key would take longer than the process has left to live.
 */
final class FilterStore {
    /** A key in the table at its planned size; the store plans with a little less. */
    static final int TABLE_BYTES_PER_KEY = 11;

    /** The keys that a table has room for before it grows: what it has room for is compared best. */
    private static final long FIRST_KEYS = 1 << 20;

    /** The records after which the probability of a false duplicate is asked for again. */
    private static final int SAMPLE_EVERY = 1 << 16;

    private static final long LEAST_MEMORY = 1 << 20;
    private static final long MOST_TABLE_TICKS = 236;
    private static final long MOST_BLOOM_TICKS = 128;
    private static final String OR_EVICT = ", or go on with --when-full evict";

    /** Without a window, all records have one time, and any retention will do. */
    private static final Retention WHOLE_RUN = Retention.ofWindow(Duration.ofDays(1));

    /** The same for filters, each of whose ticks has one. */
    private static final Retention WHOLE_RUN_IN_ONE_TICK = Retention.builder(Duration.ofDays(1))
            .tick(Duration.ofDays(1))
            .lateness(Duration.ZERO)
            .build();

    /** Later than every time in a file, so that the clock never limits one. */
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.ofEpochMilli(1L << 50));

    private final FilterOptions.Store options;
    private final DeduplicationStore store;
    private final String scope;
    private final String bound;
    private long evicted;
    private long sinceSampled;
    private double lastProbability;
    private Duration shortestWindow;
    private double falseDuplicates;

    /**
     * Makes an empty store.
     *
     * @throws CliException if it cannot be made: the message names what bounds it
     */
    FilterStore(FilterOptions options, FilterLimits limits) {
        this.options = options.store();
        EventWindow window = options.window();
        scope = window == null ? "" : " within the window";
        Retention retention = window == null ? wholeRun(this.options.kind()) : window.retention();
        shortestWindow = Duration.ofMillis(retention.windowMillis());
        this.options.memoryBytes().ifPresent(FilterStore::requireMemory);
        if (this.options.kind() == StoreKind.TABLE) {
            requireTicks(window, MOST_TABLE_TICKS, "a table");
            this.options.memoryBytes().ifPresent(DirectMemory::requireAllowed);
            long memory = this.options.memoryBytes().orElseGet(DirectMemory::defaultBytes);
            bound = ", and may take " + Amount.text(memory) + "; give it more with --memory";
            store = table(retention, memory);
        } else if (this.options.kind() == StoreKind.BLOOM) {
            requireTicks(window, MOST_BLOOM_TICKS, "bloom");
            long keys = this.options.expectedKeys().orElseThrow();
            bound = "--expected " + keys + " is reached: the bloom store holds as many keys" + scope
                    + ", and with more it would drop new records at a higher probability than "
                    + this.options.falsePositive() + "; start again with a higher --expected";
            store = bloom(retention, keys, this.options.falsePositive());
        } else {
            long byOption = this.options.memoryBytes().orElse(Long.MAX_VALUE) / Heap.BYTES_PER_KEY;
            long keys = Math.min(byOption, limits.maximumKeys());
            bound = "there are more than " + keys + " distinct keys" + scope + ", as many as "
                    + (byOption < limits.maximumKeys()
                            ? "--memory holds at " + Heap.BYTES_PER_KEY + " bytes each; give more with --memory"
                            : Heap.describe() + " can hold; " + Heap.remedy())
                    + ", take --store table";
            store = caffeine(retention, keys);
        }
    }

    /**
     * Judges a batch.
     *
     * @return how many of its first items are judged rightly: all, or fewer if the store is {@link #full}
     */
    int markSeen(EventBatch batch) {
        sinceSampled += batch.size();
        if (sinceSampled >= SAMPLE_EVERY) {
            sample();
        }
        try {
            store.markSeen(batch);
        } catch (StoreUnavailableException e) {
            int judged = 0;
            while (batch.verdict(judged) != Verdict.UNJUDGED) {
                judged++;
            }
            return judged;
        }
        return evicted > 0 && options.whenFull() == WhenFull.STOP ? 0 : batch.size();
    }

    /** Why a run has to stop, and what can be done. */
    CliException full() {
        StoreStats stats = stats();
        return CliException.failed(
                switch (options.kind()) {
                    case TABLE ->
                        "the table is full: " + stats.retainedKeys() + " keys" + scope + " in "
                                + stats.bytes().orElse(0) + " bytes" + bound + OR_EVICT;
                    case CAFFEINE -> bound + OR_EVICT;
                    case BLOOM -> bound;
                });
    }

    /** The keys forgotten for lack of room, where that is what was asked for: else the run ends before it matters. */
    long evicted() {
        return options.whenFull() == WhenFull.EVICT ? store.stats().evicted() : 0;
    }

    /** The records to expect that were taken for copies by an error of the store: a sum over the run, as it filled. */
    double falseDuplicates() {
        sample();
        return falseDuplicates;
    }

    /** The shortest window of the run: what was forgotten before a quiet end was forgotten all the same. */
    Duration shortestWindow() {
        sample();
        return shortestWindow;
    }

    private void sample() {
        StoreStats stats = store.stats();
        if (stats.effectiveWindow().compareTo(shortestWindow) < 0) {
            shortestWindow = stats.effectiveWindow();
        }
        double probability = stats.falseDuplicateProbability();
        falseDuplicates += sinceSampled * Math.max(probability, lastProbability);
        lastProbability = probability;
        sinceSampled = 0;
    }

    StoreStats stats() {
        return store.stats();
    }

    /** Whether records that are wrongly dropped are part of the bargain, and to be stated in numbers. */
    boolean isFilter() {
        return options.kind() == StoreKind.BLOOM;
    }

    /** The store's name as an option. */
    String name() {
        return options.kind().name().toLowerCase(Locale.ROOT);
    }

    private DeduplicationStore table(Retention retention, long memory) {
        long room = memory / TABLE_BYTES_PER_KEY;
        long expected = options.expectedKeys().orElse(Math.min(FIRST_KEYS, room));
        if (expected > room) {
            throw CliException.usage("--expected " + expected + " takes " + TABLE_BYTES_PER_KEY
                    + " bytes a key, and --memory " + (options.memoryBytes().isPresent() ? "is " : "is by default ")
                    + Amount.text(memory) + ", room for " + room + " keys; raise --memory, or expect fewer");
        }
        if (expected > DirectMemory.machineBytes() / 4 * 3 / TABLE_BYTES_PER_KEY) {
            throw CliException.usage("--expected " + expected + " takes " + TABLE_BYTES_PER_KEY
                    + " bytes a key at once, and the machine has " + DirectMemory.machineBytes()
                    + " bytes, of which three quarters may be taken; expect fewer");
        }
        FingerprintDeduplicationStore.Builder builder = FingerprintDeduplicationStore.builder(retention, expected)
                .clock(CLOCK)
                .maximumBytes(memory);
        if (options.whenFull() == WhenFull.EVICT) {
            builder.evictOldestWhenFull();
        }
        try {
            return builder.buildNarrow();
        } catch (IllegalArgumentException e) {
            throw CliException.failed(String.valueOf(e.getMessage())); // the machine has less than was allowed
        }
    }

    private DeduplicationStore caffeine(Retention retention, long keys) {
        return CaffeineDeduplicationStore.builder(retention, keys)
                .clock(CLOCK)
                .listener(new EvictionListener())
                .build();
    }

    /** Here is what stands behind {@code --store bloom}. */
    private static DeduplicationStore bloom(Retention retention, long keys, double probability) {
        try {
            return BloomDeduplicationStore.builder(retention, keys)
                    .falseDuplicateProbability(probability)
                    .clock(CLOCK)
                    .build();
        } catch (IllegalArgumentException e) {
            throw CliException.usage("--expected " + keys + " with --false-positive " + probability
                    + " is more than fits (DEDUP_JAVA_OPTS takes -Xmx): " + e.getMessage());
        }
    }

    private static Retention wholeRun(StoreKind kind) {
        return kind == StoreKind.BLOOM ? WHOLE_RUN_IN_ONE_TICK : WHOLE_RUN;
    }

    private static void requireTicks(@Nullable EventWindow window, long most, String teller) {
        if (window != null && window.ticks() > most) {
            throw CliException.usage("--window " + Amount.text(window.window()) + " with --lateness "
                    + Amount.text(window.lateness()) + " is " + window.ticks() + " ticks of "
                    + Amount.text(window.tick()) + ", and " + teller + " tells " + most
                    + "; give a window of whole seconds, a smaller lateness, or --store caffeine");
        }
    }

    private static void requireMemory(long bytes) {
        if (bytes < LEAST_MEMORY) {
            throw CliException.usage("--memory " + Amount.text(bytes) + " is too little; give "
                    + Amount.text(LEAST_MEMORY) + " or more");
        }
    }

    /** Counts what the store drops for lack of room. The store calls it on the thread that marks. */
    private final class EvictionListener implements DeduplicationListener {
        @Override
        public void marked(int firstSeen, int replayed, int duplicates, int tooLate, int failedOpen, int thrown) {}

        @Override
        public void evicted(long records) {
            evicted += records;
        }
    }
}
