package io.github.dedupkit.testkit;

/** A storage of claims that outlives its store. */
public interface DurableIdempotencyFixture extends IdempotencyFixture {
    /**
     * Kills the open stores as the death of the process would, without closing them: what they had not yet handed to the
     * storage is gone. The storage can be opened again.
     */
    void crash();

    /**
     * Copies the stored state, as a backup does, while no store is open.
     *
     * @return puts the copy back, while no store is open
     */
    Runnable backUp();

    /**
     * Damages a byte of the stored state while no store is open.
     *
     * @param seed chooses the place
     */
    void damage(long seed);
}
