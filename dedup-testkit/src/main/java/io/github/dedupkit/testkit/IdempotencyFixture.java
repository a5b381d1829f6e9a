package io.github.dedupkit.testkit;

import io.github.dedupkit.IdempotencyStore;

/** One storage of claims under test, empty at first, and the way to open stores on it. */
public interface IdempotencyFixture extends AutoCloseable {
    /**
     * Opens a store on the storage. A contract closes what it opens. With {@link #instances()} 1, it never has two open.
     *
     * @return an open store
     */
    IdempotencyStore open();

    /**
     * How many stores may be open on the storage at once, as by several processes.
     *
     * @return 1 unless the storage is shared
     */
    default int instances() {
        return 1;
    }

    /** Releases the storage. */
    @Override
    void close();
}
