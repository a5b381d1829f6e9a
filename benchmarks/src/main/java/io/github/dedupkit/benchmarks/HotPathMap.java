package io.github.dedupkit.benchmarks;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.google.common.cache.CacheBuilder;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A map on the heap that holds the ids themselves: present means duplicate. Event time is its ticker, where it has one.
 */
final class HotPathMap implements HotPathSubject {
    private static final Duration WINDOW = Duration.ofMillis(HotPathWorkload.WINDOW_MILLIS);
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final int CONCURRENCY_LEVEL = 16;

    private final HotPathId id;
    private final ConcurrentMap<Object, Boolean> map;
    private final EventTicker ticker;

    private HotPathMap(HotPathSetting setting, ConcurrentMap<Object, Boolean> map, EventTicker ticker) {
        id = setting.id();
        this.map = map;
        this.ticker = ticker;
    }

    static HotPathSubject caffeine(HotPathSetting setting) {
        EventTicker ticker = new EventTicker();
        return new HotPathMap(
                setting,
                Caffeine.newBuilder()
                        .expireAfterWrite(WINDOW)
                        .ticker(ticker::read)
                        .<Object, Boolean>build()
                        .asMap(),
                ticker);
    }

    static HotPathSubject guavaCache(HotPathSetting setting) {
        EventTicker ticker = new EventTicker();
        return new HotPathMap(
                setting,
                CacheBuilder.newBuilder()
                        .expireAfterWrite(WINDOW)
                        .concurrencyLevel(CONCURRENCY_LEVEL)
                        .ticker(new com.google.common.base.Ticker() {
                            @Override
                            public long read() {
                                return ticker.read();
                            }
                        })
                        .<Object, Boolean>build()
                        .asMap(),
                ticker);
    }

    /** Never expires by itself: the ids that leave the window are removed off the clock. */
    static HotPathSubject concurrentHashMap(HotPathSetting setting) {
        return new KeySet(setting);
    }

    @Override
    public Caller caller(int batch) {
        return (chunk, from, to, tally) -> {
            for (int i = from; i < to; i++) {
                ticker.raise(chunk.timestamps[i]);
                tally.enter(chunk.duplicates[i], map.putIfAbsent(id.held(chunk, i), Boolean.TRUE) != null);
            }
        };
    }

    /** The highest event time so far. */
    private static final class EventTicker {
        private final AtomicLong millis = new AtomicLong();

        long read() {
            return millis.getOpaque() * NANOS_PER_MILLI;
        }

        /** Two threads may overtake each other: time then waits for the next event. */
        void raise(long timestamp) {
            if (timestamp > millis.getOpaque()) {
                millis.setOpaque(timestamp);
            }
        }
    }

    private static final class KeySet implements HotPathSubject {
        private final HotPathId id;
        private final long retained;
        private final ConcurrentHashMap.KeySetView<Object, Boolean> ids = ConcurrentHashMap.newKeySet();

        KeySet(HotPathSetting setting) {
            setting.workload().requireForgotten("the hash map", 1);
            id = setting.id();
            retained = setting.workload().retained();
        }

        @Override
        public Caller caller(int batch) {
            return (chunk, from, to, tally) -> {
                for (int i = from; i < to; i++) {
                    tally.enter(chunk.duplicates[i], !ids.add(id.held(chunk, i)));
                }
            };
        }

        @Override
        public void settle(HotPathChunk chunk) {
            for (int i = 0; i < HotPathWorkload.CHUNK; i++) {
                if (chunk.isNewAgain(i)) {
                    ids.remove(id.held(chunk, i)); // it does not come a third time
                } else if (!chunk.repeats[i] && chunk.ids[i] >= retained) {
                    ids.remove(id.held(chunk.ids[i] - retained));
                }
            }
        }
    }
}
