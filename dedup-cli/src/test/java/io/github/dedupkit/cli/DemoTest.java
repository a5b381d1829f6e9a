package io.github.dedupkit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.cli.DemoConsumer.Outcome;
import io.github.dedupkit.cli.DemoConsumer.Practice;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The demo's claims, against the truth known to the generator. */
class DemoTest {
    private static final int MOST_IN_FLIGHT = DemoConsumer.CRASHES * DemoConsumer.POLL_RECORDS;

    @ParameterizedTest
    @CsvSource({
        "10000, 0",
        "10000, 1",
        "10000, 2",
        "10001, 3",
        "10999, 4",
        "12345, 5",
        "30000, 6",
        "100000, 7",
        "200003, -8",
        "10000, 9223372036854775807"
    })
    void originAndConfirmLosesNothingAndMarkFirstLoses(int events, long seed) {
        ClickStream stream = new ClickStream(seed, events);
        Outcome safe = consume(stream, Practice.ORIGIN_AND_CONFIRM);
        assertEquals(0, safe.lost());
        assertEquals(0, safe.admitted());
        assertTrue(safe.repeated() > 0 && safe.repeated() <= MOST_IN_FLIGHT, "R = " + safe.repeated());
        assertTrue(safe.stats().replayed() >= safe.repeated(), safe.stats().toString());

        Outcome naive = consume(stream, Practice.MARK_FIRST);
        assertTrue(naive.lost() > 0 && naive.lost() <= MOST_IN_FLIGHT, "L = " + naive.lost());
        assertEquals(0, naive.admitted());
        assertEquals(0, naive.repeated());
        assertEquals(safe.records(), naive.records());
        assertEquals(safe.clicks(), naive.stats().firstSeen());
        assertEquals(0, safe.stats().tooLate() + naive.stats().tooLate());
    }

    private static Outcome consume(ClickStream stream, Practice practice) {
        Outcome outcome = new DemoConsumer(stream, practice, tally -> {}).run();
        outcome.tally().requireEqual(outcome.records(), outcome.stats());
        assertTrue(outcome.records() > stream.records(), "nothing was redelivered");
        assertTrue(outcome.stats().duplicates() > 0);
        return outcome;
    }

    @Test
    void theReportShowsIt() {
        Run run = Run.dedup("", "demo", "--events", "50000", "--seed", "42");
        assertEquals(0, run.code(), run.err());
        assertEquals("", run.err());
        assertTrue(run.out().contains("Again: dedup demo --events 50000 --seed 42\n"), run.out());
        assertTrue(run.out().contains("The crashes are simulated: the store stays"), run.out());
        assertTrue(run.out().contains("replayed is as the store counts"), run.out());
        assertTrue(figures(run, "  L  lost").matches("0 [1-9]\\d*"), run.out());
        assertTrue(figures(run, "  D  admitted").matches("0 0"), run.out());
        assertTrue(figures(run, "  R  repeated").matches("[1-9]\\d* 0"), run.out());
        assertTrue(run.out().lines().allMatch(line -> line.length() <= 110), run.out());
        assertFalse(run.out().contains("\u001b"), "no colours outside a terminal");
        assertFalse(run.out().contains("\r"), "no refreshed lines outside a terminal");
        run.out().lines().filter(line -> line.contains(": read ")).forEach(DemoTest::requireBalance);
    }

    private static String figures(Run run, String label) {
        String line =
                run.out().lines().filter(l -> l.startsWith(label)).findFirst().orElseThrow();
        return line.replaceAll("^.*[a-z] +", "").trim().replaceAll(" +", " ");
    }

    private static void requireBalance(String line) {
        String[] sides = line.replaceAll(".*read ", "").split(" = ", 2);
        long sum = 0;
        for (String term : sides[1].split(" \\+ ", -1)) {
            sum += Long.parseLong(term.replaceAll("[^0-9]", ""));
        }
        assertEquals(Long.parseLong(sides[0]), sum, line);
    }

    @Test
    void theSeedDecidesAll() {
        assertEquals(untimed("5"), untimed("5"));
        assertNotEquals(untimed("5"), untimed("6"));
    }

    private static String untimed(String seed) {
        return Run.dedup("", "demo", "--events", "10000", "--seed", seed)
                .out()
                .lines()
                .filter(line -> !line.startsWith("consumer "))
                .collect(Collectors.joining("\n"));
    }

    @Test
    void aClosedOutputEndsTheDemoQuietly() {
        OutputStream closed = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("Broken pipe");
            }
        };
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        StandardStreams streams =
                new StandardStreams(new ByteArrayInputStream(new byte[0]), closed, Run.printStream(err));
        assertEquals(141, DedupMain.run(streams, "demo", "--events", "10000"));
        assertEquals("", Run.text(err));
    }

    @Test
    void theStreamIsWhatItSaysItIs() {
        ClickStream stream = new ClickStream(11, 100_000);
        byte[] id = new byte[ClickStream.ID_BYTES];
        Set<UUID> ids = new HashSet<>();
        int clicks = 0;
        int disordered = 0;
        for (int partition = 0; partition < ClickStream.PARTITIONS; partition++) {
            long before = 0;
            for (int offset = 0; offset < stream.offsets(); offset++) {
                int click = stream.click(partition, offset);
                stream.writeId(click, id);
                String text = new String(id, StandardCharsets.US_ASCII);
                UUID uuid = UUID.fromString(text);
                assertEquals(text, uuid.toString());
                assertEquals(4, uuid.version());
                assertEquals(2, uuid.variant());
                ids.add(uuid);
                clicks += stream.isClick(stream.record(partition, offset)) ? 1 : 0;
                long age = stream.arrivalMillis(offset) - stream.clickMillis(click);
                assertTrue(age >= 0 && age <= 12_000, "a click " + age + " ms old");
                disordered += stream.clickMillis(click) < before ? 1 : 0;
                before = stream.clickMillis(click);
            }
        }
        assertEquals(clicks, ids.size());
        double retries = 1 - (double) clicks / stream.records();
        assertTrue(retries > 0.006 && retries < 0.010, "a share of " + retries + " retries");
        assertTrue(disordered > stream.records() / 10, disordered + " out of order");
    }
}
