/** Stores that live in one process: the exact {@link io.github.dedupkit.inmemory.CaffeineDeduplicationStore}. */
@NullMarked
package io.github.dedupkit.inmemory;

import org.jspecify.annotations.NullMarked;
