package io.github.dedupkit.rocksdb;

import io.github.dedupkit.BackingStore.RecordVisitor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/** What a session answers without a lock. Thread-safe if each caller is inside the session. */
final class Reads {
    private static final int VISITS_BETWEEN_LOOKS = 1_024;

    /** The last life whose open marks count as none. */
    final long voidedLives;

    private final Settings settings;
    private final EventTime time;
    private final Database database;
    private final Slices slices;
    private final UseCount session;

    /** Marks before it may be missing. */
    private final long lostBefore;

    Reads(Settings settings, EventTime time, Database database, Slices slices, UseCount session, Opening opening) {
        this.settings = settings;
        this.time = time;
        this.database = database;
        this.slices = slices;
        this.session = session;
        voidedLives = opening.voidedLives;
        lostBefore = opening.lostBefore;
    }

    List<byte @Nullable []> get(Slice slice, List<KeyState> keys) throws RocksDBException {
        List<byte[]> wanted = new ArrayList<>(keys.size());
        for (KeyState key : keys) {
            wanted.add(key.key);
        }
        return database.get(slice, wanted);
    }

    boolean mightContain(long keyHigh, long keyLow, long timestamp) {
        long at = time.clamp(timestamp, time.present(settings.clock().millis()));
        if (time.isLate(at, time.watermark()) || at - settings.retention().windowMillis() < lostBefore) {
            return true;
        }
        KeyState key = new KeyState(keyHigh, keyLow);
        List<Slice> entered = slices.enter(time.firstSliceFor(at));
        try {
            for (Slice slice : entered) {
                byte[] value = get(slice, List.of(key)).get(0);
                if (value != null) {
                    key.found(new KeyState.Place(slice, value), voidedLives);
                    return key.exists && time.inWindow(key.timestamp, at);
                }
            }
            return false;
        } catch (RocksDBException e) {
            throw Failures.of(e, "a look-up", settings.directory());
        } finally {
            slices.exit(entered);
        }
    }

    /** Visits what is there; false if the store was closed meanwhile. */
    boolean scan(RecordVisitor visitor) {
        List<Slice> entered = slices.enter(Long.MIN_VALUE);
        try {
            for (Slice slice : entered) {
                if (!scan(slice, visitor)) {
                    return false;
                }
            }
            return !session.hasEnded();
        } catch (RocksDBException e) {
            throw Failures.of(e, "a scan", settings.directory());
        } finally {
            slices.exit(entered);
        }
    }

    private boolean scan(Slice slice, RecordVisitor visitor) throws RocksDBException {
        try (RocksIterator records = database.iterate(slice)) {
            int visits = 0;
            for (records.seekToFirst(); records.isValid(); records.next()) {
                if (++visits % VISITS_BETWEEN_LOOKS == 0 && session.hasEnded()) {
                    return false;
                }
                visit(slice, records.key(), records.value(), visitor);
            }
            records.status();
            return true;
        }
    }

    private void visit(Slice slice, byte[] key, byte[] value, RecordVisitor visitor) {
        ByteBuffer bits = ByteBuffer.wrap(key);
        KeyState record = new KeyState(bits.getLong(), bits.getLong());
        record.found(new KeyState.Place(slice, value), voidedLives);
        if (record.exists && !time.isFree(record.timestamp)) {
            visitor.visit(record.high, record.low, record.timestamp);
        }
    }

    /**
     * Whether there may be void marks in later slices than that of an event in time: a mark must look for its key's, whoever
     * says that the key is new, because a scan does not show them and they would hide the new record.
     */
    boolean mayMeetVoidMarks() {
        return voidedLives > 0 && time.watermark() - settings.retention().latenessMillis() < lostBefore;
    }

    /** What lies within it before any event that is not too late is not missing. */
    long effectiveWindowMillis() {
        long window = settings.retention().windowMillis();
        if (lostBefore == Long.MIN_VALUE) {
            return window;
        }
        long oldestInTime = time.watermark() - settings.retention().latenessMillis();
        return Math.max(0, Math.min(window, oldestInTime - lostBefore));
    }
}
