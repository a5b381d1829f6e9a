package io.github.dedupkit.testkit;

import java.util.List;
import java.util.stream.Stream;

/** Every store that the contract of claims must catch, and the one that it must not. */
final class BrokenClaims {
    static final String SOUND = "breaks nothing";

    private BrokenClaims() {}

    static List<BrokenClaimsStore> all() {
        return Stream.of(
                        BrokenTableClaims.stores(),
                        BrokenLeaseClaims.stores(),
                        BrokenFenceClaims.stores(),
                        BrokenOutcomeClaims.stores(),
                        BrokenStorageClaims.stores(),
                        BrokenBooksClaims.stores(),
                        BrokenWatchClaims.stores())
                .flatMap(List::stream)
                .toList();
    }

    static BrokenClaimsStore named(String name) {
        if (name.equals(SOUND)) {
            return BrokenClaimsStore.of(SOUND, FakeIdempotencyStore::new);
        }
        return all().stream()
                .filter(store -> store.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
