package io.github.dedupkit.inmemory;

import static io.github.dedupkit.Verdict.DUPLICATE;
import static io.github.dedupkit.Verdict.FIRST_SEEN;
import static io.github.dedupkit.Verdict.UNJUDGED;

import io.github.dedupkit.DedupKey;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.Retention;
import io.github.dedupkit.Verdict;
import io.github.dedupkit.testkit.VirtualClock;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * For a filter what {@link StackOverflows} is for a table: calls it near the end of a stack, in and out of the order of time, then
 * checks that no lock is left, no recorded key lost, and no other key known. Argument: how many threads.
 */
final class FilterStackOverflows {
    private static final int ATTEMPTS = 48;
    private static final int PATIENCE_SECONDS = 20;
    private static final int LINES = 3;
    private static final List<Call> CALLS = List.of(Call.values());
    private static final long[] STACKS = {190 << 10, 256 << 10, 512 << 10};
    private static final Retention RETENTION = FingerprintTables.retention(16, 12, 0);
    private static final long LIFE = 30 * FingerprintTables.TICK;

    private final SplittableRandom random = new SplittableRandom(20_260_101);
    private final FingerprintFilterDeduplicationStore store =
            FilterStores.open(FilterWidth.BITS_32, RETENTION, 300, new VirtualClock(Long.MAX_VALUE / 4));
    private long now = FingerprintTables.START;
    private long overflowed;
    private long answered;

    private enum Call {
        MARK,
        MARK_BATCH,
        RECORD,
        RECORD_BATCH,
        RENEW,
        LOOK
    }

    /** One call, with all that it needs, and what became of it. */
    private final class Attempt implements Runnable {
        final Call call = CALLS.get(random.nextInt(CALLS.size()));
        final DedupKey key = FilterStores.crowded(random, LINES);
        final EventBatch batch = new EventBatch(1);
        final BitSet provenNew = new BitSet();
        final long at = now - random.nextInt(12) * FingerprintTables.TICK;
        Verdict verdict = UNJUDGED;
        boolean isNew;
        boolean ended;

        @Nullable
        Throwable thrown;

        Attempt() {
            batch.add(key, at, 0);
        }

        void prepare() {
            if (call == Call.RENEW) {
                require(store.record(key.high(), key.low(), now - 12 * FingerprintTables.TICK), "a new key");
            }
        }

        /** Nothing but the call, for each call here takes stack. */
        @Override
        public void run() {
            try {
                switch (call) {
                    case MARK -> verdict = store.markSeen(key.high(), key.low(), at);
                    case MARK_BATCH -> store.markSeen(batch);
                    case RECORD, RENEW -> isNew = store.record(key.high(), key.low(), at);
                    case RECORD_BATCH -> store.record(batch, provenNew);
                    case LOOK -> store.mightContain(key.high(), key.low(), at);
                }
                ended = true;
            } catch (Throwable e) {
                thrown = e;
            }
        }

        /** What must be so, whether the call ended well or not. */
        void check() {
            require(thrown == null || thrown instanceof StackOverflowError, "only the stack is short");
            boolean isThere = store.mightContain(key.high(), key.low(), at);
            switch (call) {
                case MARK -> require(verdict == UNJUDGED || isThere, "a mark is kept");
                case MARK_BATCH -> {
                    verdict = batch.verdict(0);
                    require(verdict == UNJUDGED || isThere, "a mark in a batch is kept");
                }
                case RECORD, RECORD_BATCH -> require(!ended || isThere, "a record is kept");
                case RENEW -> {
                    require(isThere && !isNew, "recorded before");
                    long end = at + RETENTION.windowMillis();
                    require(!ended || store.mightContain(key.high(), key.low(), end), "as late as it was made");
                }
                case LOOK -> require(!isThere, "a look is no mark");
            }
            require(verdict != DUPLICATE, "the first mark of a key");
            require(
                    call == Call.RENEW
                            || !ended
                            || call == Call.LOOK
                            || verdict == FIRST_SEEN
                            || isNew
                            || provenNew.get(0),
                    "it was new");
        }

        private void require(boolean condition, String what) {
            if (!condition) {
                throw new AssertionError(call + (ended ? " ended" : " failed") + ": " + what, thrown);
            }
        }
    }

    private void round(int thread) throws Exception {
        List<DedupKey> known = new ArrayList<>();
        List<DedupKey> others = new ArrayList<>();
        Attempt[] attempts = new Attempt[ATTEMPTS];
        StackOverflows.inTime("prepare", () -> {
            for (int i = 0; i < 20; i++) {
                DedupKey key = FilterStores.crowded(random, LINES);
                store.markSeen(key, now - i % 12 * FingerprintTables.TICK);
                known.add(key);
                others.add(FilterStores.crowded(random, LINES));
            }
            store.markSeen(known.get(0), now);
            for (int i = 0; i < ATTEMPTS; i++) {
                attempts[i] = new Attempt();
                attempts[i].prepare();
            }
        });
        Thread faller = new Thread(
                null,
                new StackOverflows.Faller(attempts, thread, thread % 2 * (thread * 7 % 60)),
                "falling",
                STACKS[thread / 3 % STACKS.length]);
        faller.start();
        faller.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
        if (faller.isAlive()) {
            throw new AssertionError("a thread at the end of its stack hangs:\n" + StackOverflows.stackOf(faller));
        }
        StackOverflows.inTime("check", () -> {
            for (Attempt attempt : attempts) {
                overflowed += attempt.thrown == null ? 0 : 1;
                answered += attempt.ended ? 1 : 0;
                if (attempt.ended || attempt.thrown != null) {
                    attempt.check();
                }
            }
            for (int i = 0; i < known.size(); i++) {
                long at = now - i % 12 * FingerprintTables.TICK;
                if (!store.mightContain(known.get(i), at)) {
                    throw new AssertionError("a key that was marked before is lost: " + i);
                }
                if (store.mightContain(others.get(i), at)) {
                    throw new AssertionError("a key that nobody marked is known");
                }
            }
        });
        now += LIFE;
    }

    /** Time goes so far that all lines are swept. */
    private void sweepAll() throws Exception {
        StackOverflows.inTime("sweep", () -> {
            for (int i = 0; i < 4_000; i++) {
                now += LIFE;
                store.markSeen(FingerprintTables.key(i), now);
            }
        });
    }

    public static void main(String[] arguments) {
        int threads = Integer.parseInt(arguments[0]);
        FilterStackOverflows run = new FilterStackOverflows();
        int thread = 0;
        try {
            for (; thread < threads; thread++) {
                run.round(thread);
            }
            run.sweepAll();
        } catch (Throwable e) {
            System.out.println("thread " + thread + ", " + run.overflowed + " overflows before");
            e.printStackTrace(System.out);
            System.exit(1);
        }
        System.out.printf("%,d calls ended, %,d overflowed, %s%n", run.answered, run.overflowed, run.store.stats());
        System.exit(0);
    }
}
