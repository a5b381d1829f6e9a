package io.github.dedupkit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.DeduplicationStore;
import io.github.dedupkit.Retention;
import io.github.dedupkit.StoreStats;
import io.github.dedupkit.inmemory.CaffeineDeduplicationStore;
import io.github.dedupkit.inmemory.FingerprintDeduplicationStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The bytes of a key are one number: the store's, by which the filter is bounded and which the pages print. */
class FootprintTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern PRINTED = Pattern.compile("(\\d+) bytes of heap a key");

    @Test
    void theFilterReckonsWithTheStoresFigure() {
        int keys = 1000;
        try (CaffeineDeduplicationStore store = CaffeineDeduplicationStore.builder(
                        Retention.ofWindow(Duration.ofDays(1)), keys)
                .clock(InstantSource.fixed(Instant.EPOCH))
                .build()) {
            for (int key = 0; key < keys; key++) {
                store.markSeen(key, ~key, 0, 0);
            }
            StoreStats stats = store.stats();
            assertEquals(keys, stats.retainedKeys());
            assertEquals(keys * Heap.BYTES_PER_KEY, stats.bytes().orElseThrow());
        }
    }

    @Test
    void theFilterReckonsWithWhatTheTablePlans() {
        int keys = 1_000_000;
        try (DeduplicationStore store = FingerprintDeduplicationStore.builder(
                        Retention.ofWindow(Duration.ofDays(1)), keys)
                .buildNarrow()) {
            double bytes = (double) store.stats().bytes().orElseThrow() / keys;
            assertEquals(FilterStore.TABLE_BYTES_PER_KEY, bytes, 0.5);
            assertTrue(bytes <= FilterStore.TABLE_BYTES_PER_KEY, bytes + "");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"README.md", "docs/choosing.md"})
    void thePagesPrintIt(String page) throws IOException {
        Matcher printed = PRINTED.matcher(Files.readString(ROOT.resolve(page)));
        assertTrue(printed.find(), page + " names no bytes of heap a key");
        do {
            assertEquals(Heap.BYTES_PER_KEY, Long.parseLong(printed.group(1)), page);
        } while (printed.find());
    }

    @Test
    void theHelpPrintsIt() {
        String help = Run.dedup("", "filter", "--help").out();
        assertTrue(help.contains("takes about " + FilterStore.TABLE_BYTES_PER_KEY + " bytes a key"), help);
        assertTrue(help.contains("takes " + Heap.BYTES_PER_KEY + " bytes a key"), help);
    }
}
