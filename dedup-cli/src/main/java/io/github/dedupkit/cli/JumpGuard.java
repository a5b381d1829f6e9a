package io.github.dedupkit.cli;

import java.util.ArrayDeque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** Decides which record may move a run's time forward. Not thread-safe. */
final class JumpGuard {
    /*
     * A live store bounds the future by its clock: an event of 2038 is judged as of now, and what follows it is not late.
     * A file has no clock. To believe every record would let one broken one make all others too late; to believe none would
     * lose sight of the window after a gap. So those that follow have a vote.
     *
     * `newest` is the newest time accepted. A record up to L later than that is accepted as it is, and so is an older one,
     * which the store then calls too late if it is. A record more than L later, or the first of all, is a jump. It is held,
     * with all that follows it, until it is certain what most of the next VOTERS records say, or the input has ended. A
     * record agrees if it would not be too late after the jump: its time is at least the jump's less L. Held records are
     * decided in their order, so a jump's voters may be jumps themselves.
     *
     * Accepted by most, or with no voter left: `newest` moves to the jump. Otherwise nobody knows its time, and it cannot be
     * judged: to mark it as of `newest` would make a copy of the next record of its key. Up to VOTERS / 2 + 1 broken records
     * in a row, however close to each other, are seen through; more of them are taken for a gap.
     */
    private static final int VOTERS = 5;
    private static final int MAJORITY = VOTERS / 2 + 1;

    private final long latenessMillis;
    private final ArrayDeque<HeldRecord> held = new ArrayDeque<>(VOTERS + 1);
    private boolean started;
    private long newest;
    private boolean ended;
    private long refused;

    /** What is known of a jump. */
    private enum Vote {
        OPEN,
        ACCEPTED,
        REFUSED
    }

    /**
     * Watches over a run.
     *
     * @param latenessMillis L, at least 0
     */
    JumpGuard(long latenessMillis) {
        this.latenessMillis = latenessMillis;
    }

    /** Whether a record of this time can be judged now, as it is. If not, it must be held. */
    boolean passes(long time) {
        if (!held.isEmpty() || isJump(time)) {
            return false;
        }
        newest = Math.max(newest, time);
        return true;
    }

    /** Takes a record that does not pass; {@link #next} gives it back. */
    void hold(HeldRecord record) {
        held.add(record);
    }

    /** Says that no record follows, so that {@link #next} gives back all that is held. */
    void end() {
        ended = true;
    }

    /** The first of the held records, believed or not, or null while that is open. */
    @Nullable
    HeldRecord next() {
        HeldRecord first = held.peek();
        if (first == null) {
            return null;
        }
        Vote vote = isJump(first.time()) ? vote(first) : Vote.ACCEPTED;
        if (vote == Vote.OPEN) {
            return null;
        }
        if (vote == Vote.REFUSED) {
            refused++;
            held.remove();
            return first.disbelieved();
        }
        held.remove();
        newest = started ? Math.max(newest, first.time()) : first.time();
        started = true;
        return first;
    }

    /** The records not accepted so far: dated ahead of those around them. */
    long refused() {
        return refused;
    }

    private boolean isJump(long time) {
        return !started || time > newest + latenessMillis;
    }

    private Vote vote(HeldRecord jump) {
        int agree = 0;
        int disagree = 0;
        Iterator<HeldRecord> voters = held.iterator();
        voters.next();
        while (voters.hasNext() && agree + disagree < VOTERS) {
            if (voters.next().time() >= jump.time() - latenessMillis) {
                agree++;
            } else {
                disagree++;
            }
        }
        if (agree >= MAJORITY || disagree >= MAJORITY || ended) {
            return agree > disagree || agree + disagree == 0 ? Vote.ACCEPTED : Vote.REFUSED;
        }
        return Vote.OPEN;
    }
}
