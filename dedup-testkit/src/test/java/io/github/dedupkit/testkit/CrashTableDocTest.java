package io.github.dedupkit.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.dedupkit.testkit.CrashTable.Choice;
import io.github.dedupkit.testkit.CrashTable.Row;
import io.github.dedupkit.testkit.FaultInjectingIdempotencyStore.CrashPoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The table of {@code docs/idempotency.md} is the one that the contract plays, and it is complete. */
class CrashTableDocTest {
    private static final Path DOCUMENT =
            Path.of(System.getProperty("basedir", ".")).resolve("../docs/idempotency.md");
    private static final String BEGIN = "<!-- crashes: begin -->\n";
    private static final String END = "<!-- crashes: end -->\n";

    @Test
    void theDocumentShowsWhatIsTested() throws IOException {
        String text = Files.readString(DOCUMENT, UTF_8);
        int begin = text.indexOf(BEGIN) + BEGIN.length();
        assertEquals(CrashTable.markdown(), text.substring(begin, text.indexOf(END, begin)));
    }

    @Test
    void eachPointHasARowForEachChoice() {
        List<String> expected = new ArrayList<>();
        for (CrashPoint point : CrashPoint.values()) {
            for (Choice choice : Choice.values()) {
                expected.add(point + ", " + choice);
            }
        }
        List<String> rows = new ArrayList<>();
        for (Row row : CrashTable.ROWS) {
            row.choices().forEach(choice -> rows.add(row.point() + ", " + choice));
        }
        assertEquals(expected, rows);
    }
}
