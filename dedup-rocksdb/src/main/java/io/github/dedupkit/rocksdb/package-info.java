/** A day or a month on this machine's disk: {@link io.github.dedupkit.rocksdb.RocksDbDeduplicationStore}. */
@NullMarked
package io.github.dedupkit.rocksdb;

import org.jspecify.annotations.NullMarked;
