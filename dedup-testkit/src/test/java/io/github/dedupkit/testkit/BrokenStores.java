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

    /** The one store of that name, whatever contract it is made for. */
    static BrokenStore named(String name) {
        List<BrokenStore> found = Stream.of(
                        all(),
                        sound(),
                        BrokenBackingStores.all(),
                        BrokenKeyFilters.all(),
                        List.of(BrokenBackingStores.SOUND, BrokenKeyFilters.SOUND))
                .flatMap(List::stream)
                .filter(store -> store.name().equals(name))
                .toList();
        if (found.size() != 1) {
            throw new IllegalArgumentException(found.size() + " stores are named \"" + name + "\"; names are distinct");
        }
        return found.get(0);
    }
}
