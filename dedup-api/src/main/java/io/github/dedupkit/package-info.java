/**
 * The vocabulary of dedupkit: keys, verdicts, stores, batches, retention and guarantees.
 *
 * <p>A consumer makes a {@link io.github.dedupkit.DedupKey} with a {@link io.github.dedupkit.KeySpace}, asks a {@link
 * io.github.dedupkit.DeduplicationStore} and acts on the {@link io.github.dedupkit.Verdict}. The contract that every
 * store keeps is numbered in {@code docs/contract.md}; Javadoc refers to its rules by number.
 *
 * <p>Passing null where a parameter is not marked {@code @Nullable} throws a {@link NullPointerException} that names it.
 */
@NullMarked
package io.github.dedupkit;

import org.jspecify.annotations.NullMarked;
