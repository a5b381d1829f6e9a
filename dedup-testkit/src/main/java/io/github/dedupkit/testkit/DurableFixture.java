package io.github.dedupkit.testkit;

/** A storage that outlives its store. */
public interface DurableFixture extends StoreFixture {
    /**
     * Kills the open stores as the death of the process would, without closing them: what they had not yet handed to the
     * storage is gone. The storage can be opened again.
     */
    void crash();

    /**
     * Damages a byte of the stored state while no store is open.
     *
     * @param seed chooses the place
     */
    void damage(long seed);
}
