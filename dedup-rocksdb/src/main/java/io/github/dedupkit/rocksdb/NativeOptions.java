package io.github.dedupkit.rocksdb;

import java.util.ArrayDeque;
import java.util.Deque;
import org.rocksdb.AbstractNativeReference;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.LRUCache;
import org.rocksdb.ReadOptions;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteBufferManager;
import org.rocksdb.WriteOptions;

/**
 * How RocksDB is set up. Native code points into these objects: they live as long as the database, and are freed after it, the
 * last one made first.
 */
final class NativeOptions implements AutoCloseable {
    private static final int FILTER_BITS = 10;

    /** Of a memtable's size, for its filter: ten bits a key at some 80 bytes a key. */
    private static final double MEMTABLE_FILTER = 0.02;

    private static final long MOST_MEMTABLE_BYTES = 64L << 20;
    private static final long LEAST_MEMTABLE_BYTES = 1L << 20;
    private static final int INFO_LOGS = 4;
    private static final long INFO_LOG_BYTES = 4L << 20;

    private final Deque<AbstractNativeReference> made = new ArrayDeque<>();
    final Cache cache;
    final DBOptions database;
    final ColumnFamilyOptions records;
    final ColumnFamilyOptions own;
    final ReadOptions read;
    final ReadOptions readOnce;
    final WriteOptions write;
    final WriteOptions writeSynced;

    /**
     * Sets up.
     *
     * @param memoryBytes the budget: half of it may be memtables, the rest is for blocks, filters and indexes
     */
    NativeOptions(RocksDbDeduplicationStore.Durability durability, long memoryBytes, WALRecoveryMode recovery) {
        cache = keep(new LRUCache(memoryBytes));
        // Memtables count in the cache, so that the budget is one.
        WriteBufferManager memtables = keep(new WriteBufferManager(memoryBytes / 2, cache));
        long memtable = Math.max(LEAST_MEMTABLE_BYTES, Math.min(MOST_MEMTABLE_BYTES, memoryBytes / 4));
        database = keep(new DBOptions())
                .setCreateIfMissing(true)
                .setWriteBufferManager(memtables)
                .setMaxTotalWalSize(2 * memoryBytes)
                .setMaxBackgroundJobs(2)
                // An incomplete write at the end was not acknowledged. Any other damage is refused, not cut off.
                .setWalRecoveryMode(recovery)
                // Without a log, what is flushed must be of one moment: a position never without the marks before it.
                .setAtomicFlush(durability == RocksDbDeduplicationStore.Durability.NONE)
                .setAvoidFlushDuringShutdown(true)
                .setStatsDumpPeriodSec(0)
                .setStatsPersistPeriodSec(0)
                .setKeepLogFileNum(INFO_LOGS)
                .setMaxLogFileSize(INFO_LOG_BYTES);
        records = keep(new ColumnFamilyOptions())
                .setWriteBufferSize(memtable)
                .setMemtablePrefixBloomSizeRatio(MEMTABLE_FILTER)
                .setMemtableWholeKeyFiltering(true)
                .setCompressionType(CompressionType.LZ4_COMPRESSION)
                .setTableFormatConfig(new BlockBasedTableConfig()
                        .setFilterPolicy(keep(new BloomFilter(FILTER_BITS, false)))
                        .setWholeKeyFiltering(true)
                        .setBlockCache(cache)
                        .setCacheIndexAndFilterBlocks(true)
                        .setCacheIndexAndFilterBlocksWithHighPriority(true)
                        .setPinL0FilterAndIndexBlocksInCache(true));
        own = keep(new ColumnFamilyOptions())
                .setWriteBufferSize(memtable)
                .setTableFormatConfig(new BlockBasedTableConfig().setBlockCache(cache));
        read = keep(new ReadOptions());
        readOnce = keep(new ReadOptions()).setFillCache(false);
        write = keep(new WriteOptions())
                .setSync(durability == RocksDbDeduplicationStore.Durability.SYNC)
                .setDisableWAL(durability == RocksDbDeduplicationStore.Durability.NONE);
        writeSynced = keep(new WriteOptions()).setSync(true);
    }

    private <T extends AbstractNativeReference> T keep(T reference) {
        made.push(reference);
        return reference;
    }

    @Override
    public void close() {
        made.forEach(AbstractNativeReference::close);
        made.clear();
    }
}
