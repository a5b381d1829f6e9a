package io.github.dedupkit.bloom;

import static io.github.dedupkit.Verdict.DUPLICATE;
import static io.github.dedupkit.Verdict.FIRST_SEEN;
import static io.github.dedupkit.Verdict.UNJUDGED;
import static io.github.dedupkit.bloom.BloomStores.START;
import static io.github.dedupkit.bloom.BloomStores.TICK;
import static io.github.dedupkit.bloom.BloomStores.key;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.dedupkit.BackingStore;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.Retention;
import io.github.dedupkit.StoreUnavailableException;
import io.github.dedupkit.Verdict;
import io.github.dedupkit.testkit.VirtualClock;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The ways in which a filter could take a known key for a new one, each of which would admit a copy. */
class FilteredTrapsTest {
    private static final Retention RETENTION = BloomStores.retention(8, 4, 2);
    private static final long W = RETENTION.windowMillis();
    private static final long L = RETENTION.latenessMillis();
    private static final long S = RETENTION.futureSkewMillis();
    private static final long O1 = 41;
    private static final long O2 = 42;
    private static final long PATIENCE_SECONDS = 20;

    private final VirtualClock clock = new VirtualClock(START);

    /** What the next call throws instead of acting, if anything. */
    private @Nullable Throwable filterFault;

    private @Nullable Throwable backingFault;

    /** What happens between two records of a scan. */
    private Runnable duringScan = () -> {};

    private @Nullable Comparator<long[]> scanOrder;

    private final BackingStore exact = FilteredStores.caffeine(RETENTION, clock);
    private final BackingStore backing = new ForwardingBackingStore(exact) {
        @Override
        public Verdict markNew(long keyHigh, long keyLow, long timestamp, long origin) {
            failBacking();
            return super.markNew(keyHigh, keyLow, timestamp, origin);
        }

        @Override
        public Verdict markSeen(long keyHigh, long keyLow, long timestamp, long origin) {
            failBacking();
            return super.markSeen(keyHigh, keyLow, timestamp, origin);
        }

        @Override
        public void markSeen(EventBatch batch, BitSet provenNew) {
            failBacking();
            super.markSeen(batch, provenNew);
        }

        @Override
        public void scan(RecordVisitor visitor) {
            List<long[]> records = new ArrayList<>();
            super.scan((high, low, timestamp) -> records.add(new long[] {high, low, timestamp}));
            if (scanOrder != null) {
                records.sort(scanOrder);
            }
            for (long[] each : records) {
                visitor.visit(each[0], each[1], each[2]);
                duringScan.run();
            }
        }

        @Override
        public void close() {} // it outlives the filter
    };

    private FilteredDeduplicationStore store = open();

    private void failBacking() {
        Throwable fault = backingFault;
        backingFault = null;
        sneak(fault);
    }

    private static void sneak(@Nullable Throwable fault) {
        if (fault instanceof Error error) {
            throw error;
        } else if (fault instanceof RuntimeException exception) {
            throw exception;
        }
    }

    /** A new, empty filter in front of the store. */
    private FilteredDeduplicationStore open() {
        ForwardingFilter filter = new ForwardingFilter(FilteredStores.filter(RETENTION, clock)) {
            @Override
            public boolean record(long keyHigh, long keyLow, long timestamp) {
                Throwable fault = filterFault;
                filterFault = null;
                sneak(fault);
                return super.record(keyHigh, keyLow, timestamp);
            }
        };
        return FilteredDeduplicationStore.builder(RETENTION, filter, backing)
                .clock(clock)
                .build();
    }

    private void mark(long key, long timestamp, long origin, Verdict expected, String why) {
        assertEquals(expected, store.markSeen(key(key), timestamp, origin), why);
    }

    private void assertSaved(long expected, String why) {
        assertEquals(expected, store.filterStats().saved(), why + ": " + store.filterStats());
    }

    @Test
    void aKeyThatTheFilterHadNoRoomForIsLookedUp() {
        filterFault = new StoreUnavailableException("full at its capacity of 0 keys");
        mark(0, START, O1, FIRST_SEEN, "the exact store has room");
        assertEquals(new FilterStats(0, 1, 0, 1, START + W), store.filterStats());
        clock.set(START + W + 1);
        mark(1, START + W, O1, FIRST_SEEN, "another key, which could be the one that was missed");
        mark(0, START + W, O2, DUPLICATE, "a copy, W later");
        assertEquals(new FilterStats(0, 2, 1, 1, START + W), store.filterStats());
        mark(2, START + W + 1, O1, FIRST_SEEN, "more than W after what was missed");
        assertSaved(1, "the filter has missed nothing that is W away");
    }

    @Test
    void aBatchThatTheFilterHadNoRoomForIsLookedUp() {
        EventBatch batch = new EventBatch(3);
        batch.add(key(0), START - 1, O1);
        batch.add(key(1), START, O1);
        batch.add(key(1), START, O2);
        filterFault = new StoreUnavailableException("full at its capacity of 0 keys");
        store.markSeen(batch);
        assertEquals("EventBatch[3 of 3: 2 FIRST_SEEN, 1 DUPLICATE]", batch.toString());
        clock.set(START + W + 1);
        mark(0, START + W - 1, O2, DUPLICATE, "a copy, W later");
        mark(1, START + W, O2, DUPLICATE, "a copy, W later");
        mark(2, START + W + 1, O1, FIRST_SEEN, "more than W after what was missed");
        assertEquals(new FilterStats(1, 2, 0, 1, START + W), store.filterStats());
    }

    @Test
    void theBitsOfABatchThatTheFilterFailedWithAreNoProofs() {
        mark(0, START, O1, FIRST_SEEN, "a fresh key");
        ForwardingFilter failing = new ForwardingFilter(FilteredStores.filter(RETENTION, clock)) {
            @Override
            public void record(EventBatch batch, BitSet provenNew) {
                provenNew.set(0, batch.size());
                throw new StoreUnavailableException("full at its capacity of 0 keys");
            }
        };
        store = FilteredDeduplicationStore.builder(RETENTION, failing, backing)
                .clock(clock)
                .build();
        store.warm();
        EventBatch batch = new EventBatch(1);
        batch.add(key(0), START, O2);
        store.markSeen(batch);
        assertEquals(DUPLICATE, batch.verdict(0));
    }

    @Test
    void whatIsLateForTheFilterAloneIsRecorded() {
        mark(0, START, O1, FIRST_SEEN, "a fresh key");
        clock.set(START + 2 * L);
        backingFault = new StoreUnavailableException("the disk is away");
        assertThrows(StoreUnavailableException.class, () -> store.markSeen(key(1), START + 2 * L, O1));
        assertEquals(START, backing.watermark(), "the filter's watermark is now 2 L ahead of the store's");
        mark(2, START, O1, FIRST_SEEN, "late for the filter, in time for the store");
        mark(2, START + L, O2, DUPLICATE, "in time for both");
        EventBatch batch = new EventBatch(2);
        batch.add(key(3), START, O1);
        batch.add(key(3), START + L, O2);
        store.markSeen(batch);
        assertEquals(FIRST_SEEN, batch.verdict(0), "late for the filter, in time for the store");
        assertEquals(DUPLICATE, batch.verdict(1), "its copy in the same batch, in time for both");
        mark(1, START + 2 * L, O1, FIRST_SEEN, "asked again: the filter knows it, the store does not");
        assertSaved(1, "the first");
    }

    @Test
    void aBatchThatFailedIsLookedUpWhenItComesAgain() {
        EventBatch batch = new EventBatch(2);
        batch.add(key(0), START, 0);
        batch.add(key(1), START, O1);
        backingFault = new StoreUnavailableException("the disk is away");
        assertThrows(StoreUnavailableException.class, () -> store.markSeen(batch));
        assertEquals(UNJUDGED, batch.verdict(0));
        exact.markSeen(key(1), START, O2); // as if a part of it had arrived
        store.markSeen(batch);
        assertEquals(FIRST_SEEN, batch.verdict(0));
        assertEquals(DUPLICATE, batch.verdict(1));
        assertSaved(0, "nothing is proven of what was told before");
    }

    @ParameterizedTest
    @ValueSource(classes = {OutOfMemoryError.class, StackOverflowError.class})
    void anErrorLeavesNoLockAndNoProof(Class<? extends Error> error) throws Exception {
        backingFault = error.getConstructor().newInstance();
        assertThrows(error, () -> store.markSeen(key(0), START, O1));
        exact.markSeen(key(0), START, O1); // the mark may be recorded
        EventBatch batch = new EventBatch(2);
        batch.add(key(1), START, O1);
        batch.add(key(2), START, O1);
        backingFault = error.getConstructor().newInstance();
        assertThrows(error, () -> store.markSeen(batch));
        exact.markSeen(key(1), START, O1);
        filterFault = error.getConstructor().newInstance();
        mark(3, START, O1, FIRST_SEEN, "an error in the filter costs a look-up");
        for (int i = 0; i <= 3; i++) {
            long copied = i;
            Verdict expected = i == 2 ? FIRST_SEEN : DUPLICATE;
            assertEquals(expected, elsewhere(() -> store.markSeen(key(copied), START, O2)), "key " + i);
        }
        assertSaved(0, "nothing is proven of what was told before");
    }

    /** Runs on another thread, which a lock that was left would keep for good. */
    private static <T> T elsewhere(Callable<T> call) throws Exception {
        FutureTask<T> task = new FutureTask<>(call);
        Thread thread = new Thread(task);
        thread.setDaemon(true);
        thread.start();
        return task.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /** Marks a key per tick over W + L and returns to where all of them are findable. */
    private void fill() {
        for (long i = 0; i <= (W + L) / TICK; i++) {
            clock.set(START + i * TICK);
            mark(i, START + i * TICK, O1, FIRST_SEEN, "a fresh key");
        }
    }

    @Test
    void untilWarmEverythingIsLookedUp() {
        fill();
        store = open();
        long now = clock.millis();
        assertEquals(new FilterStats(0, 0, 0, 0, now + S + W), store.filterStats());
        mark(0, now - L, O2, DUPLICATE, "the oldest record, W before the oldest event in time");
        mark(100, now, O1, FIRST_SEEN, "a new key, of which nothing is proven");
        assertEquals(new FilterStats(0, 1, 1, 0, now + S + W), store.filterStats());
        clock.set(now + S + W + 1);
        mark(101, now + S + W, O1, FIRST_SEEN, "W after the latest that may have been there");
        assertSaved(0, "nothing is proven");
        mark(102, now + S + W + 1, O1, FIRST_SEEN, "more than W after it");
        assertSaved(1, "time has made the filter warm");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aWarmFilterKnowsTheOldestRecordInAnyOrder(boolean newestFirst) {
        fill();
        store = open();
        Comparator<long[]> byTime = Comparator.comparingLong(each -> each[2]);
        scanOrder = newestFirst ? byTime.reversed() : byTime;
        store.warm();
        assertEquals(-1, store.filterStats().provesAfter());
        long now = clock.millis();
        for (long i = 0; i <= (W + L) / TICK; i++) {
            long latest = Math.min(now, START + i * TICK + W);
            mark(i, latest, O2, DUPLICATE, "key " + i + ", at most W later");
        }
        mark(100, now - L, O1, FIRST_SEEN, "a new key");
        assertSaved(1, "a new key is proven");
    }

    @Test
    void marksMadeWhileItScansAreKnown() {
        mark(0, START, O1, FIRST_SEEN, "a fresh key");
        mark(1, START, O1, FIRST_SEEN, "a fresh key");
        store = open();
        duringScan = () -> {
            duringScan = () -> {};
            mark(2, START, O1, FIRST_SEEN, "a fresh key");
            mark(0, START, O2, DUPLICATE, "a key that may not have been shown yet");
            mark(1, START, O2, DUPLICATE, "a key that may not have been shown yet");
            assertSaved(0, "nothing is proven before the scan is over");
        };
        store.warm();
        for (int i = 0; i < 3; i++) {
            mark(i, START, O2, DUPLICATE, "key " + i);
        }
    }

    /** The filter is asked before the scan, and answered after it. */
    @Test
    void aProofFromBeforeTheScanIsNone() {
        mark(0, START, O1, FIRST_SEEN, "a fresh key");
        ForwardingFilter slow = new ForwardingFilter(FilteredStores.filter(RETENTION, clock)) {
            private boolean warmed;

            @Override
            public boolean record(long keyHigh, long keyLow, long timestamp) {
                boolean provenNew = super.record(keyHigh, keyLow, timestamp);
                if (!warmed) {
                    warmed = true;
                    store.warm();
                }
                return provenNew;
            }
        };
        store = FilteredDeduplicationStore.builder(RETENTION, slow, backing)
                .clock(clock)
                .build();
        mark(0, START, O2, DUPLICATE, "the filter did not know it when it was asked");
        assertEquals(-1, store.filterStats().provesAfter(), "it is warm by now");
    }

    @Test
    void aScanThatFailsLeavesItCold() {
        fill();
        store = open();
        FilterStats cold = store.filterStats();
        filterFault = new StoreUnavailableException("full at its capacity of 0 keys");
        assertThrows(StoreUnavailableException.class, store::warm);
        duringScan = () -> {
            throw new StoreUnavailableException("the disk is away");
        };
        assertThrows(StoreUnavailableException.class, store::warm);
        assertEquals(cold, store.filterStats());
        mark(0, clock.millis() - L, O2, DUPLICATE, "the oldest record");
        duringScan = () -> {};
        store.warm();
        assertEquals(-1, store.filterStats().provesAfter(), "it may be repeated");
    }

    /** A mark that was missed is missed still when what was there at the start is known. */
    @Test
    void warmingDoesNotForgetWhatWasMissed() {
        mark(0, START, O1, FIRST_SEEN, "a fresh key");
        store = open();
        duringScan = () -> {
            duringScan = () -> {};
            filterFault = new StoreUnavailableException("full at its capacity of 0 keys");
            mark(1, START, O1, FIRST_SEEN, "a fresh key, which the filter misses");
        };
        store.warm();
        mark(1, START, O2, DUPLICATE, "its copy");
        assertEquals(START + W, store.filterStats().provesAfter());
    }
}
