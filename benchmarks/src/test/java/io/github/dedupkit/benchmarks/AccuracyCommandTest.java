package io.github.dedupkit.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.benchmarks.BenchCommands.Run;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code dedup bench accuracy}: its table, its JSON, and what it refuses. */
class AccuracyCommandTest {
    @Test
    void aSmallRun() {
        String[] arguments = {
            "accuracy", "--tier", "narrow_refuses,guava_bloom", "--keys", "1e4", "--bits", "10", "--look-ups", "1e5"
        };
        Run run = BenchCommands.run(arguments);
        assertEquals(0, run.code(), run.err());
        List<String> lines = run.out().lines().toList();
        assertEquals(1 + 4 + 3, lines.size(), run.out());
        assertTrue(lines.get(0).contains("planned [per look-up]"), run.out());
        assertTrue(lines.get(1).startsWith("narrow_refuses  50 % of 10,000 keys, 10 bits"), run.out());
        assertTrue(lines.get(4).contains(", 40 bits ") && lines.get(4).contains("0 (0 to 3.00e-05)"), run.out());
        assertTrue(lines.get(7).startsWith("guava_bloom"), run.out());
        assertTrue(run.err().startsWith("accuracy: narrow_refuses at 50 % of 10,000 keys"), run.err());
        String json = BenchCommands.json(arguments);
        assertTrue(json.contains("\"figure\" : \"measured\""), json);
        List<String> commands = BenchCommands.commands(json);
        assertEquals(
                "./dedup bench accuracy --tier narrow_refuses,guava_bloom --keys 1e4 --bits 10 --look-ups 1e5",
                commands.get(0));
        assertEquals(
                "./dedup bench accuracy --tier guava_bloom --keys 10000 --bits 10 --look-ups 100000",
                commands.get(commands.size() - 1));
        BenchCommands.assertCanBeGiven(commands);
    }

    @Test
    void badUsage() {
        BenchCommands.assertRefused("Invalid value for option '--tier'", "accuracy", "--tier", "chest");
        BenchCommands.assertRefused("--keys 0 is no whole number above 0", "accuracy", "--keys", "0");
        BenchCommands.assertRefused("--keys 999 is out of bounds; give 1000 to", "accuracy", "--keys", "999");
        BenchCommands.assertRefused("--look-ups 0 is no whole number above 0", "accuracy", "--look-ups", "0");
        BenchCommands.assertRefused("--bits 25 cannot be arranged", "accuracy", "--bits", "25");
    }
}
