package io.github.dedupkit.cli;

/**
 * The truth about a demo: which delivery did the work of each click, and how often work was done in vain or not at all.
 * Four bytes a record. Not thread-safe.
 */
final class EffectLedger {
    private final ClickStream stream;

    /** By click: 0 not done; r + 1 done for record r; -(r + 1) done for record r, and confirmed. */
    private final int[] doneFor;

    private long admitted;
    private long repeated;

    EffectLedger(ClickStream stream) {
        this.stream = stream;
        doneFor = new int[stream.records()];
    }

    /** The work of a click is done, for the delivery of a record. */
    void done(int click, int record) {
        int before = doneFor[click];
        if (before == 0) {
            doneFor[click] = record + 1;
        } else if (before == record + 1) {
            repeated++;
        } else {
            admitted++;
        }
    }

    /** The delivery of a record was confirmed, or needs no confirming. */
    void confirmed(int click, int record) {
        if (doneFor[click] == record + 1) {
            doneFor[click] = -(record + 1);
        }
    }

    /** The clicks in the stream. */
    int clicks() {
        int clicks = 0;
        for (int record = 0; record < doneFor.length; record++) {
            clicks += stream.isClick(record) ? 1 : 0;
        }
        return clicks;
    }

    /** L: clicks whose work was never done. */
    int lost() {
        int lost = 0;
        for (int record = 0; record < doneFor.length; record++) {
            lost += doneFor[record] == 0 && stream.isClick(record) ? 1 : 0;
        }
        return lost;
    }

    /** D: copies, or confirmed deliveries, whose work was done again. */
    long admitted() {
        return admitted;
    }

    /** R: unconfirmed deliveries whose work was done again after a crash. */
    long repeated() {
        return repeated;
    }
}
