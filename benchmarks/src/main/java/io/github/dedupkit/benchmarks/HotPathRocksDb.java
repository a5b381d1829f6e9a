package io.github.dedupkit.benchmarks;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.rocksdb.FlushOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/**
 * RocksDB with its defaults, write-ahead log on and not forced, in a directory for temporary files: a get, and a put of
 * the timestamp when there was none within the window. Nothing is ever deleted, and one thread's get and put are no
 * atomic step; the workload does not ask for one.
 */
final class HotPathRocksDb implements HotPathSubject {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private final HotPathId id;
    private final BenchDirectory directory;
    private final Options options;
    private final RocksDB db;

    HotPathRocksDb(HotPathSetting setting) {
        id = setting.id();
        try {
            RocksDB.loadLibrary();
            directory = BenchDirectory.temporary();
            options = new Options().setCreateIfMissing(true);
            db = RocksDB.open(options, directory.path().toString());
        } catch (RocksDBException | LinkageError e) {
            throw new IllegalStateException(
                    "RocksDB cannot be opened in " + System.getProperty("java.io.tmpdir") + ": " + e.getMessage()
                            + "; give a directory with room by -Djava.io.tmpdir, or leave this tier out",
                    e);
        }
    }

    @Override
    public Caller caller(int batch) {
        byte[] value = new byte[Long.BYTES];
        return (chunk, from, to, tally) -> {
            for (int i = from; i < to; i++) {
                tally.enter(chunk.duplicates[i], isDuplicate(id.sent(chunk, i), chunk.timestamps[i], value));
            }
        };
    }

    private boolean isDuplicate(byte[] key, long timestamp, byte[] value) {
        try {
            if (db.get(key, value) == Long.BYTES
                    && Math.abs(timestamp - (long) LONGS.get(value, 0)) <= HotPathWorkload.WINDOW_MILLIS) {
                return true;
            }
            LONGS.set(value, 0, timestamp);
            db.put(key, value);
            return false;
        } catch (RocksDBException e) {
            throw failed(e);
        }
    }

    private IllegalStateException failed(RocksDBException e) {
        return new IllegalStateException("RocksDB in " + directory.path() + " failed: " + e.getMessage(), e);
    }

    /** Nothing is left in the log, or in the memory that is written next; each id is in one file. */
    @Override
    public void rest() {
        try (FlushOptions waiting = new FlushOptions().setWaitForFlush(true)) {
            db.flush(waiting);
            db.compactRange();
        } catch (RocksDBException e) {
            throw failed(e);
        }
    }

    @Override
    public void close() {
        db.close();
        options.close();
        directory.close();
    }
}
