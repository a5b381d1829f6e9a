/**
 * The contract of {@code docs/contract.md} as JUnit classes, and what is needed to test a store against it: virtual time,
 * an oracle over random histories, races, faults, and a fake durable store.
 *
 * <p>To test a store, extend the contract class of its interface and supply a {@link
 * io.github.dedupkit.testkit.StoreFixture}; a store that survives its process supplies a {@link
 * io.github.dedupkit.testkit.DurableFixture}. Idempotency stores have contracts of their own: {@link
 * io.github.dedupkit.testkit.IdempotencyStoreContract}, and that of the executor on them.
 */
@NullMarked
package io.github.dedupkit.testkit;

import org.jspecify.annotations.NullMarked;
