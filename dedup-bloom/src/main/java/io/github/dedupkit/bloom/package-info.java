/** Bloom filters that forget: the approximate {@link io.github.dedupkit.bloom.BloomDeduplicationStore}. */
@NullMarked
package io.github.dedupkit.bloom;

import org.jspecify.annotations.NullMarked;
