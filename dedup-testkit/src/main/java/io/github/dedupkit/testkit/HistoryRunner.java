package io.github.dedupkit.testkit;

import io.github.dedupkit.DedupKey;
import io.github.dedupkit.DeduplicationStore;
import io.github.dedupkit.EventBatch;
import io.github.dedupkit.Guarantees.Durability;
import io.github.dedupkit.ReplaySafeStore;
import io.github.dedupkit.Retention;
import io.github.dedupkit.StoreStats;
import io.github.dedupkit.StoreUnavailableException;
import io.github.dedupkit.Verdict;
import io.github.dedupkit.testkit.Oracle.Answer;
import io.github.dedupkit.testkit.Step.Fault;
import io.github.dedupkit.testkit.Step.Item;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Plays a history on a store, the oracle beside it, and shrinks one that fails. A lost request never reaches the store; a
 * lost reply is thrown away, so for the caller both are calls without an answer.
 */
final class HistoryRunner {
    private static final int MAX_SHRINK_RUNS = 400;

    private final Retention retention;
    private final Function<StoreConfig, StoreFixture> fixtures;
    private final IntFunction<DedupKey> keys;
    private final long start;
    private final BiFunction<Retention, VirtualClock, Oracle> oracles;
    private final Outages outages;

    /** The outcome of one history: its steps as they went, what was wrong, and the counts. */
    record Report(List<String> trace, @Nullable String violation, long lost, long newKeys, long repeated) {}

    /** Whether a call may throw {@link StoreUnavailableException}. */
    enum Outages {
        /** That is a violation. */
        NONE,
        /** It is a call without an answer; a batch is submitted again. */
        EXPECTED
    }

    HistoryRunner(
            Retention retention, Function<StoreConfig, StoreFixture> fixtures, IntFunction<DedupKey> keys, long start) {
        this(retention, fixtures, keys, start, Oracle::new, Outages.NONE);
    }

    HistoryRunner(
            Retention retention,
            Function<StoreConfig, StoreFixture> fixtures,
            IntFunction<DedupKey> keys,
            long start,
            BiFunction<Retention, VirtualClock, Oracle> oracles,
            Outages outages) {
        this.retention = retention;
        this.fixtures = fixtures;
        this.keys = keys;
        this.start = start;
        this.oracles = oracles;
        this.outages = outages;
    }

    /** Plays a history until it is at its end or a violation was found. */
    Report run(List<Step> steps) {
        VirtualClock clock = new VirtualClock(start);
        Ledger books = new Ledger();
        StoreConfig config = new StoreConfig(retention, clock, 10_000, books);
        try (StoreFixture fixture = fixtures.apply(config)) {
            Run run = new Run(fixture, clock, oracles.apply(retention, clock), books);
            String violation = null;
            try {
                for (Step step : steps) {
                    violation = run.play(step);
                    if (violation != null) {
                        break;
                    }
                }
                if (violation == null) {
                    violation = run.checkBooks();
                }
                if (violation == null) {
                    violation = run.falseNote;
                }
            } catch (RuntimeException e) {
                violation = "unexpected " + e;
                run.trace.add(Arrays.toString(e.getStackTrace()));
            } finally {
                run.store.close();
            }
            return new Report(run.trace, violation, run.oracle.lost(), run.oracle.newKeys(), run.oracle.repeated());
        }
    }

    /** Removes steps as long as what is left still fails. */
    List<Step> shrink(List<Step> failing) {
        List<Step> smallest = failing;
        int runs = 0;
        for (int chunk = Math.max(1, failing.size() / 2); chunk >= 1; chunk /= 2) {
            for (int from = 0; from < smallest.size() && runs < MAX_SHRINK_RUNS; runs++) {
                List<Step> candidate = new ArrayList<>(smallest.subList(0, from));
                candidate.addAll(smallest.subList(Math.min(smallest.size(), from + chunk), smallest.size()));
                if (run(candidate).violation != null) {
                    smallest = candidate;
                } else {
                    from += chunk;
                }
            }
        }
        return smallest;
    }

    /** One history being played. */
    private final class Run {
        private final StoreFixture fixture;
        private final VirtualClock clock;
        private final Oracle oracle;
        private final Ledger books;
        private final List<String> trace = new ArrayList<>();
        private final Map<Verdict, Long> verdicts = new EnumMap<>(Verdict.class);
        private DeduplicationStore store;
        private long calls;
        private boolean restarted;

        /** A wrong note; of less weight than the wrong answer that it may lead to. */
        private @Nullable String falseNote;

        Run(StoreFixture fixture, VirtualClock clock, Oracle oracle, Ledger books) {
            this.fixture = fixture;
            this.clock = clock;
            this.oracle = oracle;
            this.books = books;
            this.store = fixture.open();
        }

        @Nullable
        String play(Step step) {
            if (step instanceof Step.Mark mark) {
                return mark(mark.item(), mark.fault());
            } else if (step instanceof Step.MarkBatch batch) {
                return markBatch(batch.items(), batch.fault());
            } else if (step instanceof Step.Confirm confirm) {
                return confirm(confirm.item(), confirm.fault());
            } else if (step instanceof Step.Forget forget) {
                return forget(forget.item(), forget.fault());
            } else if (step instanceof Step.Look look) {
                return look(look.item());
            } else if (step instanceof Step.MoveClock move) {
                clock.set(Math.max(0, clock.millis() + move.millis()));
                trace.add("clock " + clock.millis());
                return null;
            } else {
                return restart(step);
            }
        }

        private @Nullable String mark(Item item, Fault fault) {
            if (fault == Fault.LOSE_REQUEST) {
                return lost("mark", item);
            }
            Verdict verdict;
            try {
                verdict = ask(item);
            } catch (StoreUnavailableException e) {
                expect(e);
                return lost("mark", item);
            }
            calls++;
            verdicts.merge(verdict, 1L, Long::sum);
            return fault == Fault.LOSE_REPLY ? lost("mark", item) : judge("mark", item, verdict);
        }

        private Verdict ask(Item item) {
            DedupKey key = keys.apply(item.key());
            return store instanceof ReplaySafeStore replaySafe
                    ? replaySafe.markSeen(key, item.timestamp(), item.origin())
                    : store.markSeen(key, item.timestamp());
        }

        private void submit(EventBatch batch) {
            for (boolean answered = false; !answered; ) {
                try {
                    store.markSeen(batch);
                    answered = true;
                } catch (StoreUnavailableException e) {
                    expect(e);
                }
            }
        }

        /** Whether an action was answered. */
        private Answer answered(Fault fault, Runnable action) {
            if (fault == Fault.LOSE_REQUEST) {
                return Answer.LOST;
            }
            try {
                action.run();
            } catch (StoreUnavailableException e) {
                expect(e);
                return Answer.LOST;
            }
            return fault == Fault.NONE ? Answer.RETURNED : Answer.LOST;
        }

        private void expect(StoreUnavailableException e) {
            if (outages == Outages.NONE) {
                throw e;
            }
        }

        private @Nullable String markBatch(List<Item> items, Fault fault) {
            EventBatch batch = new EventBatch(items.size());
            items.forEach(item -> batch.add(keys.apply(item.key()), item.timestamp(), item.origin()));
            if (fault != Fault.LOSE_REQUEST) {
                submit(batch);
                calls += items.size();
            }
            String violation = null;
            for (int i = 0; i < items.size(); i++) {
                Verdict verdict = batch.verdict(i);
                if (fault != Fault.LOSE_REQUEST) {
                    verdicts.merge(verdict, 1L, Long::sum);
                }
                String operation = "batch[" + i + "]";
                String found =
                        fault == Fault.NONE ? judge(operation, items.get(i), verdict) : lost(operation, items.get(i));
                violation = violation == null ? found : violation;
            }
            for (int i = 0; i < items.size() && falseNote == null; i++) {
                long confirmedAt = batch.confirmedAt(i);
                falseNote = confirmedAt < 0 ? null : oracle.noted(items.get(i).key(), confirmedAt);
            }
            return violation;
        }

        private @Nullable String judge(String operation, Item item, Verdict verdict) {
            trace.add(operation + " " + item + " -> " + verdict);
            return oracle.marked(item.key(), item.timestamp(), item.origin(), verdict);
        }

        private @Nullable String lost(String operation, Item item) {
            trace.add(operation + " " + item + " -> no answer");
            oracle.unanswered(item.key(), item.timestamp(), item.origin());
            return null;
        }

        private @Nullable String confirm(Item item, Fault fault) {
            DedupKey key = keys.apply(item.key());
            Answer answer =
                    answered(fault, () -> ((ReplaySafeStore) store).confirm(key, item.timestamp(), item.origin()));
            trace.add("confirm " + item + (answer == Answer.RETURNED ? "" : " -> no answer"));
            oracle.confirmed(item.key(), item.origin(), answer);
            return null;
        }

        private @Nullable String forget(Item item, Fault fault) {
            DedupKey key = keys.apply(item.key());
            Answer answer =
                    answered(fault, () -> ((ReplaySafeStore) store).forget(key, item.timestamp(), item.origin()));
            trace.add("forget " + item + (answer == Answer.RETURNED ? "" : " -> no answer"));
            oracle.forgotten(item.key(), item.origin(), answer);
            return null;
        }

        private @Nullable String look(Item item) {
            boolean found;
            try {
                found = store.mightContain(keys.apply(item.key()), item.timestamp());
            } catch (StoreUnavailableException e) {
                expect(e);
                return null;
            }
            trace.add("mightContain " + item + " -> " + found);
            return oracle.looked(item.key(), item.timestamp(), found);
        }

        private @Nullable String restart(Step step) {
            String violation = restarted ? null : checkBooks();
            restarted = true;
            trace.add(step.toString());
            if (step instanceof Step.Crash) {
                ((DurableFixture) fixture).crash();
            } else {
                store.close();
            }
            if (store.guarantees().durability() == Durability.NONE) {
                oracle.emptied();
            }
            store = fixture.open();
            return violation;
        }

        private long told(Verdict verdict) {
            return verdicts.getOrDefault(verdict, 0L);
        }

        /** Rule 10: the store's books, the listener's, and what was answered are one. */
        private @Nullable String checkBooks() {
            if (restarted || outages == Outages.EXPECTED) {
                return null;
            }
            StoreStats stats = store.stats();
            long first = told(Verdict.FIRST_SEEN);
            boolean balanced = stats.firstSeen() + stats.replayed() == first
                    && stats.duplicates() == told(Verdict.DUPLICATE)
                    && stats.tooLate() == told(Verdict.TOO_LATE)
                    && stats.failedOpen() == told(Verdict.UNJUDGED)
                    && stats.calls() == calls;
            if (balanced && books.agreesWith(stats)) {
                return null;
            }
            return "rule 10: books do not balance: " + stats + ", listener was told " + books + ", answered " + verdicts
                    + " in " + calls + " calls";
        }
    }
}
