package io.github.dedupkit.benchmarks;

import io.github.dedupkit.benchmarks.AllocationBenchmark.Hash;
import io.github.dedupkit.benchmarks.AllocationBenchmark.IdKind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The other fork of the gate: counts in this JVM, against the library on its class path, and prints a line for each
 * {@link GateCount} of each subject. What does not link is left out.
 */
public final class GateProbe {
    private static final String PREFIX = "gate-count ";
    private static final int FIELDS = 3;

    private GateProbe() {}

    /** Finds out some counts. */
    private interface Section {
        void count(Counts counts) throws Exception;
    }

    /** Takes counts. */
    interface Counts {
        void enter(GateCount count, String subject, double value);
    }

    /**
     * A count that was printed.
     *
     * @param count what
     * @param subject of what
     * @param value found
     */
    record Line(GateCount count, String subject, double value) {
        String name() {
            return count + "/" + subject;
        }
    }

    /**
     * Counts, and ends the JVM.
     *
     * @param args a directory that holds the base's snapshots, or into which the base writes them; and the side
     * @throws Exception if something cannot be counted, and not for want of a class or a method
     */
    public static void main(String[] args) throws Exception {
        Path snapshots = Path.of(args[0]);
        GateSide side = GateSide.valueOf(args[1].toUpperCase(Locale.ROOT));
        // Lambdas, not method references: those would ask for their class here.
        List<Section> sections = List.of(
                counts -> GateTables.caffeine(counts), // first: the heap is to be as it was on the other side
                counts -> GateTables.narrow(counts, snapshots, side),
                counts -> GateTables.wide(counts, snapshots, side),
                counts -> GateKeys.count(counts),
                counts -> countAllocation(counts));
        for (Section section : sections) {
            try {
                section.count(GateProbe::print);
            } catch (LinkageError e) {
                if (!GateFork.isUnlinked(e)) {
                    throw e;
                }
                System.err.println(e);
            }
        }
        System.exit(0); // not to wait for the threads of a store
    }

    /** The forms of the allocation benchmark, with four store classes at one call site: the most of any kind of id. */
    private static void countAllocation(Counts counts) {
        double single = 0;
        double batch = 0;
        double tableSingle = 0;
        double tableBatch = 0;
        for (IdKind id : IdKind.values()) {
            for (Hash hash : Hash.values()) {
                AllocationBenchmark benchmark = new AllocationBenchmark();
                benchmark.id = id;
                benchmark.keySpace = hash;
                benchmark.setUp();
                single = Math.max(single, GateAllocation.perEvent(1, benchmark::singleCall));
                batch = Math.max(batch, GateAllocation.perEvent(GateStream.BATCH, benchmark::batch));
                tableSingle = Math.max(tableSingle, GateAllocation.perEvent(1, benchmark::tableCall));
                tableBatch = Math.max(tableBatch, GateAllocation.perEvent(GateStream.BATCH, benchmark::tableBatch));
            }
        }
        counts.enter(GateCount.ALLOCATED, "call-with-origin", single);
        counts.enter(GateCount.ALLOCATED, "batch-with-origins", batch);
        counts.enter(GateCount.ALLOCATED, "call", tableSingle);
        counts.enter(GateCount.ALLOCATED, "batch", tableBatch);
    }

    private static void print(GateCount count, String subject, double value) {
        System.out.println(PREFIX + count.name() + " " + subject + " " + value);
    }

    /** Reads what {@link #main} has printed. */
    static List<Line> parse(List<String> said) {
        List<Line> lines = new ArrayList<>();
        for (String line : said) {
            if (line.startsWith(PREFIX)) {
                String[] fields = line.substring(PREFIX.length()).split(" ", FIELDS);
                lines.add(new Line(GateCount.valueOf(fields[0]), fields[1], Double.parseDouble(fields[2])));
            }
        }
        return lines;
    }
}
