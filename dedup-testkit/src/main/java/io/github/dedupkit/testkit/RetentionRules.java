package io.github.dedupkit.testkit;

import static io.github.dedupkit.Verdict.DUPLICATE;
import static io.github.dedupkit.Verdict.FIRST_SEEN;
import static io.github.dedupkit.Verdict.TOO_LATE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.github.dedupkit.DeduplicationStore;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.Retention;
import java.time.Duration;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Rule 4, retention, at each of its borders and for each retention. */
abstract class RetentionRules extends ContractSupport {
    private static final long TEN_YEARS = Duration.ofDays(3652).toMillis();

    /** Runs a body on a fresh store for each retention; the clock stands far ahead unless the body sets it. */
    private void onEachRetention(BiConsumer<DeduplicationStore, Retention> body) {
        for (Retention retention : retentions()) {
            clock.set(START + 100 * TEN_YEARS);
            DeduplicationStore store = open(retention);
            try {
                body.accept(store, retention);
            } catch (AssertionError e) {
                throw new AssertionError(e.getMessage() + " [" + retention + "]", e);
            }
        }
    }

    @Test
    @DisplayName("rule 4(a): one unit below watermark - L is TOO_LATE and recorded nowhere, watermark - L is judged")
    void rule4a_lateIsBelowTheWatermarkMinusTheLateness() {
        onEachRetention((store, retention) -> {
            long border = START - retention.latenessMillis();
            mark(store, key(0), START, FIRST_SEEN, "rule 4(a): a fresh key");
            mark(store, key(1), border - 1, TOO_LATE, "rule 4(a): one below watermark - L");
            mark(store, key(1), border, FIRST_SEEN, "rule 4(a): at watermark - L, and the late mark recorded nothing");
            markLateCopy(store, key(0), border - 1, "rule 4(a): late comes before everything that is stored");
            assertTrue(
                    store.mightContain(key(2), border - 1), "rule 4(a): mightContain of a late timestamp answers true");
        });
    }

    @Test
    @DisplayName("rule 4(b): up to W from the recorded mark is a duplicate, before it and after it")
    void rule4b_duplicateUpToTheWindow() {
        onEachRetention((store, retention) -> {
            long window = retention.windowMillis();
            mark(store, key(0), START, FIRST_SEEN, "rule 4(b): a fresh key");
            mark(store, key(0), START, DUPLICATE, "rule 4(b): at the same time");
            mark(store, key(0), START - retention.latenessMillis(), DUPLICATE, "rule 4(b): earlier by L");
            mark(store, key(0), START + window / 2, DUPLICATE, "rule 4(b): half a window later");
            mark(store, key(0), START + window - 1, DUPLICATE, "rule 4(b): W - 1 later");
            mark(store, key(0), START + window, DUPLICATE, "rule 4(b): W later");
        });
    }

    @Test
    @DisplayName(
            "rule 4(c): more than W + g from the recorded mark is first seen; a duplicate does not extend the window")
    void rule4c_firstSeenBeyondTheWindow() {
        onEachRetention((store, retention) -> {
            long beyond = retention.windowMillis() + retention.tickMillis() + 1;
            mark(store, key(0), START, FIRST_SEEN, "rule 4(c): a fresh key");
            mark(store, key(0), START + retention.windowMillis(), DUPLICATE, "rule 4(c): W later");
            mark(
                    store,
                    key(0),
                    START + beyond,
                    FIRST_SEEN,
                    "rule 4(c): W + g + 1 later, whatever was asked in between");
            mark(
                    store,
                    key(0),
                    START + beyond + retention.windowMillis(),
                    DUPLICATE,
                    "rule 4(c): the window runs anew");
            mark(store, key(0), START + 2 * beyond, FIRST_SEEN, "rule 4(c): and ends anew");
        });
    }

    @Test
    @DisplayName("rule 4(d): a record is found until the watermark passes its timestamp + W + L")
    void rule4d_recordsStayFindable() {
        onEachRetention((store, retention) -> {
            long window = retention.windowMillis();
            long lateness = retention.latenessMillis();
            mark(store, key(0), START, FIRST_SEEN, "rule 4(d): a fresh key");
            for (long i = 1; i <= 50; i++) {
                store.markSeen(key(100 + i), START + (window + lateness) * i / 50);
            }
            mark(store, key(0), START + window, DUPLICATE, "rule 4(d): late by L, but within W of its record");
        });
    }

    @Test
    @DisplayName(
            "rule 4(e): a timestamp beyond clock + S counts as clock + S and never moves the watermark past the clock")
    void rule4e_futureTimestampsAreHeldBack() {
        onEachRetention((store, retention) -> {
            clock.set(START);
            long skew = retention.futureSkewMillis();
            long lateness = retention.latenessMillis();
            mark(store, key(0), START + TEN_YEARS, FIRST_SEEN, "rule 4(e): ten years ahead");
            mark(store, key(1), START - lateness, FIRST_SEEN, "rule 4(e): the watermark stays at the clock");
            mark(store, key(2), START - lateness - 1, TOO_LATE, "rule 4(e): the watermark did reach the clock");
            mark(store, key(0), START + skew, DUPLICATE, "rule 4(e): stored as clock + S");
            mark(store, key(0), Long.MAX_VALUE, DUPLICATE, "rule 4(e): judged as clock + S");
            clock.set(START + skew + retention.windowMillis());
            mark(store, key(0), clock.millis(), DUPLICATE, "rule 4(e): W after clock + S");
            clock.set(START + skew + retention.windowMillis() + retention.tickMillis() + 1);
            mark(store, key(0), clock.millis(), FIRST_SEEN, "rule 4(e): W + g + 1 after clock + S");
        });
    }

    @Test
    @DisplayName("rule 4(e): a clock that jumps back neither drops a record nor makes events late")
    void rule4e_clockMayJumpBack() {
        onEachRetention((store, retention) -> {
            clock.set(START);
            mark(store, key(0), START, FIRST_SEEN, "rule 4(e): a fresh key");
            clock.set(START - TEN_YEARS);
            mark(store, key(0), START, DUPLICATE, "rule 4(e): after the clock jumped back ten years");
            mark(store, key(1), START, FIRST_SEEN, "rule 4(e): a fresh key at the watermark");
            mark(store, key(2), START + 1, FIRST_SEEN, "rule 4(e): the clock is never behind the watermark");
            mark(store, key(2), START + 1, DUPLICATE, "rule 4(e): and the mark was recorded");
            mark(store, key(0), START, DUPLICATE, "rule 4(e): the watermark did not fall with the clock");
            long late = START - retention.latenessMillis() - 1;
            mark(store, key(3), late, TOO_LATE, "rule 4(e): the watermark did not fall, so this is late");
        });
    }

    @Test
    @DisplayName(
            "rule 4: idle gaps and jumps, ten years or what a short age field wraps at, give right answers on the next call")
    void rule4_jumpsOfAnyLength() {
        onEachRetention((store, retention) -> {
            long tick = retention.tickMillis();
            long[] jumps = {
                tick,
                255 * tick,
                256 * tick,
                257 * tick,
                (1 << 16) * tick,
                (1 << 24) * tick,
                1L << 31,
                1L << 32,
                TEN_YEARS / tick * tick
            };
            long now = START;
            for (int i = 0; i < jumps.length; i++) {
                long jump = jumps[i];
                mark(store, key(i), now, FIRST_SEEN, "rule 4: before a jump of " + jump);
                now += jump;
                mark(store, key(100 + i), now, FIRST_SEEN, "rule 4: a fresh key after a jump of " + jump);
                if (jump <= retention.windowMillis()) {
                    mark(store, key(i), now, DUPLICATE, "rule 4: a jump of " + jump + ", inside the window");
                } else if (jump > retention.windowMillis() + tick) {
                    mark(store, key(i), now, FIRST_SEEN, "rule 4: a jump of " + jump + ", beyond the window");
                }
                now += retention.windowMillis() + 2 * tick;
            }
        });
    }

    @Test
    @DisplayName("rule 4: a batch in which time jumps thousands of times revives nothing that has expired")
    void rule4_aBatchOfJumpsRevivesNothing() {
        onEachRetention((store, retention) -> {
            long beyond = retention.windowMillis() + retention.tickMillis() + 1;
            int items = 5_000;
            int keys = 128;
            long now = START;
            for (long jump : new long[] {beyond / keys + 1, beyond, 256 * retention.tickMillis(), 3 * beyond}) {
                mark(store, key(0), now, FIRST_SEEN, "rule 4: before jumps of " + jump);
                EventBatch batch = new EventBatch(items);
                for (now += beyond; !batch.isFull(); now += jump) {
                    batch.add(key(batch.size() % keys), now, 0);
                }
                store.markSeen(batch);
                for (int i = 0; i < items; i++) {
                    assertEquals(
                            FIRST_SEEN,
                            batch.verdict(i),
                            "rule 4: item " + i + " of a batch, " + keys + " jumps of " + jump
                                    + " after its key's last");
                }
                now += beyond;
            }
        });
    }

    @Test
    @DisplayName("rule 4(e): a clock before 1970 drops no record, and does no harm when it is set right")
    void rule4e_clockBefore1970() {
        onEachRetention((store, retention) -> {
            clock.set(-TEN_YEARS);
            mark(store, key(0), START, FIRST_SEEN, "rule 4(e): a fresh key, the clock before 1970");
            mark(store, key(0), START, DUPLICATE, "rule 4(e): its copy, the clock before 1970");
            mark(store, key(0), 0, DUPLICATE, "rule 4(e): stored as the start of 1970 + S at most");
            mark(store, key(1), Long.MAX_VALUE, FIRST_SEEN, "rule 4(e): from the far future");
            mark(store, key(1), Long.MAX_VALUE, DUPLICATE, "rule 4(e): judged at the start of 1970 + S at most");
            assertTrue(store.mightContain(key(1), START), "rule 4(e): mightContain, the clock before 1970");
            clock.set(START);
            mark(store, key(0), START, FIRST_SEEN, "rule 4(e): the clock is set right, many windows later");
            mark(store, key(0), START, DUPLICATE, "rule 4(e): and its copy");
            mark(store, key(2), START - retention.latenessMillis() - 1, TOO_LATE, "rule 4(e): and late is late");
        });
    }

    @Test
    @DisplayName("rule 4: a duplicate moves the watermark as a first sight does")
    void rule4_duplicatesMoveTheWatermark() {
        assumeFalse(isTiered(), "a near tier may answer a duplicate, and that moves no watermark");
        onEachRetention((store, retention) -> {
            mark(store, key(0), START, FIRST_SEEN, "rule 4: a fresh key");
            mark(store, key(0), START + retention.windowMillis(), DUPLICATE, "rule 4: its duplicate W later");
            long border = START + retention.windowMillis() - retention.latenessMillis();
            mark(store, key(1), border - 1, TOO_LATE, "rule 4: one below the duplicate's timestamp - L");
            mark(store, key(1), border, FIRST_SEEN, "rule 4: at the duplicate's timestamp - L");
        });
    }

    @Test
    @DisplayName("rule 4: the smallest timestamp is 0")
    void rule4_timestampsStartAtZero() {
        onEachRetention((store, retention) -> {
            mark(store, key(0), 0, FIRST_SEEN, "rule 4: timestamp 0");
            mark(store, key(0), 0, DUPLICATE, "rule 4: timestamp 0 again");
            mark(store, key(0), retention.windowMillis(), DUPLICATE, "rule 4: W after timestamp 0");
        });
    }

    @Test
    @DisplayName("rule 4: looking records nothing and moves no watermark")
    void rule4_lookingChangesNothing() {
        onEachRetention((store, retention) -> {
            mark(store, key(0), START, FIRST_SEEN, "rule 4: a fresh key");
            store.mightContain(key(1), START);
            store.mightContain(key(3), START + TEN_YEARS);
            mark(store, key(2), START - retention.latenessMillis(), FIRST_SEEN, "rule 4: the watermark did not move");
            mark(store, key(1), START, FIRST_SEEN, "rule 4: a look is no mark");
            assertTrue(store.mightContain(key(1), START), "rule 4: mightContain after FIRST_SEEN");
            assertEquals(3, store.stats().calls(), "rule 10: a look is no mark");
        });
    }
}
