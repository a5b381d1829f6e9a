package io.github.dedupkit.benchmarks;

import java.util.Map;

/** What a command found. */
interface BenchResult {
    /** Whether every promise that could be judged was kept. */
    boolean isRight();

    /** Lines for people. */
    String text();

    /** The same for programs, in the order in which it is told: see {@link BenchJson}. */
    Map<String, Object> fields();
}
