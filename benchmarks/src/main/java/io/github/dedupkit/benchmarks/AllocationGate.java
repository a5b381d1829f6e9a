package io.github.dedupkit.benchmarks;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * Runs {@link AllocationBenchmark} and {@link AllocationConfirmBenchmark}, briefly, and judges them: no primitive or
 * batch form may allocate, and the value form and the Caffeine store's confirm must be seen to; of the stores, the
 * fingerprint table is held to it. Started by {@code build/check-allocation.sh}.
 *
 * <p>Allocation is counted, not timed, so short runs on a busy machine are enough. The bound of 0.05 B per event leaves
 * room for what the harness itself allocates between two readings; the smallest object, 16 B, shows if one event in 300
 * makes one, or one in 75 of those that the table judges.
 *
 * <p>Exit codes: 0 nothing is allocated; 1 something is; 2 the check itself did not bite: a contrast was not seen to
 * allocate, or a row is missing or was not measured.
 */
public final class AllocationGate {
    static final int OK = 0;
    static final int ALLOCATES = 1;
    static final int DID_NOT_BITE = 2;

    static final double MOST_BYTES = 0.05;
    static final double LEAST_BYTES_OF_CONTRAST = 1;
    static final int ROWS = Stream.of(Form.values()).mapToInt(Form::rows).sum();

    private static final String METRIC = "gc.alloc.rate.norm";
    private static final TimeValue ITERATION = TimeValue.milliseconds(500);

    private AllocationGate() {}

    /** The benchmarks' methods. */
    enum Form {
        SINGLE_CALL("singleCall", "markSeen(high, low, ...)"),
        BATCH("batch", "markSeen(batch)"),
        VALUE_FORM("valueForm", "markSeen(key, ...)"),
        TABLE_CALL("tableCall", "table: markSeen(high, ...)"),
        TABLE_BATCH("tableBatch", "table: markSeen(batch)"),
        CONFIRM_CALL("confirmCall", "confirm(high, low, ...)"),
        CONFIRM_BATCH("confirmBatch", "confirm(batch)"),
        CONFIRM_CAFFEINE("confirmCaffeine", "Caffeine: confirm(high, ...)"),
        FORGET_CALL("forgetCall", "forget(high, low, ...)"),
        FORGET_BATCH("forgetBatch", "forget(batch)");

        private static final Set<Form> CONTRASTS = EnumSet.of(VALUE_FORM, CONFIRM_CAFFEINE);
        private static final Set<Form> OF_READY_KEYS =
                EnumSet.of(CONFIRM_CALL, CONFIRM_BATCH, CONFIRM_CAFFEINE, FORGET_CALL, FORGET_BATCH);

        final String method;
        final String label;

        Form(String method, String label) {
            this.method = method;
            this.label = label;
        }

        /** Whether it has to allocate, so that the others are believed. */
        boolean isContrast() {
            return CONTRASTS.contains(this);
        }

        /** The measurements of the form: of each kind of id in each key space, or of keys that are made beforehand. */
        int rows() {
            return OF_READY_KEYS.contains(this)
                    ? 1
                    : AllocationBenchmark.IdKind.values().length * AllocationBenchmark.Hash.values().length;
        }

        static Form of(String benchmark) {
            for (Form form : values()) {
                if (benchmark.endsWith("." + form.method)) {
                    return form;
                }
            }
            throw new IllegalArgumentException("no form is measured by " + benchmark);
        }
    }

    /**
     * One measurement.
     *
     * @param form the form of the call
     * @param id the kind of id; a dash for ready keys
     * @param keySpace the kind of key space; a dash for ready keys
     * @param bytes allocated per event; NaN if that was not measured
     * @param nanos time per event, for information
     */
    record Row(Form form, String id, String keySpace, double bytes, double nanos) {}

    /**
     * Measures, prints a table and ends the JVM with the exit code.
     *
     * @param args a directory for the result as JSON and for the log
     */
    public static void main(String[] args) {
        if (args.length != 1) {
            System.err.println("usage: AllocationGate DIRECTORY");
            System.exit(DID_NOT_BITE);
        }
        Path log = Path.of(args[0], "allocation.log");
        System.out.println("allocation: " + ROWS + " short measurements on Java " + System.getProperty("java.version")
                + ", two to seven minutes; log: " + log);
        int code;
        try {
            code = judge(measure(Path.of(args[0], "allocation.json"), log), System.out);
        } catch (RunnerException | RuntimeException e) {
            // Uncaught, it would end the JVM with 1, which says that something allocates.
            System.out.println("allocation: the benchmark did not run, see " + log + ": " + e);
            code = DID_NOT_BITE;
        }
        System.exit(code);
    }

    private static List<Row> measure(Path json, Path log) throws RunnerException {
        return rows(new Runner(new OptionsBuilder()
                        .include("\\." + AllocationBenchmark.class.getSimpleName() + "\\.")
                        .include("\\." + AllocationConfirmBenchmark.class.getSimpleName() + "\\.")
                        .forks(1)
                        .warmupIterations(3)
                        .warmupTime(ITERATION)
                        .measurementIterations(3)
                        .measurementTime(ITERATION)
                        .addProfiler(GCProfiler.class)
                        .shouldFailOnError(true)
                        .resultFormat(ResultFormatType.JSON)
                        .result(json.toString())
                        .output(log.toString())
                        .build())
                .run());
    }

    private static List<Row> rows(Collection<RunResult> results) {
        List<Row> rows = new ArrayList<>();
        for (RunResult result : results) {
            double bytes = Double.NaN;
            for (String metric : result.getSecondaryResults().keySet()) {
                // JMH marks the metrics of profilers with a dot in front, or not, by its version.
                if (metric.endsWith(METRIC)) {
                    bytes = result.getSecondaryResults().get(metric).getScore();
                }
            }
            rows.add(new Row(
                    Form.of(result.getParams().getBenchmark()),
                    parameter(result, "id"),
                    parameter(result, "keySpace"),
                    bytes,
                    result.getPrimaryResult().getScore()));
        }
        rows.sort(Comparator.comparing(Row::form).thenComparing(Row::id).thenComparing(Row::keySpace));
        return rows;
    }

    private static String parameter(RunResult result, String name) {
        return result.getParams().getParamsKeys().contains(name)
                ? result.getParams().getParam(name)
                : "-";
    }

    /** Prints the rows with a judgement on each, and the judgement on all; returns the exit code. */
    static int judge(List<Row> rows, PrintStream out) {
        out.printf(
                Locale.ROOT,
                "%-28s %-14s %-9s %12s %14s%n",
                "form",
                "id",
                "key space",
                "B per event",
                "ns (not judged)");
        int allocating = 0;
        int toothless = 0;
        for (Row row : rows) {
            String judgement = "";
            if (Double.isNaN(row.bytes)) {
                toothless++;
                judgement = "  NOT MEASURED";
            } else if (row.form.isContrast()) {
                if (row.bytes <= LEAST_BYTES_OF_CONTRAST) {
                    toothless++;
                    judgement = "  NOT SEEN TO ALLOCATE";
                }
            } else if (row.bytes >= MOST_BYTES) {
                allocating++;
                judgement = "  ALLOCATES";
            }
            out.printf(
                    Locale.ROOT,
                    "%-28s %-14s %-9s %12.4f %14.1f%s%n",
                    row.form.label,
                    row.id,
                    row.keySpace,
                    row.bytes,
                    row.nanos,
                    judgement);
        }
        if (rows.size() != ROWS) {
            toothless++;
            out.printf(Locale.ROOT, "allocation: %d rows, expected %d%n", rows.size(), ROWS);
        }
        if (allocating > 0) {
            out.printf(
                    Locale.ROOT,
                    "allocation: FAILED: %d of the primitive and batch rows allocate %s B per event or more%n",
                    allocating,
                    MOST_BYTES);
            return ALLOCATES;
        }
        if (toothless > 0) {
            out.println("allocation: PROVES NOTHING: the value form and Caffeine's confirm have to be seen to"
                    + " allocate more than " + LEAST_BYTES_OF_CONTRAST
                    + " B per event, and every row has to be measured");
            return DID_NOT_BITE;
        }
        out.println("allocation: ok, less than " + MOST_BYTES
                + " B per event in every primitive and batch row; the value form and Caffeine's confirm were seen"
                + " to allocate");
        return OK;
    }
}
