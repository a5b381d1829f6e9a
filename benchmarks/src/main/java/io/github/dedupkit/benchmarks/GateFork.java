package io.github.dedupkit.benchmarks;

import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * One fork of the gate: times one method of {@link GateBenchmark} in this JVM, against the library on its class path, and
 * prints {@link GateFigures}.
 */
public final class GateFork {
    /** The exit code when benchmark and library do not fit together. */
    static final int UNLINKED = 9;

    /** What the line of figures begins with. */
    static final String PREFIX = "gate-fork ";

    private GateFork() {}

    /**
     * Measures, and ends the JVM.
     *
     * @param args the method
     * @throws RunnerException if it fails, and not for want of a class or a method
     */
    public static void main(String[] args) throws RunnerException {
        try {
            System.out.println(PREFIX + figures(args[0]));
        } catch (RunnerException e) {
            if (!isUnlinked(e)) {
                throw e;
            }
            System.err.println(e);
            System.exit(UNLINKED);
        }
        System.exit(0); // not to wait for the threads of a store
    }

    private static GateFigures figures(String method) throws RunnerException {
        return GateFigures.of(new Runner(new OptionsBuilder()
                        .include("\\." + GateBenchmark.class.getSimpleName() + "\\." + method + "$")
                        .forks(0) // this JVM is the fork
                        .shouldFailOnError(true)
                        .verbosity(VerboseMode.SILENT)
                        .build())
                .runSingle().getBenchmarkResults().stream()
                        .map(BenchmarkResult::getIterationResults)
                        .flatMap(Collection::stream)
                        .mapToDouble(iteration -> iteration.getPrimaryResult().getScore())
                        .toArray());
    }

    /** Whether a class or a member was missing. JMH hangs what a benchmark threw onto an exception of its own. */
    static boolean isUnlinked(Throwable thrown) {
        return isUnlinked(thrown, Collections.newSetFromMap(new IdentityHashMap<>()));
    }

    private static boolean isUnlinked(@Nullable Throwable thrown, Set<Throwable> seen) {
        if (thrown == null || !seen.add(thrown)) {
            return false;
        }
        if (thrown instanceof LinkageError && !(thrown instanceof ExceptionInInitializerError)) {
            return true;
        }
        for (Throwable suppressed : thrown.getSuppressed()) {
            if (isUnlinked(suppressed, seen)) {
                return true;
            }
        }
        return isUnlinked(thrown.getCause(), seen);
    }
}
