package io.github.dedupkit.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openjdk.jmh.util.ListStatistics;

class HotPathRoundsTest {
    @Test
    void anArgumentIsANumber() {
        assertEquals(1, HotPathRounds.number("ROUNDS", "1", 5));
        assertEquals(5, HotPathRounds.number("ROUNDS", "5", 5));
    }

    @Test
    void everyOtherRoundTakesTheRowsInTheOppositeOrder() {
        List<HotPathRow> rows = HotPathRow.all();
        List<HotPathRow> opposite = HotPathRounds.inOrderOf(2, rows);
        assertEquals(rows, HotPathRounds.inOrderOf(1, rows));
        assertEquals(rows, HotPathRounds.inOrderOf(3, rows));
        for (int i = 0; i < rows.size(); i++) {
            assertEquals(rows.get(i), opposite.get(rows.size() - 1 - i));
        }
    }

    /** Nine quick chunks and a stall: the median does not see it, the whole does. */
    @Test
    void aFigureIsTheWholeRun() {
        ListStatistics chunks = new ListStatistics();
        for (int i = 0; i < 9; i++) {
            chunks.addValue(10);
        }
        chunks.addValue(1_010);
        assertEquals(new HotPathFigure(110, 10), HotPathFigure.of(chunks));
    }

    @Test
    void roundsAreJudgedByTheirMedian() {
        assertEquals(
                new HotPathFigure(3, 20),
                HotPathFigure.median(
                        List.of(new HotPathFigure(100, 10), new HotPathFigure(3, 30), new HotPathFigure(1, 20))));
        assertEquals(
                new HotPathFigure(2, 3),
                HotPathFigure.median(List.of(new HotPathFigure(1, 4), new HotPathFigure(3, 2))));
        assertEquals(HotPathFigure.NONE, HotPathFigure.median(List.of()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "6", "x", "", "1e9", "99999999999999999999"})
    void anythingElseIsRefused(String text) {
        IllegalArgumentException refusal =
                assertThrows(IllegalArgumentException.class, () -> HotPathRounds.number("ROUNDS", text, 5));
        assertTrue(
                refusal.toString().endsWith("ROUNDS " + text + " is out of bounds; give a number from 1 to 5"),
                refusal.toString());
    }
}
