package io.github.dedupkit.testkit;

import java.util.List;

/** One step of a random history. Keys are indexes, times are epoch milliseconds. */
sealed interface Step {
    /** What happens to the call of a step. */
    enum Fault {
        /** It is answered. */
        NONE,
        /** It fails before the store has acted. */
        LOSE_REQUEST,
        /** It fails after the store has acted. */
        LOSE_REPLY
    }

    /** One item to mark. */
    record Item(int key, long timestamp, long origin) {
        @Override
        public String toString() {
            return "k" + key + "@" + timestamp + (origin == 0 ? "" : "/o" + origin);
        }
    }

    record Mark(Item item, Fault fault) implements Step {}

    record MarkBatch(List<Item> items, Fault fault) implements Step {}

    record Confirm(Item item, Fault fault) implements Step {}

    record Forget(Item item, Fault fault) implements Step {}

    record Look(Item item) implements Step {}

    record MoveClock(long millis) implements Step {}

    /** Closes the store and opens it again. */
    record Reopen() implements Step {}

    /** Kills the store and opens it again. */
    record Crash() implements Step {}
}
