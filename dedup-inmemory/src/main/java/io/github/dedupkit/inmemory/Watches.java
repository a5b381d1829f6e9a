package io.github.dedupkit.inmemory;

import io.github.dedupkit.DedupKey;
import io.github.dedupkit.IdempotencyStore.Watch;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Who waits for which key. Thread-safe; costs nothing for keys that nobody watches. */
final class Watches {
    private final ConcurrentHashMap<DedupKey, Set<Watcher>> byKey = new ConcurrentHashMap<>();

    /** One watch; two of them with one action are two watches. */
    private static final class Watcher {
        private final Runnable changed;

        Watcher(Runnable changed) {
            this.changed = changed;
        }
    }

    Watch add(DedupKey key, Runnable changed) {
        Watcher watcher = new Watcher(changed);
        byKey.compute(key, (k, watchers) -> {
            Set<Watcher> all = watchers == null ? ConcurrentHashMap.newKeySet() : watchers;
            all.add(watcher);
            return all;
        });
        return () -> byKey.computeIfPresent(key, (k, watchers) -> {
            watchers.remove(watcher);
            return watchers.isEmpty() ? null : watchers;
        });
    }

    void tell(DedupKey key) {
        Set<Watcher> watchers = byKey.get(key);
        if (watchers != null) {
            tell(watchers);
        }
    }

    void tellAll() {
        byKey.values().forEach(Watches::tell);
    }

    @SuppressWarnings("EmptyCatch") // a watcher that fails harms nobody else, and has been told that it is ignored
    private static void tell(Set<Watcher> watchers) {
        for (Watcher watcher : watchers) {
            try {
                watcher.changed.run();
            } catch (Throwable ignored) {
            }
        }
    }
}
