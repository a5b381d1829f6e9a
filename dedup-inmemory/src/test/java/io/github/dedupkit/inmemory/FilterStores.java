package io.github.dedupkit.inmemory;

import io.github.dedupkit.DedupKey;
import io.github.dedupkit.Guarantees;
import io.github.dedupkit.Guarantees.Atomicity;
import io.github.dedupkit.Guarantees.Condition;
import io.github.dedupkit.Guarantees.Durability;
import io.github.dedupkit.Guarantees.Scope;
import io.github.dedupkit.Retention;
import java.lang.reflect.Field;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;

/** What the tests of the filter share. */
final class FilterStores {
    private FilterStores() {}

    /** A probability that a width is the first one for. */
    static double probability(FilterWidth width) {
        return switch (width) {
            case BITS_16 -> 4e-4;
            case BITS_18 -> 1e-4;
            case BITS_21 -> 1e-5;
            case BITS_24 -> 1e-6;
            case BITS_32 -> 5e-9;
        };
    }

    /** As many ticks as a width holds, most of them the window. */
    static Retention mostTicks(FilterWidth width) {
        return FingerprintTables.retention(width.mostTicks() - 4, 3, 1);
    }

    /** As many ticks as a width holds, and few. */
    static List<Retention> retentions(FilterWidth width) {
        int most = width.mostTicks();
        int half = most / 2;
        return List.of(
                mostTicks(width),
                FingerprintTables.retention(half, half, 0),
                FingerprintTables.retention(half, half / 2, half / 2),
                FingerprintTables.retention(1, 1, 0),
                Retention.builder(Duration.ofMillis((most - 3) * 20L))
                        .lateness(Duration.ofMillis(40))
                        .tick(Duration.ofMillis(20))
                        .futureSkew(Duration.ofMillis(7))
                        .build(),
                FingerprintTables.retention(most, 0, 0));
    }

    static FingerprintFilterDeduplicationStore.Builder builder(
            FilterWidth width, Retention retention, long expectedKeys) {
        return FingerprintFilterDeduplicationStore.builder(retention, expectedKeys)
                .falseDuplicateProbability(probability(width));
    }

    static FingerprintFilterDeduplicationStore open(
            FilterWidth width, Retention retention, long expectedKeys, InstantSource clock) {
        return builder(width, retention, expectedKeys).clock(clock).build();
    }

    /** What every filter promises. */
    static Guarantees guarantees(double probability) {
        String lost = "false duplicates at the stated probability";
        return Guarantees.builder(Durability.NONE, Scope.PROCESS, Atomicity.STORE)
                .falseDuplicateProbability(probability)
                .on(Condition.HEALTHY, lost, "0", "0")
                .on(Condition.PROCESS_CRASH, lost, "every live key once", "unconfirmed deliveries")
                .on(Condition.POWER_CUT, lost, "every live key once", "unconfirmed deliveries")
                .on(Condition.FAILOVER, lost, "every live key once", "unconfirmed deliveries")
                .on(
                        Condition.OVER_CAPACITY,
                        "false duplicates at up to 6 times the stated probability",
                        "0; marks are refused",
                        "0")
                .on(Condition.LATE_DATA, lost, "0; answered TOO_LATE", "0")
                .on(Condition.HOSTILE_KEYS, "as when healthy, with a keyed key space", "0", "0")
                .build();
    }

    /** The table in a store. */
    static FilterTable tableOf(FingerprintFilterDeduplicationStore store) {
        try {
            Field field = store.getClass().getDeclaredField("table");
            field.setAccessible(true);
            return (FilterTable) Objects.requireNonNull(field.get(store));
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("the store keeps its table elsewhere now", e);
        }
    }

    /** A random key of one of a few lines, where a table has sixteen. */
    static DedupKey crowded(SplittableRandom random, int lines) {
        return DedupKey.ofBits(random.nextLong(), ((long) random.nextInt(lines) << 60) | (random.nextLong() >>> 28));
    }
}
