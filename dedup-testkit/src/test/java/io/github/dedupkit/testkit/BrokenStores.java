package io.github.dedupkit.testkit;

import java.util.List;
import java.util.stream.Stream;

/** Every store that the contract must catch, and those that it must not. */
final class BrokenStores {
    private BrokenStores() {}

    static List<BrokenStore> all() {
        return Stream.of(
                        BrokenMarks.stores(),
                        BrokenReplays.stores(),
                        BrokenRetentions.stores(),
                        BrokenClocks.stores(),
                        BrokenBatches.stores(),
                        BrokenStorages.stores(),
                        BrokenBooks.stores(),
                        BrokenNearTiers.stores())
                .flatMap(List::stream)
                .toList();
    }

    /** Stores that break nothing: what the contract says of them would be false. */
    static List<BrokenStore> sound() {
        return List.of(
                BrokenStore.of("breaks nothing", FakeDurableStore::new), BrokenMarks.approximateStoreThatSaysSo());
    }

    static BrokenStore named(String name) {
        return Stream.concat(all().stream(), sound().stream())
                .filter(store -> store.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
