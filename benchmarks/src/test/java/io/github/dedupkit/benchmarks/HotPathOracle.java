package io.github.dedupkit.benchmarks;

import io.github.dedupkit.Verdict;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * The contract, by the book and for one thread: it remembers every mark, and is told nothing about the workload. Where
 * the contract leaves a choice, it fails: the workload must not ask there. Can be made wrong.
 */
final class HotPathOracle implements HotPathSubject {
    private record Mark(long timestamp, long origin, boolean confirmed) {}

    /** What an oracle may get wrong. */
    enum Fault {
        NONE,
        FORGETS_EARLY,
        REMEMBERS_TOO_LONG,
        DOES_NOT_CONFIRM,
        EXTENDS_THE_WINDOW,
        LOSES_HOT_KEYS,
        TAKES_NOTHING_LATE
    }

    private static final long WINDOW = HotPathWorkload.WINDOW_MILLIS;
    private static final long TICK = HotPathWorkload.TICK_MILLIS;

    private final Map<Long, Mark> marks = new HashMap<>();
    private final Map<Long, Integer> asked = new HashMap<>();
    private final Fault fault;
    private final HotPathOrigins origins;
    private final long lateness;
    private long watermark;

    HotPathOracle(HotPathSetting setting, Fault fault) {
        this.fault = fault;
        origins = setting.origins();
        lateness = fault == Fault.TAKES_NOTHING_LATE ? 0 : setting.workload().latenessMillis();
    }

    @Override
    public Caller caller(int batch) {
        return new Caller() {
            private long[] done = {};

            @Override
            public void judge(HotPathChunk chunk, int from, int to, HotPathTally tally) {
                finish();
                done = Arrays.copyOfRange(chunk.ids, from, to);
                for (int i = from; i < to; i++) {
                    long origin = origins == HotPathOrigins.NONE ? 0 : chunk.origins[i];
                    tally.enter(chunk.duplicates[i], mark(chunk.ids[i], chunk.timestamps[i], origin));
                }
            }

            /** The oracle knows a delivery by the last one that marked its id: enough for one thread. */
            @Override
            public void finish() {
                if (origins == HotPathOrigins.CONFIRMED && fault != Fault.DOES_NOT_CONFIRM) {
                    for (long id : done) {
                        marks.computeIfPresent(id, (same, mark) -> new Mark(mark.timestamp, mark.origin, true));
                    }
                }
            }
        };
    }

    private Verdict mark(long id, long timestamp, long origin) {
        if (timestamp < watermark - lateness) {
            return Verdict.TOO_LATE;
        }
        watermark = Math.max(watermark, timestamp);
        Mark mark = marks.get(id);
        if (mark != null && fault == Fault.LOSES_HOT_KEYS && asked.merge(id, 1, Integer::sum) > 50) {
            return Verdict.FIRST_SEEN;
        }
        if (mark != null && isInWindow(Math.abs(timestamp - mark.timestamp))) {
            if (fault == Fault.EXTENDS_THE_WINDOW) {
                marks.put(id, new Mark(timestamp, origin, true));
            }
            return origin == 0 || mark.origin != origin || mark.confirmed ? Verdict.DUPLICATE : Verdict.FIRST_SEEN;
        }
        marks.put(id, new Mark(timestamp, origin, origin == 0));
        return Verdict.FIRST_SEEN;
    }

    private boolean isInWindow(long distance) {
        if (fault == Fault.NONE && distance > WINDOW && distance <= WINDOW + TICK) {
            throw new AssertionError("the workload asks at " + distance + " ms, where the contract leaves a choice");
        }
        return distance
                <= switch (fault) {
                    case FORGETS_EARLY -> WINDOW - 2 * TICK;
                    case REMEMBERS_TOO_LONG -> WINDOW + 3 * TICK;
                    default -> WINDOW;
                };
    }
}
