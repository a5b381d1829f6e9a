/**
 * Bloom filters that forget: the approximate {@link io.github.dedupkit.bloom.BloomDeduplicationStore}; and the {@link
 * io.github.dedupkit.bloom.FilteredDeduplicationStore}, a filter in front of an exact store.
 */
@NullMarked
package io.github.dedupkit.bloom;

import org.jspecify.annotations.NullMarked;
