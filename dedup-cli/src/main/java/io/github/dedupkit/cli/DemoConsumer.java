package io.github.dedupkit.cli;

import io.github.dedupkit.EventBatch;
import io.github.dedupkit.KeyHasher;
import io.github.dedupkit.KeySpace;
import io.github.dedupkit.Retention;
import io.github.dedupkit.StoreStats;
import io.github.dedupkit.inmemory.CaffeineDeduplicationStore;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * A simulated consumer of a {@link ClickStream}: polls, asks the store, does the work of what is no duplicate, commits
 * offsets now and then. It crashes three times, after marking a poll and before finishing it, and loses its partitions
 * three times; each time it goes on from the last committed offset. The store stands for one that survives the consumer.
 *
 * <p>Works through the public API alone. All is decided by the stream, so two practices meet the same events and crashes.
 */
final class DemoConsumer {
    static final int CRASHES = 3;
    static final int POLL_RECORDS = 250;

    private static final int INCIDENTS = 2 * CRASHES;
    private static final int POLLS_PER_COMMIT = 4;
    private static final long MAXIMUM_KEYS = 1 << 20;

    static final Retention RETENTION = Retention.builder(Duration.ofMinutes(5))
            .lateness(Duration.ofMinutes(1))
            .build();

    private final ClickStream stream;
    private final Practice practice;
    private final Progress progress;
    private final EffectLedger ledger;
    private final Tally tally = new Tally();
    private final SimulatedClock clock = new SimulatedClock();
    private final KeySpace clicks = RunKeys.keySpace("dedup/demo-clicks");
    private final KeyHasher origins = KeySpace.trusted("dedup/demo-origins").hasher();
    private final byte[] id = new byte[ClickStream.ID_BYTES];
    private Poll done = new Poll();
    private Poll next = new Poll();
    private int[] position = new int[ClickStream.PARTITIONS];
    private int[] committed = new int[ClickStream.PARTITIONS];
    private int polls;
    private long polled;

    /** How a consumer uses the store. */
    enum Practice {
        /** Each mark carries the delivery's origin, and is confirmed when its work is done. */
        ORIGIN_AND_CONFIRM,
        /** Marks without origin before the work is done, as a plain set-if-absent does. */
        MARK_FIRST
    }

    /** Is told how far the consumer got. */
    interface Progress {
        void update(Tally tally);
    }

    /**
     * How a run ended.
     *
     * @param records the records polled, redelivered ones each time; counted apart from the verdicts
     * @param tally the consumer's books
     * @param stats the store's books
     * @param clicks the clicks there were
     * @param lost L
     * @param admitted D
     * @param repeated R
     */
    record Outcome(long records, Tally tally, StoreStats stats, int clicks, int lost, long admitted, long repeated) {}

    /** One poll: its deliveries, and what the generator knows of them. */
    private static final class Poll {
        final EventBatch batch = new EventBatch(POLL_RECORDS);
        final int[] clicks = new int[POLL_RECORDS];
        final int[] records = new int[POLL_RECORDS];
    }

    /** The time at which the newest record polled reached the log. */
    private static final class SimulatedClock implements InstantSource {
        long millis;

        @Override
        public Instant instant() {
            return Instant.ofEpochMilli(millis);
        }

        @Override
        public long millis() {
            return millis;
        }
    }

    DemoConsumer(ClickStream stream, Practice practice, Progress progress) {
        this.stream = stream;
        this.practice = practice;
        this.progress = progress;
        ledger = new EffectLedger(stream);
    }

    /** Consumes the whole stream. */
    Outcome run() {
        try (CaffeineDeduplicationStore store = CaffeineDeduplicationStore.builder(RETENTION, MAXIMUM_KEYS)
                .clock(clock)
                .build()) {
            int pollsPerPartition = (stream.offsets() + POLL_RECORDS - 1) / POLL_RECORDS;
            int pollsBetweenIncidents = ClickStream.PARTITIONS * pollsPerPartition / (INCIDENTS + 1);
            int incidents = 0;
            for (int partition = nextPartition(); partition >= 0; partition = nextPartition()) {
                int size = poll(partition);
                store.confirmAndMark(done.batch, next.batch);
                confirmed(done);
                enterVerdicts();
                if (polls % POLLS_PER_COMMIT == 0) {
                    committed = position.clone();
                }
                if (incidents == INCIDENTS || polls < (incidents + 1) * pollsBetweenIncidents) {
                    work(size);
                    finishPoll(partition, size);
                } else if (incidents++ % 2 == 0) {
                    work(size / 4 + polls % (size / 2 + 1)); // and here the process dies
                    restart();
                } else {
                    work(size);
                    store.confirm(next.batch);
                    confirmed(next);
                    restart(); // the partitions come back, but the last commit was lost
                }
                polls++;
                progress.update(tally);
            }
            store.confirm(done.batch);
            confirmed(done);
            StoreStats stats = store.stats();
            if (stats.evicted() > 0) {
                throw CliException.internal("the demo's store dropped " + stats.evicted() + " records");
            }
            return new Outcome(
                    polled, tally, stats, ledger.clicks(), ledger.lost(), ledger.admitted(), ledger.repeated());
        }
    }

    /** The next partition in turn that has records left, or -1. */
    private int nextPartition() {
        for (int i = 0; i < ClickStream.PARTITIONS; i++) {
            int partition = (polls + i) % ClickStream.PARTITIONS;
            if (position[partition] < stream.offsets()) {
                return partition;
            }
        }
        return -1;
    }

    private int poll(int partition) {
        int first = position[partition];
        int size = Math.min(POLL_RECORDS, stream.offsets() - first);
        clock.millis = Math.max(clock.millis, stream.arrivalMillis(first + size - 1));
        for (int i = 0; i < size; i++) {
            int click = stream.click(partition, first + i);
            next.clicks[i] = click;
            next.records[i] = stream.record(partition, first + i);
            stream.writeId(click, id);
            next.batch.add(clicks, id, stream.clickMillis(click), origin(partition, first + i));
        }
        polled += size;
        return size;
    }

    private long origin(int partition, int offset) {
        if (practice == Practice.MARK_FIRST) {
            return 0;
        }
        return origins.begin().part(partition).part(offset).end().origin();
    }

    private void enterVerdicts() {
        for (int i = 0; i < next.batch.size(); i++) {
            tally.enter(next.batch.verdict(i));
        }
    }

    /** Does the work of the first deliveries of the poll, those that are no duplicates. */
    private void work(int deliveries) {
        for (int i = 0; i < deliveries; i++) {
            if (!next.batch.verdict(i).isDuplicate()) {
                ledger.done(next.clicks[i], next.records[i]);
                if (practice == Practice.MARK_FIRST) {
                    ledger.confirmed(next.clicks[i], next.records[i]);
                }
            }
        }
    }

    private void confirmed(Poll poll) {
        for (int i = 0; i < poll.batch.size(); i++) {
            ledger.confirmed(poll.clicks[i], poll.records[i]);
        }
    }

    private void finishPoll(int partition, int size) {
        position[partition] += size;
        Poll finished = next;
        next = done;
        done = finished;
        next.batch.clear();
    }

    private void restart() {
        done.batch.clear();
        next.batch.clear();
        position = committed.clone();
    }
}
