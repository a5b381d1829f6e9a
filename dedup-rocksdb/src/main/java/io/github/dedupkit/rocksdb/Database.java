package io.github.dedupkit.rocksdb;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.rocksdb.Checkpoint;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.FlushOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;

/**
 * The native database and its handles. Thread-safe, but for {@link #close}: nobody may be inside then, and nobody may come
 * after it, or the process dies.
 */
final class Database implements AutoCloseable {
    private final RocksDB rocks;
    private final NativeOptions options;
    private final ColumnFamilyHandle own;

    /** Every handle that is open, in the order they were opened. Guarded by itself. */
    private final List<ColumnFamilyHandle> handles;

    private Database(RocksDB rocks, NativeOptions options, List<ColumnFamilyHandle> handles) {
        this.rocks = rocks;
        this.options = options;
        this.handles = handles;
        own = handles.get(0);
    }

    /** Opens a database with every column family that it has; owns the options from now on, also when it fails. */
    static Database open(Path directory, NativeOptions options) throws RocksDBException {
        return open(directory, options, Mode.WRITE);
    }

    /** Opens a database to look at, which changes nothing on the disk. */
    static Database openReadOnly(Path directory, NativeOptions options) throws RocksDBException {
        return open(directory, options, Mode.READ);
    }

    private enum Mode {
        READ,
        WRITE
    }

    /** How durable a write is. */
    enum Sync {
        /** As the store promises. */
        AS_PROMISED,
        /** It survives a power cut. */
        ALWAYS
    }

    private static Database open(Path directory, NativeOptions options, Mode mode) throws RocksDBException {
        List<ColumnFamilyHandle> handles = new ArrayList<>();
        boolean opened = false;
        try {
            List<ColumnFamilyDescriptor> families = new ArrayList<>();
            families.add(new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, options.own));
            for (byte[] name : names(directory)) {
                if (!Arrays.equals(name, RocksDB.DEFAULT_COLUMN_FAMILY)) {
                    families.add(new ColumnFamilyDescriptor(name, options.records));
                }
            }
            RocksDB rocks = mode == Mode.WRITE
                    ? RocksDB.open(options.database, directory.toString(), families, handles)
                    : RocksDB.openReadOnly(options.database, directory.toString(), families, handles);
            opened = true;
            return new Database(rocks, options, handles);
        } finally {
            if (!opened) {
                options.close();
            }
        }
    }

    private static List<byte[]> names(Path directory) throws RocksDBException {
        if (!exists(directory)) {
            return List.of();
        }
        try (Options none = new Options()) {
            return RocksDB.listColumnFamilies(none, directory.toString());
        }
    }

    /** Whether a directory holds a database, whole or not. */
    static boolean exists(Path directory) {
        return Files.exists(directory.resolve("CURRENT"));
    }

    /** The slices found on the disk. */
    List<Slice> slices(EventTime time) throws RocksDBException {
        List<Slice> slices = new ArrayList<>();
        for (ColumnFamilyHandle handle : handles.subList(1, handles.size())) {
            long number = Slice.number(handle.getName());
            slices.add(new Slice(number, time.startOf(number), handle));
        }
        return slices;
    }

    /** The values of some keys of a slice, null where there is none. */
    @SuppressWarnings("NullAway") // RocksDB's own list holds null for a key that is not there
    List<byte @Nullable []> get(Slice slice, List<byte[]> keys) throws RocksDBException {
        if (keys.size() == 1) {
            List<byte @Nullable []> one = new ArrayList<>(1);
            one.add(rocks.get(slice.handle, options.read, keys.get(0)));
            return one;
        }
        return rocks.multiGetAsList(options.read, Collections.nCopies(keys.size(), slice.handle), keys);
    }

    /** An entry of the store's own. */
    byte @Nullable [] get(byte[] key) throws RocksDBException {
        return rocks.get(own, options.read, key);
    }

    /** To be closed before the slice is dropped. */
    RocksIterator iterate(Slice slice) {
        return rocks.newIterator(slice.handle, options.readOnce);
    }

    void put(WriteBatch batch, byte[] key, byte[] value) throws RocksDBException {
        batch.put(own, key, value);
    }

    /** Writes all of a batch or nothing. */
    void write(WriteBatch batch, Sync sync) throws RocksDBException {
        rocks.write(sync == Sync.ALWAYS ? options.writeSynced : options.write, batch);
    }

    /** Writes an entry of the store's own, and everything that was logged before it, to survive a power cut. */
    void writeSynced(byte[] key, byte[] value) throws RocksDBException {
        rocks.put(own, options.writeSynced, key, value);
    }

    ColumnFamilyHandle create(long slice) throws RocksDBException {
        ColumnFamilyHandle handle =
                rocks.createColumnFamily(new ColumnFamilyDescriptor(Slice.name(slice), options.records));
        synchronized (handles) {
            handles.add(handle);
        }
        return handle;
    }

    void drop(Slice slice) throws RocksDBException {
        rocks.dropColumnFamily(slice.handle);
        synchronized (handles) {
            handles.remove(slice.handle);
        }
        slice.handle.close();
    }

    /** Writes every memtable to a file, all of one moment if there is no log. */
    void flush() throws RocksDBException {
        try (FlushOptions wait = new FlushOptions().setWaitForFlush(true)) {
            List<ColumnFamilyHandle> all;
            synchronized (handles) {
                all = List.copyOf(handles);
            }
            rocks.flush(wait, all);
        }
    }

    void checkpoint(Path directory) throws RocksDBException {
        try (Checkpoint checkpoint = Checkpoint.create(rocks)) {
            checkpoint.createCheckpoint(directory.toString());
        }
    }

    /** Blocks, filters, indexes, memtables: what the budget bounds. */
    long memoryBytes() {
        return options.cache.getUsage();
    }

    /** A number that RocksDB keeps, summed over all column families. */
    long sum(String property) throws RocksDBException {
        return rocks.getAggregatedLongProperty(property);
    }

    /** Keys of a slice by RocksDB's estimate, which counts a record twice until a rewrite of it is compacted. */
    long estimatedKeys(Slice slice) throws RocksDBException {
        return rocks.getLongProperty(slice.handle, "rocksdb.estimate-num-keys");
    }

    @Override
    public void close() {
        synchronized (handles) {
            handles.forEach(ColumnFamilyHandle::close);
            handles.clear();
        }
        rocks.close();
        options.close();
    }
}
