package io.github.dedupkit.benchmarks;

import io.github.dedupkit.Retention;
import io.github.dedupkit.benchmarks.AllocationBenchmark.Hash;
import java.time.Duration;

/**
 * What a subject has to cope with.
 *
 * @param id the kind of id
 * @param keySpace the hash, where ids are hashed by us
 * @param workload the events
 */
record HotPathSetting(HotPathId id, Hash keySpace, HotPathWorkload workload) {
    Retention retention() {
        return Retention.builder(Duration.ofMillis(HotPathWorkload.WINDOW_MILLIS))
                .lateness(Duration.ofMillis(workload.latenessMillis()))
                .tick(Duration.ofMillis(HotPathWorkload.TICK_MILLIS))
                .build();
    }

    HotPathLag lag() {
        return workload.traffic().lag();
    }

    HotPathOrigins origins() {
        return workload.traffic().origins();
    }
}
