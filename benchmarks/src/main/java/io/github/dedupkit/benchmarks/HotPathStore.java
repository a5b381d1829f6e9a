package io.github.dedupkit.benchmarks;

import io.github.dedupkit.DeduplicationStore;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.KeyHasher;
import io.github.dedupkit.KeySpace;
import io.github.dedupkit.ReplaySafeStore;
import java.util.OptionalLong;
import java.util.SplittableRandom;

/**
 * One of our stores. One that keeps origins is given them, a delivery of its own each time; confirming is not measured.
 */
final class HotPathStore implements HotPathSubject {
    private static final String NAMESPACE = "benchmarks/hot-path";
    private static final long SEED = 42;

    private final HotPathId id;
    private final KeySpace space;
    private final DeduplicationStore store;
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
    }

    @Override
    public Caller caller(int batch) {
        if (batch > 1) {
            return new Batches(batch);
        }
        return store instanceof ReplaySafeStore origins ? new OriginCalls(origins) : new SingleCalls();
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
        private final ReplaySafeStore origins;
        private final KeyHasher hasher = space.hasher();

        OriginCalls(ReplaySafeStore origins) {
            this.origins = origins;
        }

        @Override
        public void judge(HotPathChunk chunk, int from, int to, HotPathTally tally) {
            for (int i = from; i < to; i++) {
                id.hash(hasher, chunk, i);
                tally.enter(
                        chunk.duplicates[i],
                        origins.markSeen(hasher.high(), hasher.low(), chunk.timestamps[i], chunk.origin(i)));
            }
        }
    }

    private final class Batches implements Caller {
        private final EventBatch batch;
        private final boolean origins = store instanceof ReplaySafeStore;

        Batches(int size) {
            batch = new EventBatch(size);
        }

        @Override
        public void judge(HotPathChunk chunk, int from, int to, HotPathTally tally) {
            batch.clear();
            for (int i = from; i < to; i++) {
                id.add(batch, space, chunk, i, origins ? chunk.origin(i) : 0);
            }
            store.markSeen(batch);
            for (int i = from; i < to; i++) {
                tally.enter(chunk.duplicates[i], batch.verdict(i - from));
            }
        }
    }
}
