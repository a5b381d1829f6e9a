package io.github.dedupkit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code dedup filter --window} calls a copy, late or new, against an oracle that keeps every record. */
@Timeout(120)
class FilterWindowTest {
    private static final int HISTORIES = 150;

    @TempDir
    Path directory;

    /** A record, by its key and its time; its number tells it from its copies. */
    private record Item(int number, int key, long time) {
        String line() {
            return key + "," + time + "," + number + "\n";
        }
    }

    /** A window in milliseconds. */
    private record Span(long window, long lateness, long tick) {}

    @ParameterizedTest
    @ValueSource(strings = {"table", "caffeine"})
    void equalsTheOracleOnRandomHistories(String store) throws IOException {
        int jumps = 0;
        int lateOnes = 0;
        int copies = 0;
        for (int seed = 0; seed < HISTORIES; seed++) {
            Random random = new Random(seed);
            Span span = span(random);
            List<Item> items = history(random, span);
            Map<Integer, String> verdicts = filter(store, random, span, items);
            Oracle oracle = new Oracle(span, items);
            for (Item item : items) {
                String verdict = verdicts.getOrDefault(item.number, "nowhere");
                assertTrue(
                        oracle.allows(item.number, verdict),
                        "seed " + seed + ", " + span + ", " + item + ": " + verdict + " among " + items);
            }
            jumps += oracle.moved();
            lateOnes += oracle.late;
            copies += oracle.copies;
        }
        assertTrue(jumps > 100 && lateOnes > 1000 && copies > 1000, jumps + " " + lateOnes + " " + copies);
    }

    private static Span span(Random random) {
        long tick = random.nextLong(1, 2000);
        long window = 60 * tick; // the largest divisor that is at most a 60th
        return new Span(window, random.nextLong(1, random.nextBoolean() ? 4 : 61) * tick, tick);
    }

    /** Time goes on in small and large steps, with stragglers, gaps, and some records far from all others. */
    private static List<Item> history(Random random, Span span) {
        List<Item> items = new ArrayList<>();
        int keys = 1 + random.nextInt(60);
        long now = random.nextBoolean() ? -span.window : 1_431_857_103_000L;
        int size = random.nextInt(300);
        int disorder = random.nextInt(4);
        int broken = random.nextInt(3) * 4;
        for (int number = 0; number < size; number++) {
            now += random.nextInt((int) Math.max(1, random.nextInt(8) == 0 ? span.window / 3 : span.tick));
            now += random.nextInt(60) == 0 ? random.nextInt((int) (4 * span.window)) : 0;
            long time = now;
            if (random.nextInt(8) < disorder) {
                time -= random.nextInt((int) Math.max(1, 2 * span.lateness));
            }
            if (random.nextInt(100) < broken) {
                time += (random.nextBoolean() ? 1 : -1) * 1000L * span.window * (1 + random.nextInt(3));
            }
            items.add(new Item(number, random.nextInt(keys), time));
        }
        return items;
    }

    private Map<Integer, String> filter(String store, Random random, Span span, List<Item> items) throws IOException {
        List<StringBuilder> texts = new ArrayList<>();
        for (int file = random.nextInt(3); file >= 0; file--) {
            texts.add(new StringBuilder());
        }
        for (Item item : items) {
            texts.get(item.number * texts.size() / items.size()).append(item.line());
        }
        List<String> names = new ArrayList<>();
        for (int file = 0; file < texts.size(); file++) {
            Path path = Files.writeString(directory.resolve("in" + file), texts.get(file));
            names.add(path.toString());
        }
        Path duplicates = directory.resolve("duplicates");
        Path late = directory.resolve("late");
        List<String> options = List.of(
                "--delimiter=,",
                "--key=1",
                "--time=2",
                "--time-format=epoch-ms",
                "--store=" + store,
                "--memory=1m",
                "--window=" + span.window + "ms",
                "--lateness=" + (span.lateness - random.nextInt((int) span.tick)) + "ms",
                "--duplicates=" + duplicates,
                "--late=" + late);
        Run run = Run.filter(
                new FilterLimits(1 + random.nextInt(100), 10_000),
                InputStream.nullInputStream(),
                options,
                names.toArray(new String[0]));
        assertEquals(0, run.code(), run.err());
        Map<Integer, String> verdicts = new HashMap<>();
        enter(verdicts, run.out(), "kept");
        enter(verdicts, Files.readString(duplicates), "duplicate");
        enter(verdicts, Files.readString(late), "late");
        assertEquals(items.size(), verdicts.size());
        return verdicts;
    }

    private static void enter(Map<Integer, String> verdicts, String output, String verdict) {
        int before = -1;
        for (String line : output.lines().toList()) {
            int number = Integer.parseInt(line.substring(line.lastIndexOf(',') + 1));
            assertTrue(number > before, "order of input is order of output");
            assertEquals(null, verdicts.put(number, verdict), "written once");
            before = number;
        }
    }

    /**
     * The rules as the help states them, on the whole history at once: first which records are believed, then what
     * is said of them. Where two verdicts are right, the one that was given counts.
     */
    private static final class Oracle {
        private final Span span;
        private final List<Item> items;
        private final boolean[] ahead;
        private final Map<Integer, List<Long>> seen = new HashMap<>();
        private long newest = Long.MIN_VALUE;
        private int late;
        private int copies;

        Oracle(Span span, List<Item> items) {
            this.span = span;
            this.items = items;
            ahead = new boolean[items.size()];
            boolean any = false;
            long believed = 0;
            for (int i = 0; i < items.size(); i++) {
                long time = items.get(i).time;
                if (any && time <= believed + span.lateness) {
                    believed = Math.max(believed, time);
                    continue;
                }
                int last = lastVoter(i);
                long votes = items.subList(i + 1, last + 1).stream()
                        .filter(voter -> voter.time >= time - span.lateness)
                        .count();
                if (last == i || 2 * votes > last - i) {
                    believed = time;
                    any = true;
                } else {
                    ahead[i] = true;
                }
            }
        }

        /** The record with which three are for it or three against it, or the last of five, or of all. */
        private int lastVoter(int jump) {
            int[] votes = new int[2];
            int last = jump;
            while (last < jump + 5 && last < items.size() - 1 && Math.max(votes[0], votes[1]) < 3) {
                last++;
                votes[items.get(last).time >= items.get(jump).time - span.lateness ? 1 : 0]++;
            }
            return last;
        }

        boolean allows(int number, String verdict) {
            if (ahead[number]) {
                return verdict.equals("late");
            }
            long time = items.get(number).time;
            newest = Math.max(newest, time);
            if (time < newest - span.lateness) {
                late++;
                return verdict.equals("late");
            }
            List<Long> before = seen.computeIfAbsent(items.get(number).key, key -> new ArrayList<>());
            long distance = Long.MAX_VALUE;
            for (long other : before) {
                distance = Math.min(distance, Math.abs(time - other));
            }
            if (distance <= span.window) {
                copies++;
                return verdict.equals("duplicate");
            }
            if (verdict.equals("kept")) {
                before.add(time);
            }
            return verdict.equals("kept") || (verdict.equals("duplicate") && distance <= span.window + span.tick);
        }

        int moved() {
            int moved = 0;
            for (Item item : items) {
                moved += ahead[item.number] ? 1 : 0;
            }
            return moved;
        }
    }
}
