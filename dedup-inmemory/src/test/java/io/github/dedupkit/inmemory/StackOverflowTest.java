package io.github.dedupkit.inmemory;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An error thrown inside a critical section leaves no lock behind, and no false record: see {@link StackOverflows}.
 *
 * <p>System property: {@code dedup.test.long-overflow-threads}, threads that run out of stack in each long test.
 */
@Timeout(1_800)
class StackOverflowTest {
    private static final int LONG_THREADS = Integer.getInteger("dedup.test.long-overflow-threads", 5_000);
    private static final Pattern OVERFLOWED = Pattern.compile("([0-9,]+) calls ended, ([0-9,]+) overflowed");

    private static final String INTERPRETED = "-Xint";
    private static final String FIRST_COMPILER = "-XX:TieredStopAtLevel=1";
    private static final String BOTH_COMPILERS = "-XX:+TieredCompilation";

    @ParameterizedTest
    @CsvSource({
        INTERPRETED + ", fixed, 150",
        FIRST_COMPILER + ", fixed, 150",
        BOTH_COMPILERS + ", fixed, 1200",
        BOTH_COMPILERS + ", grows, 150",
        BOTH_COMPILERS + ", evicts, 150"
    })
    void everyDepthNearTheEndOfAStack(String compiler, String kind, int threads, @TempDir Path directory)
            throws Exception {
        run(directory, compiler, threads, kind, "warm");
    }

    @ParameterizedTest
    @CsvSource({INTERPRETED + ", 150", FIRST_COMPILER + ", 150", BOTH_COMPILERS + ", 600"})
    void everyDepthOfAFilter(String compiler, int threads, @TempDir Path directory) throws Exception {
        run(FilterStackOverflows.class, directory, compiler, threads);
    }

    @Tag("long")
    @ParameterizedTest
    @ValueSource(strings = {INTERPRETED, FIRST_COMPILER, BOTH_COMPILERS})
    void everyDepthOfAFilterThousandsOfTimes(String compiler, @TempDir Path directory) throws Exception {
        run(FilterStackOverflows.class, directory, compiler, LONG_THREADS);
    }

    @Tag("long")
    @ParameterizedTest
    @CsvSource({
        INTERPRETED + ", fixed",
        INTERPRETED + ", grows",
        INTERPRETED + ", evicts",
        FIRST_COMPILER + ", fixed",
        FIRST_COMPILER + ", grows",
        FIRST_COMPILER + ", evicts",
        BOTH_COMPILERS + ", fixed",
        BOTH_COMPILERS + ", grows",
        BOTH_COMPILERS + ", evicts"
    })
    void everyDepthThousandsOfTimes(String compiler, String kind, @TempDir Path directory) throws Exception {
        run(directory, compiler, LONG_THREADS, kind, "warm");
    }

    /** Classes that are not yet initialised, call sites that are not yet linked: what fails now must work later. */
    @Tag("long")
    @ParameterizedTest
    @ValueSource(strings = {INTERPRETED, BOTH_COMPILERS})
    void aFirstCallWithoutStackSpoilsNothing(String compiler, @TempDir Path directory) throws Exception {
        for (int frames = 0; frames < 120; frames += 3) {
            run(directory, compiler, 3, "fixed", "cold", Integer.toString(frames));
        }
    }

    private static void run(Path directory, String compiler, int threads, String... arguments) throws Exception {
        run(StackOverflows.class, directory, compiler, threads, arguments);
    }

    private static void run(Class<?> main, Path directory, String compiler, int threads, String... arguments)
            throws Exception {
        String[] all = new String[arguments.length + 1];
        all[0] = Integer.toString(threads);
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        String printed = FingerprintTables.fork(directory, main, List.of(compiler), all);
        Matcher counts = OVERFLOWED.matcher(printed);
        assertTrue(counts.find(), printed);
        int ended = Integer.parseInt(counts.group(1).replace(",", ""));
        int overflowed = Integer.parseInt(counts.group(2).replace(",", ""));
        System.out.printf("%s %s: %,d calls ended, %,d overflowed%n", compiler, List.of(arguments), ended, overflowed);
        assertTrue(
                ended > threads && overflowed > threads, "hardly a call overflowed, or hardly one did not: " + printed);
    }
}
