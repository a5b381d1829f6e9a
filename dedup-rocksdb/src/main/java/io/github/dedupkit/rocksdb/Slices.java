package io.github.dedupkit.rocksdb;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.RocksDBException;

/**
 * The slices of a database, newest first. Thread-safe; the caller is inside the store's own use count. Who uses a slice has
 * entered it, so that nothing is dropped under it: a slice that is over goes with its last user.
 */
final class Slices {
    private static final Logger LOGGER = System.getLogger(Slices.class.getName());

    private final Database database;
    private final EventTime time;
    private final ReentrantLock dropping = new ReentrantLock();

    /** Newest first, never changed in place. */
    private volatile List<Slice> slices;

    /** Slices before it were dropped, or never made. Guarded by this. */
    private long floor;

    Slices(Database database, EventTime time, List<Slice> found, long floor) {
        this.database = database;
        this.time = time;
        this.floor = floor;
        List<Slice> sorted = new ArrayList<>(found);
        sorted.sort(Comparator.comparingLong((Slice slice) -> slice.number).reversed());
        slices = List.copyOf(sorted);
    }

    /** Enters each slice from a number on, newest first. */
    List<Slice> enter(long from) {
        List<Slice> all = slices;
        List<Slice> entered = new ArrayList<>(all.size()); // no more room is needed once one is entered
        for (Slice slice : all) {
            if (slice.number >= from && slice.uses.enter()) {
                entered.add(slice);
            }
        }
        return entered;
    }

    void exit(List<Slice> entered) {
        for (Slice slice : entered) {
            exit(slice);
        }
    }

    private void exit(Slice slice) {
        if (slice.uses.exit()) {
            drop(slice);
        }
    }

    /** Enters a slice to write in it, and makes it first if it must; null if it is over. */
    @Nullable
    Slice enterOrCreate(long number) throws RocksDBException {
        Slice slice = find(number);
        if (slice == null) {
            slice = create(number);
        }
        return slice != null && slice.uses.enter() ? slice : null;
    }

    private @Nullable Slice find(long number) {
        for (Slice slice : slices) {
            if (slice.number == number) {
                return slice;
            }
        }
        return null;
    }

    private synchronized @Nullable Slice create(long number) throws RocksDBException {
        Slice slice = find(number);
        if (slice != null || number < floor) {
            return slice;
        }
        ColumnFamilyHandle handle = database.create(number);
        slice = new Slice(number, time.startOf(number), handle);
        List<Slice> more = new ArrayList<>(slices);
        int place = 0;
        while (place < more.size() && more.get(place).number > number) {
            place++;
        }
        more.add(place, slice);
        slices = List.copyOf(more);
        return slice;
    }

    /** Whether there is a slice that is over. */
    boolean hasExpired() {
        List<Slice> all = slices;
        return !all.isEmpty() && all.get(all.size() - 1).number < time.firstLiveSlice(time.watermark());
    }

    /** Drops what is over, unless another thread is about it. The floor is durable first (rule 4f). */
    void dropExpired() throws RocksDBException {
        if (!dropping.tryLock()) {
            return;
        }
        try {
            long watermark = time.watermark();
            long first = time.firstLiveSlice(watermark);
            database.writeSynced(RocksDbRecords.FLOOR, RocksDbRecords.longs(first, watermark));
            for (Slice slice : takeBefore(first)) {
                if (slice.uses.end()) {
                    drop(slice);
                }
            }
        } finally {
            dropping.unlock();
        }
    }

    private synchronized List<Slice> takeBefore(long first) {
        List<Slice> over = new ArrayList<>(slices);
        over.removeIf(slice -> slice.number >= first);
        List<Slice> left = new ArrayList<>(slices);
        left.removeAll(over);
        slices = List.copyOf(left);
        floor = Math.max(floor, first);
        return over;
    }

    /** A slice that cannot be dropped now is dropped when the store is opened again. */
    private void drop(Slice slice) {
        try {
            database.drop(slice);
        } catch (RocksDBException e) {
            LOGGER.log(
                    Level.WARNING, "slice " + slice.number + " is over and stays on the disk until the next open", e);
        }
    }

    /** The keys held, expired ones included. */
    long keys() {
        return slices.stream().mapToLong(slice -> slice.keys.get()).sum();
    }

    /** Each slice's number and keys, to be known again after a close. */
    long[] counts() {
        return slices.stream()
                .flatMapToLong(slice -> java.util.stream.LongStream.of(slice.number, slice.keys.get()))
                .toArray();
    }
}
