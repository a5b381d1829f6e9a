package io.github.dedupkit.benchmarks;

import io.github.dedupkit.DeduplicationStore;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.KeyHasher;
import io.github.dedupkit.KeySpace;
import io.github.dedupkit.ReplaySafeStore;
import java.util.OptionalLong;
import java.util.SplittableRandom;

/** One of our stores, used as {@link HotPathOrigins} says. */
final class HotPathStore implements HotPathSubject {
    private static final String NAMESPACE = "benchmarks/hot-path";
    private static final long SEED = 42;

    private final HotPathId id;
    private final KeySpace space;
    private final DeduplicationStore store;
    private final HotPathOrigins origins;
    private final double admissionProbability;

    HotPathStore(HotPathSetting setting, DeduplicationStore store) {
        this(setting, store, 0);
    }

    /** One that admits a copy of an unconfirmed event with a probability. */
    HotPathStore(HotPathSetting setting, DeduplicationStore store, double admissionProbability) {
        this.admissionProbability = admissionProbability;
        id = setting.id();
        space = switch (setting.keySpace()) {
            case TRUSTED -> KeySpace.trusted(NAMESPACE);
            case KEYED -> {
                byte[] secret = new byte[KeySpace.SECRET_BYTES];
                new SplittableRandom(SEED).nextBytes(secret);
                yield KeySpace.keyed(NAMESPACE, secret);
            }
        };
        this.store = store;
        origins = store instanceof ReplaySafeStore ? setting.origins() : HotPathOrigins.NONE;
        if (setting.origins() == HotPathOrigins.CONFIRMED && origins == HotPathOrigins.NONE) {
            store.close();
            throw new IllegalArgumentException(
                    "origins CONFIRMED do not fit " + store.getClass().getSimpleName()
                            + ", which keeps none; take NONE, or a tier that is replay-safe");
        }
    }

    @Override
    public Caller caller(int batch) {
        boolean single = batch == 1;
        if (store instanceof ReplaySafeStore replaySafe && origins != HotPathOrigins.NONE) {
            if (origins == HotPathOrigins.CONFIRMED) {
                return single ? new ConfirmedCalls(replaySafe) : new ConfirmedBatches(replaySafe, batch);
            }
            return single ? new OriginCalls(replaySafe) : new Batches(batch);
        }
        return single ? new SingleCalls() : new Batches(batch);
    }

    @Override
    public double falseDuplicateProbability() {
        return store.guarantees().falseDuplicateProbability();
    }

    @Override
    public double admissionProbability() {
        return admissionProbability;
    }

    @Override
    public OptionalLong bytes() {
        return store.stats().bytes();
    }

    @Override
    public void close() {
        store.close();
    }

    private final class SingleCalls implements Caller {
        private final KeyHasher hasher = space.hasher();

        @Override
        public void judge(HotPathChunk chunk, int from, int to, HotPathTally tally) {
            for (int i = from; i < to; i++) {
                id.hash(hasher, chunk, i);
                tally.enter(chunk.duplicates[i], store.markSeen(hasher.high(), hasher.low(), chunk.timestamps[i]));
            }
        }
    }

    private final class OriginCalls implements Caller {
        private final ReplaySafeStore replaySafe;
        private final KeyHasher hasher = space.hasher();

        OriginCalls(ReplaySafeStore replaySafe) {
            this.replaySafe = replaySafe;
        }

        @Override
        public void judge(HotPathChunk chunk, int from, int to, HotPathTally tally) {
            for (int i = from; i < to; i++) {
                id.hash(hasher, chunk, i);
                tally.enter(
                        chunk.duplicates[i],
                        replaySafe.markSeen(hasher.high(), hasher.low(), chunk.timestamps[i], chunk.origins[i]));
            }
        }
    }

    /** Confirms each event as the next one comes, as a consumer without batches does. */
    private final class ConfirmedCalls implements Caller {
        private final ReplaySafeStore replaySafe;
        private final KeyHasher hasher = space.hasher();
        private long high;
        private long low;
        private long timestamp;
        private long origin;

        ConfirmedCalls(ReplaySafeStore replaySafe) {
            this.replaySafe = replaySafe;
        }

        @Override
        public void judge(HotPathChunk chunk, int from, int to, HotPathTally tally) {
            for (int i = from; i < to; i++) {
                finish();
                id.hash(hasher, chunk, i);
                high = hasher.high();
                low = hasher.low();
                timestamp = chunk.timestamps[i];
                origin = chunk.origins[i];
                tally.enter(chunk.duplicates[i], replaySafe.markSeen(high, low, timestamp, origin));
            }
        }

        @Override
        public void finish() {
            if (origin != 0) {
                replaySafe.confirm(high, low, timestamp, origin);
            }
        }
    }

    private final class Batches implements Caller {
        private final EventBatch batch;

        Batches(int size) {
            batch = new EventBatch(size);
        }

        @Override
        public void judge(HotPathChunk chunk, int from, int to, HotPathTally tally) {
            add(batch, chunk, from, to);
            store.markSeen(batch);
            enter(batch, chunk, from, tally);
        }
    }

    private final class ConfirmedBatches implements Caller {
        private final ReplaySafeStore replaySafe;
        private EventBatch done;
        private EventBatch next;

        ConfirmedBatches(ReplaySafeStore replaySafe, int size) {
            this.replaySafe = replaySafe;
            done = new EventBatch(size);
            next = new EventBatch(size);
        }

        @Override
        public void judge(HotPathChunk chunk, int from, int to, HotPathTally tally) {
            add(next, chunk, from, to);
            replaySafe.confirmAndMark(done, next);
            enter(next, chunk, from, tally);
            EventBatch marked = next;
            next = done;
            done = marked;
        }

        @Override
        public void finish() {
            replaySafe.confirm(done);
            done.clear();
        }
    }

    private void add(EventBatch batch, HotPathChunk chunk, int from, int to) {
        boolean given = origins != HotPathOrigins.NONE;
        batch.clear();
        for (int i = from; i < to; i++) {
            id.add(batch, space, chunk, i, given ? chunk.origins[i] : 0);
        }
    }

    private static void enter(EventBatch batch, HotPathChunk chunk, int from, HotPathTally tally) {
        for (int i = 0; i < batch.size(); i++) {
            tally.enter(chunk.duplicates[from + i], batch.verdict(i));
        }
    }
}
