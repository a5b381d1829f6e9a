package io.github.dedupkit.testkit;

import io.github.dedupkit.Retention;
import io.github.dedupkit.Verdict;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The contract as a model: for each key the set of states it may be in, and the watermarks that are possible.
 *
 * <p>A call that got no answer has two possible outcomes, and so has a mark between W and W + g from the recorded one. The
 * oracle keeps both, and an answer rules out those that it contradicts. An answer that no possible state allows is a
 * violation, counted as an event <em>lost</em> (a DUPLICATE without a witness), a copy <em>admitted</em>, or a
 * <em>misjudged</em> lateness; a replay is counted as <em>repeated</em>, which is no violation.
 *
 * <p>One oracle models one unit of atomicity, that is one watermark. Not thread-safe. A call costs time in the number of
 * possible states, which stays small because answers narrow it.
 */
public final class Oracle {
    private static final long NONE = -1;

    private final Retention retention;
    private final VirtualClock clock;
    private final Map<Object, Set<Mark>> states = new HashMap<>();
    private final Set<Object> untracked = new HashSet<>();

    /** By key, the timestamps at which its record may have been confirmed, ever. */
    private final Map<Object, Set<Long>> confirmed = new HashMap<>();

    private final boolean tiered;
    private TreeSet<Long> watermarks = new TreeSet<>(Set.of(NONE));

    private long marks;
    private long newKeys;
    private long lost;
    private long admitted;
    private long repeated;
    private long misjudged;

    /** A possible record of a key. */
    private record Mark(long timestamp, long origin) {
        static final Mark ABSENT = new Mark(NONE, 0);

        boolean isAbsent() {
            return timestamp == NONE;
        }
    }

    /** One possible outcome of a mark. */
    private record Outcome(Verdict verdict, boolean replay, Mark after) {}

    /**
     * Creates a model of an empty store.
     *
     * @param retention the store's retention
     * @param clock the store's clock
     */
    public Oracle(Retention retention, VirtualClock clock) {
        this(retention, clock, false);
    }

    private Oracle(Retention retention, VirtualClock clock, boolean tiered) {
        this.retention = retention;
        this.clock = clock;
        this.tiered = tiered;
    }

    /**
     * Creates a model of an empty store with a near tier in front. A confirmed mark is never taken back: a near tier may answer
     * DUPLICATE by it for all time, to deliveries in its window and not ahead of the clock, whatever the far store would say.
     * The watermark stays where it is then.
     *
     * @param retention the far store's retention
     * @param clock the clock of both
     * @return the model
     */
    public static Oracle ofTier(Retention retention, VirtualClock clock) {
        return new Oracle(retention, clock, true);
    }

    /**
     * Judges an answered mark.
     *
     * @param key identifies the key
     * @param timestamp as given to the store
     * @param origin as given to the store, 0 for none
     * @param verdict the store's answer
     * @return what is wrong with the answer, or null
     */
    public @Nullable String marked(Object key, long timestamp, long origin, Verdict verdict) {
        marks++;
        if (verdict == Verdict.DUPLICATE && mayBeRecalled(key, timestamp)) {
            TreeSet<Long> unmoved = watermarks;
            keepWatermarks(m -> !isLate(timestamp, m));
            raiseWatermarks(timestamp);
            watermarks.addAll(unmoved);
            return null;
        }
        boolean mayBeLate = watermarks.stream().anyMatch(m -> isLate(timestamp, m));
        boolean mayBeInTime = watermarks.stream().anyMatch(m -> !isLate(timestamp, m));
        if (verdict == Verdict.TOO_LATE) {
            if (!mayBeLate) {
                misjudged++;
                return "rule 4(a): TOO_LATE, but the timestamp is not below watermark - L; watermark " + watermarks;
            }
            keepWatermarks(m -> isLate(timestamp, m));
            return null;
        }
        if (!mayBeInTime) {
            misjudged++;
            return "rule 4(a): " + verdict + ", but the timestamp is below watermark - L, so TOO_LATE; watermark "
                    + watermarks;
        }
        keepWatermarks(m -> !isLate(timestamp, m));
        Set<Outcome> possible = outcomes(key, timestamp, origin);
        Set<Mark> after = new HashSet<>();
        boolean replay = false;
        for (Outcome outcome : possible) {
            if (outcome.verdict == verdict) {
                after.add(outcome.after);
                replay |= outcome.replay;
            }
        }
        if (possible.stream().allMatch(o -> o.verdict == Verdict.FIRST_SEEN && !o.replay)) {
            newKeys++;
        }
        String violation = after.isEmpty() && !untracked.contains(key) ? violation(key, verdict) : null;
        if (violation == null && replay) {
            repeated++;
        }
        if (after.isEmpty()) {
            resynchronise(key, timestamp, origin, verdict, after);
        }
        become(key, after);
        raiseWatermarks(timestamp);
        return violation;
    }

    /**
     * Takes in a mark that got no answer: it may or may not have taken effect.
     *
     * @param key identifies the key
     * @param timestamp as given to the store
     * @param origin as given to the store, 0 for none
     */
    public void unanswered(Object key, long timestamp, long origin) {
        Set<Mark> after = new HashSet<>(statesOf(key));
        TreeSet<Long> before = new TreeSet<>(watermarks);
        keepWatermarks(m -> !isLate(timestamp, m));
        if (!watermarks.isEmpty()) {
            outcomes(key, timestamp, origin).forEach(outcome -> after.add(outcome.after));
            raiseWatermarks(timestamp);
        }
        watermarks.addAll(before);
        become(key, after);
    }

    /**
     * Takes in a confirm.
     *
     * @param key identifies the key
     * @param origin as given to the store
     * @param answer whether the call was answered
     */
    public void confirmed(Object key, long origin, Answer answer) {
        change(key, origin, answer, true);
    }

    /**
     * Takes in a forget.
     *
     * @param key identifies the key
     * @param origin as given to the store
     * @param answer whether the call was answered
     */
    public void forgotten(Object key, long origin, Answer answer) {
        change(key, origin, answer, false);
    }

    /** Whether a call was answered. */
    public enum Answer {
        /** It returned. */
        RETURNED,
        /** It threw; it may or may not have taken effect. */
        LOST
    }

    /**
     * Judges an answered look ({@code mightContain}).
     *
     * @param key identifies the key
     * @param timestamp as given to the store
     * @param found the store's answer
     * @return what is wrong with the answer, or null
     */
    public @Nullable String looked(Object key, long timestamp, boolean found) {
        if (found) {
            return null;
        }
        if (watermarks.stream().allMatch(m -> isLate(timestamp, m))) {
            misjudged++;
            return "rule 4(a): mightContain is false for a timestamp that is too late; true is the only answer then";
        }
        boolean certain = !untracked.contains(key)
                && watermarks.stream()
                        .allMatch(m -> statesOf(key).stream()
                                .allMatch(mark -> !mark.isAbsent()
                                        && distance(mark, clamp(timestamp, m)) <= retention.windowMillis()));
        if (certain) {
            admitted++;
            return "rule 2: mightContain is false, but a mark of the key within the window was answered FIRST_SEEN";
        }
        return null;
    }

    /**
     * Judges what a store has {@linkplain io.github.dedupkit.EventBatch#noteConfirmed noted}.
     *
     * @param key identifies the key
     * @param timestamp of the confirmed record, as noted
     * @return what is wrong with the note, or null
     */
    public @Nullable String noted(Object key, long timestamp) {
        long tick = retention.tickMillis();
        boolean known = untracked.contains(key)
                || confirmedOf(key).stream().anyMatch(t -> timestamp <= t && t - timestamp < tick);
        return known
                ? null
                : "rule 3: noted as confirmed at " + timestamp + ", but confirmed records of the key were at "
                        + confirmedOf(key);
    }

    /**
     * The restart of a store without durability: every record and the watermark are gone.
     */
    public void emptied() {
        states.clear();
        untracked.clear();
        confirmed.clear();
        watermarks = new TreeSet<>(Set.of(NONE));
    }

    /**
     * Events lost so far: DUPLICATE where no other delivery can be a witness.
     *
     * @return the count L
     */
    public long lost() {
        return lost;
    }

    /**
     * Copies admitted so far: FIRST_SEEN where another delivery holds the key.
     *
     * @return the count D
     */
    public long admitted() {
        return admitted;
    }

    /**
     * Deliveries repeated so far: FIRST_SEEN again for the same unconfirmed delivery.
     *
     * @return the count R
     */
    public long repeated() {
        return repeated;
    }

    /**
     * Answers so far with a wrong lateness.
     *
     * @return the count
     */
    public long misjudged() {
        return misjudged;
    }

    /**
     * Answered marks so far.
     *
     * @return the count
     */
    public long marks() {
        return marks;
    }

    /**
     * Answered marks so far of keys that were certainly new: the trials in which an approximate store may err.
     *
     * @return the count
     */
    public long newKeys() {
        return newKeys;
    }

    private String violation(Object key, Verdict verdict) {
        if (verdict == Verdict.DUPLICATE) {
            lost++;
            return "rule 2: event lost: DUPLICATE without a witness; possible records of the key: " + describe(key);
        }
        if (verdict == Verdict.FIRST_SEEN) {
            admitted++;
            return "rule 1: copy admitted: FIRST_SEEN, but the key is held by " + describe(key);
        }
        misjudged++;
        return "rule 10: no answer: " + verdict + " from a call that returned";
    }

    /** After a wrong answer the key's state is what the answer says, or, after a false DUPLICATE, no longer known. */
    private void resynchronise(Object key, long timestamp, long origin, Verdict verdict, Set<Mark> after) {
        if (verdict == Verdict.FIRST_SEEN) {
            watermarks.forEach(m -> after.add(new Mark(clamp(timestamp, m), origin)));
        } else {
            untracked.add(key);
            after.add(Mark.ABSENT);
        }
    }

    private Set<Outcome> outcomes(Object key, long timestamp, long origin) {
        Set<Outcome> possible = new HashSet<>();
        for (long m : watermarks) {
            long at = clamp(timestamp, m);
            for (Mark mark : statesOf(key)) {
                Mark fresh = new Mark(at, origin);
                long distance = mark.isAbsent() ? Long.MAX_VALUE : distance(mark, at);
                if (distance > retention.windowMillis()) {
                    possible.add(new Outcome(Verdict.FIRST_SEEN, false, fresh));
                }
                if (distance <= retention.windowMillis() + retention.tickMillis()) {
                    boolean replay = origin != 0 && mark.origin == origin;
                    possible.add(new Outcome(replay ? Verdict.FIRST_SEEN : Verdict.DUPLICATE, replay, mark));
                }
            }
        }
        return possible;
    }

    private void change(Object key, long origin, Answer answer, boolean keep) {
        Set<Mark> after = new HashSet<>();
        for (Mark mark : statesOf(key)) {
            if (answer == Answer.LOST || mark.isAbsent() || origin == 0 || mark.origin != origin) {
                after.add(mark);
            }
            if (!mark.isAbsent() && origin != 0 && mark.origin == origin) {
                after.add(keep ? new Mark(mark.timestamp, 0) : Mark.ABSENT);
            }
        }
        become(key, after);
    }

    private void become(Object key, Set<Mark> after) {
        states.put(key, after);
        for (Mark mark : after) {
            if (!mark.isAbsent() && mark.origin == 0) {
                confirmed.computeIfAbsent(key, k -> new TreeSet<>()).add(mark.timestamp);
            }
        }
    }

    private boolean mayBeRecalled(Object key, long timestamp) {
        return tiered
                && timestamp <= clock.millis()
                && confirmedOf(key).stream().anyMatch(t -> Math.abs(timestamp - t) <= retention.windowMillis());
    }

    private Set<Long> confirmedOf(Object key) {
        return confirmed.getOrDefault(key, Set.of());
    }

    private Set<Mark> statesOf(Object key) {
        return states.getOrDefault(key, Set.of(Mark.ABSENT));
    }

    private long distance(Mark mark, long at) {
        return Math.abs(at - mark.timestamp);
    }

    private boolean isLate(long timestamp, long watermark) {
        return clamp(timestamp, watermark) < watermark - retention.latenessMillis();
    }

    private long clamp(long timestamp, long watermark) {
        return timestamp <= watermark
                ? timestamp
                : Math.min(timestamp, Math.max(clock.millis(), watermark) + retention.futureSkewMillis());
    }

    private void keepWatermarks(LongPredicate test) {
        TreeSet<Long> kept = new TreeSet<>();
        watermarks.stream().filter(test::test).forEach(kept::add);
        watermarks = kept;
    }

    private void raiseWatermarks(long timestamp) {
        TreeSet<Long> raised = new TreeSet<>();
        watermarks.forEach(m -> raised.add(Math.max(m, Math.min(timestamp, clock.millis()))));
        watermarks = raised;
    }

    private String describe(Object key) {
        return statesOf(key) + ", watermark " + watermarks;
    }
}
