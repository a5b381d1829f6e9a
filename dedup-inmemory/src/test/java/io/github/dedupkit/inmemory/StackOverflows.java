package io.github.dedupkit.inmemory;

import static io.github.dedupkit.Verdict.DUPLICATE;
import static io.github.dedupkit.Verdict.FIRST_SEEN;
import static io.github.dedupkit.Verdict.UNJUDGED;

import io.github.dedupkit.EventBatch;
import io.github.dedupkit.NearTier;
import io.github.dedupkit.Retention;
import io.github.dedupkit.Verdict;
import io.github.dedupkit.testkit.VirtualClock;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Calls a wide table at each depth near the end of a stack, as a thread's recursion unwinds, and has a thread with enough stack
 * check each answer, and each call without one. A program of its own: how much stack a call needs depends on the compiler.
 *
 * <p>Arguments: how many threads; "evicts" or "grows" or "fixed"; "warm", or "cold" for a first call without stack, and then how
 * many frames up that is.
 */
final class StackOverflows {
    private static final int ATTEMPTS = 48;
    private static final int ITEMS = 3;
    private static final int MOST_SKIPPED = 60;

    /** The lines that most keys share, so that many overflow. */
    private static final int HOMES = 12;

    private static final int PATIENCE_SECONDS = 20;
    private static final long[] STACKS = {190 << 10, 256 << 10, 512 << 10};
    private static final Retention RETENTION = FingerprintTables.retention(100, 100, 0);
    private static final long JUMP = 300 * FingerprintTables.TICK;

    private final VirtualClock clock = new VirtualClock(FingerprintTables.START);
    private final SplittableRandom random = new SplittableRandom(20_260_101);
    private final NearTier store;
    private final boolean evicts;
    private final int homes;
    private Attempt[] before = {};
    private long now = FingerprintTables.START;
    private long overflowed;
    private long answered;

    /** What is asked for. */
    private enum Call {
        MARK,
        MARK_BATCH,
        CONFIRM,
        CONFIRM_BATCH,
        FORGET,
        REMEMBER,
        REMEMBER_BATCH,
        RECALL,
        LOOK
    }

    /** An origin that is told apart from a given one. */
    private static long another(long origin) {
        long other = origin + 2;
        while (FingerprintTable.tag(other) == FingerprintTable.tag(origin)) {
            other += 2;
        }
        return other;
    }

    /** One call, with all that it needs, and what became of it. */
    private final class Attempt implements Runnable {
        final Call call;
        final EventBatch batch = new EventBatch(ITEMS);
        final long high = random.nextLong();
        final long low = low();
        final long origin = random.nextLong() | 1;
        final long other = another(origin);
        final long at;
        Verdict verdict = UNJUDGED;
        boolean ended;

        @Nullable
        Throwable thrown;

        Attempt(Call call, long at) {
            this.call = call;
            this.at = at;
            batch.add(high, low, at, origin);
            while (!batch.isFull()) {
                batch.add(random.nextLong(), low(), at, origin);
            }
        }

        /** Marks the key where the call is about a key that is known. */
        void prepare() {
            if (call == Call.CONFIRM || call == Call.FORGET) {
                require(mark(origin) == FIRST_SEEN, "a new key");
            } else if (call == Call.CONFIRM_BATCH || call == Call.REMEMBER_BATCH) {
                store.markSeen(batch);
            }
        }

        /** Nothing but the call, for each call here takes stack. */
        @Override
        public void run() {
            try {
                switch (call) {
                    case MARK -> verdict = store.markSeen(high, low, at, origin);
                    case MARK_BATCH -> store.markSeen(batch);
                    case CONFIRM -> store.confirm(high, low, at, origin);
                    case CONFIRM_BATCH -> store.confirm(batch);
                    case FORGET -> store.forget(high, low, at, origin);
                    case REMEMBER -> store.remember(high, low, at, origin);
                    case REMEMBER_BATCH -> store.remember(batch);
                    case RECALL -> store.recall(high, low, at, origin);
                    case LOOK -> store.mightContain(high, low, at);
                }
                ended = true;
            } catch (Throwable e) {
                thrown = e;
            }
        }

        /** What must be so, whether the call ended well or not. */
        void check() {
            require(thrown == null || thrown instanceof StackOverflowError, "only the stack is short");
            if (evicts) {
                checkNotLost();
                return;
            }
            switch (call) {
                case MARK -> checkMark(high, low, verdict);
                case MARK_BATCH -> {
                    for (int i = 0; i < ITEMS; i++) {
                        require(!ended || batch.verdict(i) != UNJUDGED, "a batch that ended is judged");
                        checkMark(batch.keyHigh(i), batch.keyLow(i), batch.verdict(i));
                    }
                }
                case CONFIRM -> {
                    require(mark(other) == DUPLICATE, "marked by another delivery, confirmed or not");
                    Verdict again = mark(origin);
                    require(!ended || again == DUPLICATE, "confirmed");
                }
                case CONFIRM_BATCH -> {
                    for (int i = 0; i < ITEMS; i++) {
                        Verdict again = store.markSeen(batch.keyHigh(i), batch.keyLow(i), at, origin);
                        require(!ended || again == DUPLICATE, "confirmed in a batch");
                    }
                }
                case FORGET -> {
                    Verdict copy = mark(other);
                    require(!ended || copy == FIRST_SEEN, "forgotten");
                    require(copy == FIRST_SEEN || mark(origin) == FIRST_SEEN, "not forgotten, nor another's");
                }
                case REMEMBER -> require(!ended || store.recall(high, low, at, other), "remembered");
                case REMEMBER_BATCH -> require(mark(origin) == FIRST_SEEN, "a mark not confirmed, remembered or not");
                case RECALL, LOOK -> require(mark(other) == FIRST_SEEN, "a look is no mark");
            }
        }

        /** What was dropped is new, and what was not is this delivery's, as long as it is not confirmed. */
        private void checkNotLost() {
            require(
                    call == Call.CONFIRM || call == Call.CONFIRM_BATCH || mark(origin) == FIRST_SEEN,
                    "its own, or new");
        }

        private void checkMark(long keyHigh, long keyLow, Verdict told) {
            require(told == FIRST_SEEN || told == UNJUDGED, "the first mark of a key is told " + told);
            if (told == FIRST_SEEN) {
                require(store.markSeen(keyHigh, keyLow, at, other) == DUPLICATE, "a copy");
            }
            require(store.markSeen(keyHigh, keyLow, at, origin) == FIRST_SEEN, "the same delivery again");
            store.forget(keyHigh, keyLow, at, origin);
            require(store.markSeen(keyHigh, keyLow, at, other) == FIRST_SEEN, "forgotten: the key is new");
        }

        private Verdict mark(long by) {
            return store.markSeen(high, low, at, by);
        }

        private void require(boolean condition, String what) {
            if (!condition) {
                throw new AssertionError(call + (ended ? " ended" : " failed") + ": " + what, thrown);
            }
        }
    }

    private StackOverflows(String kind) {
        evicts = kind.equals("evicts");
        homes = evicts ? 1 : HOMES;
        FingerprintDeduplicationStore.Builder builder = FingerprintDeduplicationStore.builder(
                        RETENTION, evicts ? 1 : kind.equals("grows") ? 1 : 300)
                .clock(clock);
        if (evicts) {
            builder.evictOldestWhenFull();
        } else if (kind.equals("grows")) {
            builder.maximumBytes(1 << 20);
        }
        store = builder.buildWide();
    }

    /** The upper bits are those of few lines, the lower ones of a fingerprint. */
    private long low() {
        return ((long) random.nextInt(homes) << 60) | (random.nextLong() >>> 40);
    }

    /** Falls to the end of the stack, then makes one attempt from each frame on the way back. */
    @SuppressWarnings("InfiniteRecursion") // which is meant
    static final class Faller implements Runnable {
        private final Runnable[] attempts;
        private final int steps;
        private final int lead;
        private int next;

        /**
         * Numbered variants: the size of the steps, where the first one begins, and how many frames at the end are left alone.
         */
        Faller(Runnable[] attempts, int variant, int skipped) {
            this.attempts = attempts;
            steps = variant % 3;
            lead = variant / 9 % 32;
            next = -skipped;
        }

        @Override
        public void run() {
            lead(lead, 1, 2, 3);
        }

        private long lead(int frames, long a, long b, long c) {
            if (frames > 0) {
                return a + lead(frames - 1, b, c, a);
            }
            if (steps == 0) {
                fall();
            } else if (steps == 1) {
                fall(1);
            } else {
                fall(1, 2, 3);
            }
            return c;
        }

        private void fall() {
            try {
                fall();
            } catch (StackOverflowError e) {
                // the end
            }
            int i = next++;
            if (i >= 0 && i < attempts.length) {
                attempts[i].run();
            }
        }

        /** The same in larger steps. */
        private long fall(long a) {
            try {
                fall(a);
            } catch (StackOverflowError e) {
                // the end
            }
            int i = next++;
            if (i >= 0 && i < attempts.length) {
                attempts[i].run();
            }
            return a;
        }

        private long fall(long a, long b, long c) {
            try {
                fall(b, c, a);
            } catch (StackOverflowError e) {
                // the end
            }
            int i = next++;
            if (i >= 0 && i < attempts.length) {
                attempts[i].run();
            }
            return a + b + c;
        }
    }

    private void round(int thread, boolean cold, int skipped) throws Exception {
        Call[] calls = Call.values();
        Attempt[] attempts = new Attempt[ATTEMPTS];
        for (int i = 0; i < ATTEMPTS; i++) {
            Call call = cold ? Call.MARK : calls[random.nextInt(calls.length)];
            attempts[i] = new Attempt(call, now + i * FingerprintTables.TICK);
        }
        clock.set(now + ATTEMPTS * FingerprintTables.TICK);
        inTime("prepare", () -> {
            for (int i = 0; i < (cold ? 0 : ATTEMPTS); i++) {
                attempts[i].prepare();
            }
        });
        Thread faller =
                new Thread(null, new Faller(attempts, thread, skipped), "falling", STACKS[thread / 3 % STACKS.length]);
        faller.start();
        faller.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
        if (faller.isAlive()) {
            throw new AssertionError("a thread at the end of its stack hangs:\n" + stackOf(faller));
        }
        inTime("check", () -> {
            for (Attempt attempt : before) { // the oldest first: those are dropped
                attempt.check();
            }
            for (Attempt attempt : attempts) {
                overflowed += attempt.thrown == null ? 0 : 1;
                answered += attempt.ended ? 1 : 0;
                attempt.check();
            }
        });
        before = evicts ? attempts : before;
        now += evicts ? ATTEMPTS * FingerprintTables.TICK : JUMP;
    }

    /** Runs something on a thread with enough stack, which must not hang: a lock that is left would keep it. */
    static void inTime(String what, Runnable body) throws Exception {
        FutureTask<Void> task = new FutureTask<>(body, null);
        Thread healthy = new Thread(task, what);
        healthy.setDaemon(true);
        healthy.start();
        try {
            task.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError("a lock was left behind; " + what + " hangs:\n" + stackOf(healthy), e);
        } catch (ExecutionException e) {
            throw new AssertionError(what, e.getCause());
        }
    }

    static String stackOf(Thread thread) {
        StringBuilder text = new StringBuilder();
        for (StackTraceElement frame : thread.getStackTrace()) {
            text.append("  at ").append(frame).append('\n');
            if (text.length() > 2_000) {
                break;
            }
        }
        return text.toString();
    }

    /** Time goes so far that lines must be swept: by whoever can take the lock for that, or, late, by all. */
    private void sweepAll() throws Exception {
        inTime("sweep", () -> {
            for (int i = 0; i < 2_000; i++) {
                now += JUMP;
                clock.set(now);
                store.markSeen(i, i, now, 1);
            }
        });
    }

    /** How many frames up the first attempt is made. */
    private static int skipped(int thread, String[] arguments) {
        return thread == 0 && arguments.length > 3
                ? Integer.parseInt(arguments[3])
                : thread % 2 * (thread * 7 % MOST_SKIPPED);
    }

    public static void main(String[] arguments) {
        int threads = Integer.parseInt(arguments[0]);
        StackOverflows run = new StackOverflows(arguments[1]);
        boolean cold = arguments[2].equals("cold");
        int thread = 0;
        try {
            for (; thread < threads; thread++) {
                run.round(thread, cold && thread == 0, skipped(thread, arguments));
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
