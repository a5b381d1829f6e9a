package io.github.dedupkit.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.benchmarks.AllocationGate.Form;
import io.github.dedupkit.benchmarks.AllocationGate.Row;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openjdk.jmh.annotations.Benchmark;

class AllocationGateTest {
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

    @ParameterizedTest
    @CsvSource({
        "SINGLE_CALL, 0.0499, 0",
        "SINGLE_CALL, 0.05, 1",
        "SINGLE_CALL, 32, 1",
        "SINGLE_CALL, NaN, 2",
        "BATCH, 0.0499, 0",
        "BATCH, 0.05, 1",
        "BATCH, NaN, 2",
        "TABLE_CALL, 0.0499, 0",
        "TABLE_CALL, 0.05, 1",
        "TABLE_BATCH, 4, 1",
        "TABLE_BATCH, NaN, 2",
        "VALUE_FORM, 1.01, 0",
        "VALUE_FORM, 1, 2",
        "VALUE_FORM, 0, 2",
        "VALUE_FORM, NaN, 2",
        "CONFIRM_CALL, 0.0499, 0",
        "CONFIRM_CALL, 0.05, 1",
        "CONFIRM_BATCH, 0.05, 1",
        "FORGET_CALL, 0.05, 1",
        "FORGET_BATCH, 0.05, 1",
        "FORGET_BATCH, NaN, 2",
        "CONFIRM_CAFFEINE, 1.01, 0",
        "CONFIRM_CAFFEINE, 1, 2",
    })
    void oneRowDecides(Form form, double bytes, int code) {
        List<Row> rows = rows();
        int changed = rows.indexOf(
                rows.stream().filter(row -> row.form() == form).findFirst().orElseThrow());
        rows.set(changed, new Row(form, "LONG", "KEYED", bytes, 20));
        assertEquals(code, judge(rows));
    }

    @Test
    void allRowsRightIsOk() {
        assertEquals(AllocationGate.OK, judge(rows()));
        assertTrue(text().contains("allocation: ok"), text());
        assertEquals(AllocationGate.ROWS + 2, text().lines().count(), text());
    }

    @Test
    void theRowIsNamed() {
        List<Row> rows = rows();
        rows.set(0, new Row(Form.SINGLE_CALL, "UUID", "TRUSTED", 32, 20));
        judge(rows);
        List<String> named =
                text().lines().filter(line -> line.endsWith("  ALLOCATES")).toList();
        assertEquals(1, named.size(), text());
        assertTrue(named.get(0).matches("markSeen\\(high, low, ...\\) +UUID +TRUSTED +32.0000 .*"), text());
    }

    @Test
    void aMissingRowProvesNothing() {
        List<Row> rows = rows();
        rows.remove(0);
        assertEquals(AllocationGate.DID_NOT_BITE, judge(rows));
        assertTrue(text().contains("44 rows, expected 45"), text());
    }

    @Test
    void noRowsProveNothing() {
        assertEquals(AllocationGate.DID_NOT_BITE, judge(List.of()));
    }

    @Test
    void allocationIsReportedEvenIfSomethingElseIsWrong() {
        List<Row> rows = rows();
        rows.set(0, new Row(Form.BATCH, "LONG", "KEYED", 16, 20));
        rows.remove(rows.size() - 1);
        assertEquals(AllocationGate.ALLOCATES, judge(rows));
    }

    @Test
    void formsAreTheBenchmarkMethods() {
        List<String> methods = Stream.of(AllocationBenchmark.class, AllocationConfirmBenchmark.class)
                .flatMap(benchmark -> Arrays.stream(benchmark.getDeclaredMethods()))
                .filter(method -> method.isAnnotationPresent(Benchmark.class))
                .map(method -> method.getName())
                .sorted()
                .toList();
        List<String> forms =
                Stream.of(Form.values()).map(form -> form.method).sorted().toList();
        assertEquals(methods, forms);
        assertEquals(Form.BATCH, Form.of(AllocationBenchmark.class.getName() + ".batch"));
        assertThrows(IllegalArgumentException.class, () -> Form.of("some.Benchmark.other"));
    }

    /** As many rows as a run has, all as they should be. */
    private static List<Row> rows() {
        return Stream.of(Form.values())
                .flatMap(form -> IntStream.range(0, form.rows())
                        .mapToObj(i -> new Row(form, "id " + i, "-", form.isContrast() ? 32 : 0.001, 20)))
                .collect(Collectors.toCollection(ArrayList::new));
    }

    private int judge(List<Row> rows) {
        return AllocationGate.judge(rows, new PrintStream(printed, true, StandardCharsets.UTF_8));
    }

    private String text() {
        return printed.toString(StandardCharsets.UTF_8);
    }
}
