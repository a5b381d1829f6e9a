package io.github.dedupkit.testkit;

import static io.github.dedupkit.Verdict.DUPLICATE;
import static io.github.dedupkit.Verdict.FIRST_SEEN;
import static io.github.dedupkit.Verdict.TOO_LATE;
import static io.github.dedupkit.Verdict.UNJUDGED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.github.dedupkit.EventBatch;
import io.github.dedupkit.ReplaySafeStore;
import io.github.dedupkit.Retention;
import io.github.dedupkit.StoreUnavailableException;
import io.github.dedupkit.TieredDeduplicationStore;
import io.github.dedupkit.testkit.FaultInjectingStore.Fault;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * The contract of a {@link TieredDeduplicationStore} with some near tier: that of a replay-safe store, and what a near tier
 * must not do to it, with a far store that fails and that several tiers share. The far store is a {@link FakeDurableStore}.
 */
public abstract class TieredStoreContract extends TierRules {
    private static final double CALLS_LOST = 0.15;

    /** Creates the contract. */
    protected TieredStoreContract() {}

    @Override
    protected StoreFixture fixture(StoreConfig config) {
        return new TierFixture(config, 1, 0);
    }

    @Test
    @DisplayName("tier: copies of a confirmed mark are answered without a trip, once their tier has heard of it")
    void tier_copiesOfAConfirmedMarkNeedNoTrip() {
        Site site = new Site();
        mark(site.here, key(0), START, O1, FIRST_SEEN, "a fresh key");
        site.here.confirm(key(0), START, O1);
        mark(site.here, key(1), START, 0, FIRST_SEEN, "a fresh key");
        long trips = site.far.trips();
        mark(site.here, key(0), START, O1, DUPLICATE, "its redelivery");
        mark(site.here, key(0), START, O2, DUPLICATE, "a copy");
        mark(site.here, key(1), START, 0, DUPLICATE, "a copy without origin");
        EventBatch batch = batchOf(START, O2, key(0), key(1), key(1));
        site.here.markSeen(batch);
        assertEquals(DUPLICATE, batch.verdict(2), "a copy in a batch");
        assertTrue(site.here.mightContain(key(0), START), "mightContain");
        assertEquals(trips, site.far.trips(), "trips for what the near tier knows");
        mark(site.there, key(0), START, O2, DUPLICATE, "a copy elsewhere");
        assertEquals(trips + 1, site.far.trips(), "trips for what another near tier knows");
        mark(site.there, key(0), START, O3, DUPLICATE, "the next copy elsewhere");
        assertEquals(trips + 1, site.far.trips(), "trips for what the far store has told");
    }

    @Test
    @DisplayName("tier: a batch is one trip at most, and so is each other batch call")
    void tier_aBatchIsOneTrip() {
        Site site = new Site();
        mark(site.here, key(0), START, 0, FIRST_SEEN, "a fresh key");
        EventBatch first = batchOf(START, O1, key(0), key(1), key(2), key(3));
        long trips = site.far.trips();
        site.here.markSeen(first);
        assertEquals(trips + 1, site.far.trips(), "trips of a batch");
        assertEquals(DUPLICATE, first.verdict(0), "known near");
        assertEquals(FIRST_SEEN, first.verdict(1), "known to nobody");
        site.here.forget(batchOf(START, O1, key(2), key(3)));
        assertEquals(trips + 2, site.far.trips(), "trips of a forget");
        EventBatch next = batchOf(START, O2, key(0), key(2), key(3));
        site.here.confirmAndMark(batchOf(START, O1, key(1)), next);
        assertEquals(trips + 3, site.far.trips(), "trips of a confirm with the next batch");
        assertEquals(DUPLICATE, next.verdict(0), "known near");
        assertEquals(FIRST_SEEN, next.verdict(1), "forgotten");
        EventBatch known = batchOf(START, O3, key(0), key(1));
        site.here.confirmAndMark(batchOf(START, O2, key(2), key(3)), known);
        assertEquals(trips + 4, site.far.trips(), "trips of a confirm with a batch of copies");
        assertEquals(DUPLICATE, known.verdict(1), "confirmed with the batch before");
        mark(site.here, key(2), START, O3, DUPLICATE, "confirmed with this batch");
        assertEquals(trips + 4, site.far.trips(), "trips for what was confirmed");
    }

    @Test
    @DisplayName(
            "tier: an open mark is the far store's to judge: its replay, and the next delivery once it is forgotten")
    void tier_openMarksAreNotRemembered() {
        Site site = new Site();
        mark(site.here, key(0), START, O1, FIRST_SEEN, "a fresh key");
        mark(site.here, key(0), START, O1, FIRST_SEEN, "its replay");
        site.there.forget(key(0), START, O1);
        mark(site.here, key(0), START, O2, FIRST_SEEN, "forgotten elsewhere");
        mark(site.there, key(0), START, O3, DUPLICATE, "a copy elsewhere");
        site.here.forget(key(0), START, O2);
        mark(site.there, key(0), START, O3, FIRST_SEEN, "its mark forgotten");
    }

    @Test
    @DisplayName("tier: a confirm that found another's mark confirms nothing here either")
    void tier_aConfirmWithoutEffectIsNotRemembered() {
        Site site = new Site();
        mark(site.here, key(0), START, O1, FIRST_SEEN, "a fresh key");
        site.there.forget(key(0), START, O1);
        mark(site.there, key(0), START, O2, FIRST_SEEN, "forgotten");
        site.here.confirm(key(0), START, O1);
        mark(site.here, key(0), START, O2, FIRST_SEEN, "the replay of an open mark, moved here");
        site.there.forget(key(0), START, O2);
        site.here.confirm(batchOf(START, O2, key(0)));
        mark(site.here, key(0), START, O3, FIRST_SEEN, "another delivery of a forgotten key");
    }

    @Test
    @DisplayName("tier: a call that the far store did not answer leaves nothing behind")
    void tier_failedCallsLeaveNothingBehind() {
        Site site = new Site();
        for (Fault fault : Fault.values()) {
            int k = fault == Fault.LOSE_REQUEST ? 0 : 10;
            loses(site, fault, () -> site.here.markSeen(key(k), START, O1));
            mark(site.here, key(k), START, O1, FIRST_SEEN, fault + " of a mark: its redelivery");
            loses(site, Fault.LOSE_REQUEST, () -> site.here.confirm(key(k), START, O1));
            mark(site.here, key(k), START, O1, FIRST_SEEN, "a confirm never arrived: its redelivery");
            loses(site, fault, () -> site.here.forget(key(k), START, O1));
            site.here.forget(key(k), START, O1);
            mark(site.here, key(k), START, O2, FIRST_SEEN, fault + " of a forget: another delivery after it");
            EventBatch batch = batchOf(START, O1, key(k + 1), key(k + 2));
            loses(site, fault, () -> site.here.markSeen(batch));
            assertEquals(UNJUDGED, batch.verdict(0), fault + " of a batch");
            site.here.markSeen(batch);
            assertEquals(FIRST_SEEN, batch.verdict(1), fault + " of a batch, submitted again");
        }
    }

    @Test
    @DisplayName("tier: a batch that is submitted again does not find its own marks")
    void tier_aBatchSubmittedAgainDoesNotFindItself() {
        Site site = new Site();
        EventBatch closed = batchOf(START, 0, key(0), key(1));
        loses(site, Fault.LOSE_REPLY, () -> site.here.markSeen(closed));
        mark(site.here, key(0), START, 0, DUPLICATE, "a copy, by which the near tier hears of the mark");
        site.here.markSeen(closed);
        assertEquals(FIRST_SEEN, closed.verdict(0), "the batch's own mark, known to the near tier by now");
        assertEquals(FIRST_SEEN, closed.verdict(1), "the batch's own mark");

        EventBatch next = batchOf(START, 0, key(4), key(5));
        loses(site, Fault.LOSE_REPLY, () -> site.here.confirmAndMark(closed, next));
        mark(site.here, key(4), START, 0, DUPLICATE, "a copy, by which the near tier hears of the mark");
        site.here.confirmAndMark(closed, next);
        assertEquals(FIRST_SEEN, next.verdict(0), "the batch's own mark, made with the confirms of another");

        site.far.failOpen();
        EventBatch open = batchOf(START, 0, key(2), key(3));
        site.faults.failNext(Fault.LOSE_REPLY);
        site.here.markSeen(open);
        assertEquals(UNJUDGED, open.verdict(0), "under FAIL_OPEN");
        mark(site.here, key(2), START, 0, DUPLICATE, "a copy, by which the near tier hears of the mark");
        site.here.markSeen(open);
        assertEquals(FIRST_SEEN, open.verdict(0), "the batch's own mark, under FAIL_OPEN");
    }

    private static void loses(Site site, Fault fault, Runnable call) {
        site.faults.failNext(fault);
        assertThrows(StoreUnavailableException.class, call::run, "the far store's failure reaches the caller");
    }

    @Test
    @DisplayName("tier: TOO_LATE and UNJUDGED are not remembered")
    void tier_noVerdictIsNotRemembered() {
        Site site = new Site();
        Retention retention = site.config.retention();
        long now = START + retention.windowMillis();
        clock.set(now);
        mark(site.here, key(9), now, 0, FIRST_SEEN, "a fresh key moves the watermark");
        mark(site.here, key(0), now - retention.latenessMillis() - 1, 0, TOO_LATE, "late");
        mark(site.here, key(0), now, O1, FIRST_SEEN, "in time, after a late delivery");
        site.far.failOpen();
        site.faults.failNext(Fault.LOSE_REQUEST);
        mark(site.here, key(1), now, 0, UNJUDGED, "under FAIL_OPEN");
        EventBatch batch = batchOf(now, O1, key(9), key(2));
        site.faults.failNext(Fault.LOSE_REQUEST);
        site.here.markSeen(batch);
        assertEquals(DUPLICATE, batch.verdict(0), "known near, under FAIL_OPEN");
        assertEquals(UNJUDGED, batch.verdict(1), "known to nobody, under FAIL_OPEN");
        mark(site.here, key(1), now, O1, FIRST_SEEN, "after an unjudged delivery");
        mark(site.here, key(2), now, O2, FIRST_SEEN, "after an unjudged delivery in a batch");
    }

    @Test
    @DisplayName("tier: the window runs from where the far store's record stands, whatever was asked since")
    void tier_remembersWhereTheRecordStands() {
        Site site = new Site();
        Retention retention = site.config.retention();
        long window = retention.windowMillis();
        long beyond = window + retention.tickMillis() + 1;
        long skew = retention.futureSkewMillis();
        mark(site.here, key(1), START + 10 * window, 0, FIRST_SEEN, "from the future");
        clock.set(START + 10 * window);
        mark(site.here, key(0), START, O1, FIRST_SEEN, "a fresh key");
        mark(site.here, key(0), START + window, O1, FIRST_SEEN, "its replay W later");
        site.here.confirm(key(0), START + window, O1);
        mark(site.here, key(0), START + window, O2, DUPLICATE, "a copy W later");
        mark(site.there, key(0), START + window, O2, DUPLICATE, "a copy W later, elsewhere");
        mark(site.there, key(1), START + skew + window, O1, DUPLICATE, "a copy W after clock + S");
        mark(site.here, key(0), START + beyond, O2, FIRST_SEEN, "rule 4(c): beyond the window, after a replay");
        mark(site.there, key(0), START + beyond, O2, FIRST_SEEN, "rule 4(c): its replay, elsewhere");
        mark(site.there, key(1), START + skew + beyond, O1, FIRST_SEEN, "rule 4(c): beyond the window, after a copy");
    }

    @Test
    @DisplayName("tier: the near tier recalls nothing beyond the far store's window, not by a part of its tick either")
    void tier_theNearWindowIsNoLonger() {
        Site site = new Site();
        Retention retention = site.config.retention();
        long beyond = retention.windowMillis() + 1;
        int keys = 20;
        clock.set(START + 2 * retention.windowMillis());
        for (int i = 0; i < keys; i++) {
            mark(site.here, key(i), timeOf(i, keys), 0, FIRST_SEEN, "a fresh key");
        }
        for (int i = 0; i < keys; i++) {
            mark(site.there, key(i), timeOf(i, keys) + beyond, O1, FIRST_SEEN, "beyond the window, elsewhere");
            mark(
                    site.here,
                    key(i),
                    timeOf(i, keys) + beyond,
                    O1,
                    FIRST_SEEN,
                    "its replay, where the older mark is known");
        }
    }

    /** Times spread over a tick. */
    private long timeOf(int index, int count) {
        return START + retentions().get(1).tickMillis() * index / count;
    }

    @Test
    @DisplayName("tier: times ahead of the near tier's clock are the far store's alone")
    void tier_timesAheadOfTheNearClock() {
        Retention retention = retentions().get(1);
        long window = retention.windowMillis();
        long tick = retention.tickMillis();
        Site site = new Site();
        mark(site.here, key(0), START, 0, FIRST_SEEN, "a fresh key");
        clock.set(START - window / 2);
        mark(site.there, key(0), START, O2, DUPLICATE, "ahead of a clock that was set back");
        long early = clock.millis() + retention.futureSkewMillis() - window + tick;
        assertTrue(START - early > window + tick, "the only record is out of the window");
        mark(
                site.there,
                key(0),
                early,
                O2,
                TOO_LATE,
                "a mark ahead of the near clock, remembered earlier than it stands");

        Site other = new Site();
        clock.set(START);
        mark(other.here, key(1), START, 0, FIRST_SEEN, "a fresh key");
        clock.set(START + window + 2 * tick);
        mark(other.there, key(2), clock.millis(), 0, FIRST_SEEN, "a fresh key moves the watermark");
        clock.set(START);
        long beyond = START + window + tick + 1;
        mark(other.here, key(1), beyond, O2, FIRST_SEEN, "beyond the window, ahead of the near clock");
        EventBatch batch = batchOf(beyond, O2, key(1));
        other.here.markSeen(batch);
        assertEquals(FIRST_SEEN, batch.verdict(0), "beyond the window, ahead of the near clock, in a batch");
    }

    @Test
    @DisplayName("tier: a near tier that throws costs trips, and no answer")
    void tier_aNearTierThatThrowsCostsNoAnswer() {
        Site site = new Site();
        ReplaySafeStore store = tier(new FailingNearTier(near(site.config)), site.far, site.config);
        mark(store, key(0), START, O1, FIRST_SEEN, "a fresh key");
        store.confirm(key(0), START, O1);
        mark(store, key(0), START, O2, DUPLICATE, "a copy");
        mark(store, key(1), START, 0, FIRST_SEEN, "a fresh key without origin");
        EventBatch batch = batchOf(START, 0, key(1), key(2));
        store.markSeen(batch);
        assertEquals(DUPLICATE, batch.verdict(0), "a copy in a batch");
        assertEquals(FIRST_SEEN, batch.verdict(1), "a fresh key in a batch");
        assertTrue(store.mightContain(key(0), START), "mightContain");
        assertEquals(5, store.stats().calls(), "rule 10: the far store's books");
        if (store instanceof TieredDeduplicationStore tiered) {
            assertTrue(tiered.nearFailures() >= 9, "rule 6: near failures counted: " + tiered.nearFailures());
        }
        store.close();
    }

    @Test
    @DisplayName("tier: random histories on two tiers agree with the oracle while the far store loses calls")
    void tier_randomHistoriesWithCallsLost() {
        long seeds = scale("dedup.test.histories", 60);
        long first = scale("dedup.test.seed", 20_260_101);
        long lost = 0;
        long newKeys = 0;
        for (Retention retention : retentions()) {
            HistoryRunner runner = new HistoryRunner(
                    retention,
                    config -> new TierFixture(config, 2, CALLS_LOST),
                    this::key,
                    START,
                    Oracle::ofTier,
                    HistoryRunner.Outages.EXPECTED);
            for (long seed = first; seed < first + seeds; seed++) {
                var options = new HistoryGenerator.Options(true, false, false, 150);
                List<Step> steps = new HistoryGenerator(seed, retention, options, START).generate();
                HistoryRunner.Report report = runner.run(steps);
                if (report.violation() != null && report.lost() == 0) {
                    fail(explain(runner, steps, report, seed, retention, KeyShape.UNIFORM));
                }
                lost += report.lost();
                newKeys += report.newKeys();
            }
        }
        assertFalseDuplicatesWithinBound(lost, newKeys, "random histories with calls lost, from seed " + first);
    }

    @Test
    @DisplayName("tier: racing deliveries on two tiers lose nothing while the far store loses calls")
    void tier_racesWithCallsLost() throws Exception {
        Site site = new Site();
        site.faults.failRandomly(CALLS_LOST, 1);
        int keys = 2_000;
        AtomicIntegerArray done = new AtomicIntegerArray(keys);
        onThreads(4, thread -> {
            ReplaySafeStore store = thread % 2 == 0 ? site.here : site.there;
            long origin = thread + 1L;
            for (int i = 0; i < keys; i++) {
                int k = i;
                if (markUntilAnswered(store, key(k), START, origin) == FIRST_SEEN) {
                    if ((thread + k) % 2 == 0) {
                        done.incrementAndGet(k);
                        untilAnswered(() -> store.confirm(key(k), START, origin));
                    } else {
                        untilAnswered(() -> store.forget(key(k), START, origin));
                    }
                }
            }
        });
        assertTrue(site.faults.faults() > keys / 10, "calls lost: " + site.faults.faults());
        long lost = 0;
        for (int i = 0; i < keys; i++) {
            assertTrue(done.get(i) <= 1, "rule 1: a key was confirmed by two deliveries");
            var verdict = markUntilAnswered(site.there, key(i), START, 99);
            if (done.get(i) == 1) {
                assertEquals(DUPLICATE, verdict, "a confirmed key");
            } else {
                lost += verdict == FIRST_SEEN ? 0 : 1;
            }
        }
        assertFalseDuplicatesWithinBound(lost, keys, "keys that every delivery has forgotten");
    }
}
