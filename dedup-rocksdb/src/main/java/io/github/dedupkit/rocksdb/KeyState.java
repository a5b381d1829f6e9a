package io.github.dedupkit.rocksdb;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What one call knows of a key: the record found, and as the call will leave it. Not thread-safe. */
final class KeyState implements Comparable<KeyState> {
    final long high;
    final long low;
    final byte[] key;

    /** Where the newest record was found, if it was; it may be void. */
    @Nullable
    Place found;

    /** Whether the record found is of a life that is void, and so counts as none. */
    boolean foundVoid;

    /** Every place with a record of the key, newest first; kept by a call that forgets. */
    final List<Place> places = new ArrayList<>(0);

    /** Whether there is a record, the found one or one that this call made. */
    boolean exists;

    long timestamp;

    /** The record's origin; 0 means confirmed. */
    long origin;

    boolean changed;
    boolean needsLookUp;

    /** A stored value. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Place(Slice slice, byte[] value) {}

    KeyState(long high, long low) {
        this.high = high;
        this.low = low;
        key = RocksDbRecords.key(high, low);
    }

    /** Takes in the newest record. One of a life that is void counts as none, and hides none: it is replaced or gone. */
    void found(Place place, long voidedLives) {
        found = place;
        origin = RocksDbRecords.origin(place.value);
        exists = origin == 0 || RocksDbRecords.life(place.value) > voidedLives;
        foundVoid = !exists;
        timestamp = place.slice.start + RocksDbRecords.offset(place.value);
    }

    void mark(long at, long byOrigin) {
        exists = true;
        timestamp = at;
        origin = byOrigin;
        changed = true;
    }

    /** Confirms the record if it is open and carries this origin. */
    void confirm(long byOrigin) {
        if (isOpenFor(byOrigin)) {
            origin = 0;
            changed = true;
        }
    }

    boolean isOpenFor(long byOrigin) {
        return exists && byOrigin != 0 && origin == byOrigin;
    }

    boolean isConfirmed() {
        return exists && origin == 0;
    }

    /** The order of the keys on the disk. */
    @Override
    public int compareTo(KeyState other) {
        int byHigh = Long.compareUnsigned(high, other.high);
        return byHigh != 0 ? byHigh : Long.compareUnsigned(low, other.low);
    }
}
