package io.github.dedupkit.testkit;

import io.github.dedupkit.DedupKey;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.ReplaySafeStore;
import io.github.dedupkit.StoreUnavailableException;
import io.github.dedupkit.testkit.ConsumerHarness.CrashPoint;
import io.github.dedupkit.testkit.ConsumerHarness.Delivery;
import io.github.dedupkit.testkit.ConsumerHarness.Origins;
import io.github.dedupkit.testkit.ConsumerHarness.Report;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/** One run of a {@link ConsumerHarness}. What survives a crash are the fields; a poll's own state is gone with it. */
final class ConsumerRun {
    private static final int MAX_FAILED_IN_A_ROW = 1_000;

    private final Supplier<? extends ReplaySafeStore> stores;
    private final List<Delivery> log;
    private final Origins origins;
    private final int pollSize;
    private final double crashProbability;
    private final boolean confirming;
    private final SplittableRandom random;

    private final int[] attempts;
    private int committed;

    private final BitSet processed = new BitSet();
    private final BitSet confirmed = new BitSet();
    private final Set<DedupKey> processedKeys = new HashSet<>();
    private long admitted;
    private long repeated;
    private final Map<CrashPoint, Integer> crashes = new EnumMap<>(CrashPoint.class);
    private long failedPolls;
    private int inFlight;

    /** The death of the consumer. */
    private static final class Crash extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Crash(CrashPoint point) {
            super(point.toString(), null, false, false);
        }
    }

    ConsumerRun(
            Supplier<? extends ReplaySafeStore> stores,
            List<Delivery> log,
            Origins origins,
            int pollSize,
            double crashProbability,
            boolean confirming,
            long seed) {
        this.stores = stores;
        this.log = log;
        this.origins = origins;
        this.pollSize = pollSize;
        this.crashProbability = crashProbability;
        this.confirming = confirming;
        this.random = new SplittableRandom(seed);
        this.attempts = new int[log.size()];
    }

    Report run() {
        ReplaySafeStore store = stores.get();
        int failedInARow = 0;
        while (committed < log.size()) {
            try {
                poll(store);
                failedInARow = 0;
            } catch (Crash crash) {
                store = stores.get();
            } catch (StoreUnavailableException failed) {
                failedPolls++;
                if (++failedInARow > MAX_FAILED_IN_A_ROW) {
                    throw failed;
                }
            }
        }
        long events = log.stream().map(Delivery::key).distinct().count();
        return new Report(
                log.size(), events - processedKeys.size(), admitted, repeated, crashes, failedPolls, inFlight);
    }

    /** One turn of the consumer's loop. */
    private void poll(ReplaySafeStore store) {
        int end = Math.min(committed + pollSize, log.size());
        inFlight = Math.max(inFlight, end - committed);
        EventBatch marks = new EventBatch(pollSize);
        for (int offset = committed; offset < end; offset++) {
            Delivery delivery = log.get(offset);
            attempts[offset]++;
            marks.add(delivery.key(), delivery.timestamp(), origins.origin(offset, attempts[offset]));
        }
        mayCrash(CrashPoint.AFTER_POLL);

        store.markSeen(marks);
        mayCrash(CrashPoint.AFTER_MARKING);

        EventBatch done = new EventBatch(pollSize);
        BitSet doneOffsets = new BitSet();
        boolean dies = draw();
        int diesAt = random.nextInt(marks.size());
        for (int i = 0; i < marks.size(); i++) {
            if (dies && i == diesAt) {
                crash(CrashPoint.DURING_PROCESSING);
            }
            if (!marks.verdict(i).isDuplicate()) {
                process(committed + i);
                done.add(marks, i);
                doneOffsets.set(committed + i);
            }
        }
        mayCrash(CrashPoint.BEFORE_CONFIRM);

        if (confirming) {
            store.confirm(done);
            confirmed.or(doneOffsets);
        }
        mayCrash(CrashPoint.BEFORE_COMMIT);
        committed = end;
    }

    /** The effect, with its account: a second one is a copy's, or a repeat of an unconfirmed delivery. */
    private void process(int offset) {
        boolean firstOfKey = processedKeys.add(log.get(offset).key());
        if (confirmed.get(offset) || (!firstOfKey && !processed.get(offset))) {
            admitted++;
        } else if (processed.get(offset)) {
            repeated++;
        }
        processed.set(offset);
    }

    private boolean draw() {
        return random.nextDouble() < crashProbability;
    }

    private void mayCrash(CrashPoint point) {
        if (draw()) {
            crash(point);
        }
    }

    private void crash(CrashPoint point) {
        crashes.merge(point, 1, Integer::sum);
        throw new Crash(point);
    }
}
