package io.github.dedupkit.testkit;

import io.github.dedupkit.DedupKey;
import io.github.dedupkit.ReplaySafeStore;
import io.github.dedupkit.Retention;
import io.github.dedupkit.StoreUnavailableException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/**
 * A simulated at-least-once transport and one consumer of it, in front of a store under test: shows what a choice of
 * origins, and a crash at each point of the loop, costs in events lost, copies admitted and deliveries repeated.
 *
 * <p>The transport is a log of deliveries; what is not committed when the consumer dies is delivered again. The consumer
 * polls, marks the poll as one batch, processes what is no duplicate, confirms what it has processed, commits. It marks
 * before it processes, in that order only: the other way round every crash admits copies that no store can tell. A call
 * that throws {@link StoreUnavailableException} ends the poll as a crash would, but leaves the process alive.
 *
 * <pre>{@code
 * Report report = ConsumerHarness.of(storage::open, ConsumerHarness.randomLog(seed, 2_000, retention, now))
 *     .origins((offset, attempt) -> 1 + offset)
 *     .crashes(0.1)
 *     .run(seed);
 * }</pre>
 *
 * <p>Deterministic: the same log, store, settings and seed give the same report. Not thread-safe.
 */
public final class ConsumerHarness {
    private static final int MAX_REACH = 64;
    private static final long ENTRIES_PER_LATENESS = 512;

    private final Supplier<? extends ReplaySafeStore> stores;
    private final List<Delivery> log;
    private Origins origins = (offset, attempt) -> offset + 1;
    private int pollSize = 16;
    private double crashProbability;
    private boolean confirming = true;

    /**
     * One entry of the log; entries with the same key are copies of one event. Its offset is its place in the log.
     *
     * @param key the event's key
     * @param timestamp the event's time in epoch milliseconds
     */
    public record Delivery(DedupKey key, long timestamp) {
        /**
         * Validates that the key is not null.
         *
         * @param key the event's key
         * @param timestamp the event's time in epoch milliseconds
         * @throws NullPointerException naming the component that is null
         */
        public Delivery {
            Objects.requireNonNull(key, "key");
        }
    }

    /** Makes the origin with which a delivery is marked. */
    @FunctionalInterface
    public interface Origins {
        /**
         * The origin of a delivery. To be right it must not depend on the attempt.
         *
         * @param offset the delivery's place in the log, from 0
         * @param attempt how often it was delivered, from 1
         * @return the origin, or 0 for none
         */
        long origin(long offset, int attempt);
    }

    /** Where the consumer may die. */
    public enum CrashPoint {
        /** It has polled, and marked nothing. */
        AFTER_POLL,
        /** The store has answered, and nothing is processed: without a stable origin, events are lost here. */
        AFTER_MARKING,
        /** A part of the poll is processed. */
        DURING_PROCESSING,
        /** The whole poll is processed, and none of it confirmed. */
        BEFORE_CONFIRM,
        /** The poll is confirmed, and its offset not committed. */
        BEFORE_COMMIT
    }

    /**
     * What happened, once the whole log is committed. The three counts are never added up.
     *
     * @param deliveries entries of the log
     * @param lost L: events of which no delivery was ever processed
     * @param admitted D: processings of a copy, or of a delivery already confirmed
     * @param repeated R: processings of a delivery that was processed before, and not confirmed
     * @param crashes deaths of the consumer, by point
     * @param failedPolls polls ended by a call that threw
     * @param inFlight the most deliveries polled and not committed at one moment
     */
    public record Report(
            long deliveries,
            long lost,
            long admitted,
            long repeated,
            Map<CrashPoint, Integer> crashes,
            long failedPolls,
            int inFlight) {
        /**
         * Takes an unmodifiable copy of the crashes.
         *
         * @param deliveries entries of the log
         * @param lost L
         * @param admitted D
         * @param repeated R
         * @param crashes by point
         * @param failedPolls polls ended by a call that threw
         * @param inFlight the most deliveries not committed
         * @throws NullPointerException naming the component that is null
         */
        public Report {
            crashes = Map.copyOf(Objects.requireNonNull(crashes, "crashes"));
        }

        /**
         * Polls that were cut short, by a crash or by a call that threw.
         *
         * @return the count
         */
        public long interruptions() {
            return failedPolls
                    + crashes.values().stream().mapToLong(Integer::longValue).sum();
        }

        /**
         * The most deliveries that may have been repeated: what was in flight at each interruption.
         *
         * @return interruptions x in flight
         */
        public long repeatedBound() {
            return interruptions() * inFlight;
        }
    }

    private ConsumerHarness(Supplier<? extends ReplaySafeStore> stores, List<Delivery> log) {
        this.stores = stores;
        this.log = log;
    }

    /**
     * Prepares a run: polls of 16, the offset plus 1 as origin, no crashes.
     *
     * @param stores gives the consumer its store when it starts, and again after each crash: the same store if it is shared
     *     or outlives the consumer, or a new one on the old storage
     * @param log what the transport delivers
     * @return a harness
     */
    public static ConsumerHarness of(Supplier<? extends ReplaySafeStore> stores, List<Delivery> log) {
        return new ConsumerHarness(Objects.requireNonNull(stores, "stores"), List.copyOf(log));
    }

    /**
     * Makes a log of which about a third are copies, half of them of the entry just before, the others of an event up to 64
     * entries back. Timestamps rise by 1/512 of the lateness per entry, so in polls of up to 400 nothing is too late.
     *
     * @param seed of the draw
     * @param deliveries its length
     * @param retention the store's
     * @param start the first timestamp, at least deliveries x lateness / 512 below the store's clock
     * @return the log
     */
    public static List<Delivery> randomLog(long seed, int deliveries, Retention retention, long start) {
        SplittableRandom random = new SplittableRandom(seed);
        Delivery[] log = new Delivery[deliveries];
        int[] firsts = new int[deliveries];
        for (int i = 0; i < deliveries; i++) {
            int back = random.nextBoolean() ? 1 : 1 + random.nextInt(MAX_REACH);
            int first = i < back ? i : firsts[i - back];
            if (random.nextInt(3) > 0 || i - first > MAX_REACH) {
                first = i;
            }
            firsts[i] = first;
            log[i] = first < i
                    ? log[first]
                    : new Delivery(
                            DedupKey.ofBits(random.nextLong(), random.nextLong()),
                            start + i * retention.latenessMillis() / ENTRIES_PER_LATENESS);
        }
        return List.of(log);
    }

    /**
     * Sets how origins are made.
     *
     * @param made the function
     * @return this harness
     */
    public ConsumerHarness origins(Origins made) {
        origins = Objects.requireNonNull(made, "made");
        return this;
    }

    /**
     * Sets the size of a poll.
     *
     * @param deliveries 1 or more
     * @return this harness
     * @throws IllegalArgumentException if it is less than 1
     */
    public ConsumerHarness pollsOf(int deliveries) {
        if (deliveries < 1) {
            throw new IllegalArgumentException("pollsOf " + deliveries + " is out of bounds; give 1 or more");
        }
        pollSize = deliveries;
        return this;
    }

    /**
     * Makes the consumer crash.
     *
     * @param probability of a crash at each of the five points of each poll, 0 to 0.5
     * @return this harness
     * @throws IllegalArgumentException if the probability is out of bounds
     */
    public ConsumerHarness crashes(double probability) {
        if (!(probability >= 0 && probability <= 0.5)) {
            throw new IllegalArgumentException("probability " + probability + " is out of bounds; give 0 to 0.5");
        }
        crashProbability = probability;
        return this;
    }

    /**
     * Makes the consumer leave out the confirm, which no consumer should.
     *
     * @return this harness
     */
    public ConsumerHarness withoutConfirm() {
        confirming = false;
        return this;
    }

    /**
     * Consumes the log to its end.
     *
     * @param seed of the crashes
     * @return what happened
     * @throws StoreUnavailableException if a thousand polls in a row have failed
     */
    public Report run(long seed) {
        return new ConsumerRun(stores, log, origins, pollSize, crashProbability, confirming, seed).run();
    }
}
