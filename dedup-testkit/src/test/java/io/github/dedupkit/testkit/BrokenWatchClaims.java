package io.github.dedupkit.testkit;

import io.github.dedupkit.DedupKey;
import io.github.dedupkit.Lease;
import io.github.dedupkit.Outcome;
import java.time.Duration;
import java.util.List;

/** Stores that break what is promised of watches. */
final class BrokenWatchClaims {
    private static final String TOLD = "watch_isToldOfEveryChange";

    private BrokenWatchClaims() {}

    static List<BrokenClaimsStore> stores() {
        return List.of(
                BrokenClaimsStore.of(
                                "tells no watches", (storage, config) -> new FakeIdempotencyStore(storage, config) {
                                    @Override
                                    void tell(DedupKey key) {}
                                })
                        .caughtBy(TOLD, "watch: not told of complete")
                        .caughtBy("watch_hasNoGap", "watch: told InProgress, and never told of the change")
                        .caughtBy("rule11_closeTellsWatches", "rule 11: whoever waits is told of the close"),
                BrokenClaimsStore.of(
                                "tells watches before the change",
                                (storage, config) -> new FakeIdempotencyStore(storage, config) {
                                    @Override
                                    public synchronized void complete(
                                            Lease lease, Outcome outcome, Duration retention) {
                                        tell(lease.key());
                                        super.complete(lease, outcome, retention);
                                    }
                                })
                        .caughtBy(TOLD, "watch: claimed when told of complete"),
                BrokenClaimsStore.of(
                                "does not end watches", (storage, config) -> new FakeIdempotencyStore(storage, config) {
                                    @Override
                                    synchronized void endWatch(DedupKey key, Object watch) {}
                                })
                        .caughtBy("watch_endsWhenItIsClosed", "watch: told after it was closed, or of another key"),
                BrokenClaimsStore.of(
                                "tells watches of all keys",
                                (storage, config) -> new FakeIdempotencyStore(storage, config) {
                                    @Override
                                    void tell(DedupKey key) {
                                        List.copyOf(watchers.keySet()).forEach(super::tell);
                                    }
                                })
                        .caughtBy("watch_endsWhenItIsClosed", "watch: told after it was closed, or of another key"),
                BrokenClaimsStore.of(
                                "lets out what a watcher throws",
                                (storage, config) -> new FakeIdempotencyStore(storage, config) {
                                    @Override
                                    void tell(Runnable watcher) {
                                        watcher.run();
                                    }
                                })
                        .caughtBy("watch_throwingWatchersHarmNobody", "watch: a watcher that throws"),
                BrokenClaimsStore.of(
                                "forgets its watches when it is closed",
                                (storage, config) -> new FakeIdempotencyStore(storage, config) {
                                    @Override
                                    public synchronized void close() {
                                        watchers.clear();
                                        super.close();
                                    }
                                })
                        .caughtBy("rule11_closeTellsWatches", "rule 11: whoever waits is told of the close"));
    }
}
