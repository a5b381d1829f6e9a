package io.github.dedupkit.cli;

/** The times of a run with a window: which to judge by, what the store is told, and whether they run backwards. */
final class Timeline {
    private final EventWindow window;
    private final JumpGuard guard;
    private final DisorderWatch disorder;
    private boolean started;
    private long storeEpoch;

    Timeline(EventWindow window) {
        this.window = window;
        guard = new JumpGuard(window.retention().latenessMillis());
        disorder = new DisorderWatch(window);
    }

    /** Decides which record may move the time forward. */
    JumpGuard guard() {
        return guard;
    }

    /** Has an eye on the order of the records judged. */
    DisorderWatch disorder() {
        return disorder;
    }

    /**
     * Takes note of a record that is judged now.
     *
     * @param time its time
     * @param input where it was read
     * @param line where it begins
     * @return its time for the store, which takes none below 0
     */
    long judge(long time, String input, long line) {
        disorder.judged(time, input, line);
        if (!started) {
            started = true;
            storeEpoch = epochFor(time);
        }
        return Math.max(0, time - storeEpoch);
    }

    /** So early that what is earlier is late, and whole ticks from 1970, so that ticks begin where they would without. */
    private long epochFor(long first) {
        long tick = window.retention().tickMillis();
        return Math.floorDiv(first, tick) * tick - window.retention().latenessMillis() - tick;
    }
}
