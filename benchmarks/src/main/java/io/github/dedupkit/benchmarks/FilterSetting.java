package io.github.dedupkit.benchmarks;

import io.github.dedupkit.EventBatch;
import java.util.List;
import java.util.Locale;

/**
 * What a filter is measured in.
 *
 * @param tier the filter
 * @param keys in W that it is made for
 * @param probability of a false duplicate that it is made for, of a look-up over all that it holds
 * @param batch events in a call; a tier that takes no batches is called once for each
 * @param load the part of the keys that it gets, in percent
 * @param duplicates the share of events that repeat a key of the window
 * @param lookUps events that are measured, in whole chunks
 */
record FilterSetting(
        FilterTier tier, long keys, double probability, int batch, int load, double duplicates, long lookUps) {
    private static final long LEAST_KEYS = 2_000;
    private static final long MOST_KEYS = 1L << 36;
    private static final double LEAST_PROBABILITY = 1e-9;
    private static final double MOST_PROBABILITY = 0.1;
    private static final double MOST_DUPLICATES = 0.9;
    private static final int ALL = 100;

    FilterSetting {
        requireWithin("--keys", keys, LEAST_KEYS, MOST_KEYS);
        requireWithin("--load", load, 1, ALL);
        requireWithin("--batch", batch, 1, EventBatch.MAX_CAPACITY);
        if (FilterChunk.SIZE % batch != 0) {
            throw BenchException.usage("--batch " + batch + " does not divide a chunk's " + FilterChunk.SIZE
                    + " events; give a power of two up to that");
        }
        if (!(probability >= LEAST_PROBABILITY && probability <= MOST_PROBABILITY)) {
            throw BenchException.usage("--false-positive " + probability + " is out of bounds; give "
                    + LEAST_PROBABILITY + " to " + MOST_PROBABILITY);
        }
        if (!(duplicates > 0 && duplicates <= MOST_DUPLICATES)) {
            throw BenchException.usage("--duplicates " + duplicates
                    + " leaves nothing to be told new falsely, or next to nothing new; give more than 0, and "
                    + MOST_DUPLICATES + " at most");
        }
        if (retained(keys, load) < LEAST_KEYS) {
            throw BenchException.usage("--load " + load + " of --keys " + keys + " leaves too few keys; give "
                    + LEAST_KEYS + " or more of them");
        }
    }

    private static void requireWithin(String option, long value, long least, long most) {
        if (value < least || value > most) {
            throw BenchException.usage(option + " " + value + " is out of bounds; give " + least + " to " + most);
        }
    }

    private static long retained(long keys, int load) {
        return keys / ALL * load + keys % ALL * load / ALL;
    }

    /** New keys that come in W. */
    long retained() {
        return retained(keys, load);
    }

    FilterTraffic traffic(long warmUp, long seed) {
        return new FilterTraffic(retained(), duplicates, warmUp + lookUps, seed);
    }

    FilterSubject open() {
        return tier.open(keys, probability, batch);
    }

    /** As another JVM is given it. */
    List<String> arguments() {
        return List.of(
                tier.name(),
                String.valueOf(keys),
                String.valueOf(probability),
                String.valueOf(batch),
                String.valueOf(load),
                String.valueOf(duplicates),
                String.valueOf(lookUps));
    }

    static FilterSetting of(String[] arguments) {
        return new FilterSetting(
                FilterTier.valueOf(arguments[0]),
                Long.parseLong(arguments[1]),
                Double.parseDouble(arguments[2]),
                Integer.parseInt(arguments[3]),
                Integer.parseInt(arguments[4]),
                Double.parseDouble(arguments[5]),
                Long.parseLong(arguments[6]));
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s, %,d keys%s, p %.1e, calls of %d",
                tier,
                keys,
                load == ALL ? "" : " at " + load + " %",
                probability,
                batch);
    }
}
