package io.github.dedupkit.cli;

import io.github.dedupkit.cli.DemoConsumer.Outcome;
import io.github.dedupkit.cli.DemoConsumer.Practice;
import java.io.OutputStream;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Option;

/** {@code dedup demo}: what a crash costs two consumers of the same stream. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        versionProvider = DedupCommand.Version.class,
        description = {
            "Runs a made-up stream of ad clicks, with producers that retry and consumers that crash, through two"
                    + " consumers: one gives each mark an origin and confirms it, the other marks first and hopes."
                    + " Then compares what each did with the truth.",
            ""
        },
        footerHeading = "%n",
        footer = {
            "Exit codes: 0 the first consumer lost nothing and admitted no copy; 70 it did,",
            "or the books do not balance; 1 output or memory failed; 2 usage;",
            "141 output closed."
        })
final class DemoCommand implements Callable<Integer> {
    private static final int FEWEST_EVENTS = 10_000;
    private static final int MOST_EVENTS = 20_000_000;
    private static final int RANDOM_SEEDS = 1_000_000;

    private final StandardStreams streams;

    @Option(
            names = "--events",
            paramLabel = "N",
            defaultValue = "500000",
            description = "Records in the stream, 10000 to 20000000 (default: ${DEFAULT-VALUE}).")
    int events;

    @Option(
            names = "--seed",
            paramLabel = "S",
            description = "Decides all that happens; printed, and drawn at random unless given.")
    long seed = new SplittableRandom().nextInt(RANDOM_SEEDS);

    DemoCommand(StandardStreams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() {
        if (events < FEWEST_EVENTS || events > MOST_EVENTS) {
            throw CliException.usage(
                    "--events " + events + " is out of bounds; give " + FEWEST_EVENTS + " to " + MOST_EVENTS);
        }
        ClickStream stream = new ClickStream(seed, events);
        RecordOutput out = new RecordOutput(streams.out());
        Display display = Display.of(streams.out());
        introduce(out, stream);
        Outcome safe = consume(out, display, stream, "A", Practice.ORIGIN_AND_CONFIRM);
        Outcome naive = consume(out, display, stream, "B", Practice.MARK_FIRST);
        new DemoReport(out, display, safe, naive).print();
        out.flush();
        if (safe.lost() > 0 || safe.admitted() > 0) {
            throw CliException.internal("consumer A lost " + safe.lost() + " clicks and admitted " + safe.admitted()
                    + " copies with --events " + events + " --seed " + seed);
        }
        return ExitCode.OK;
    }

    private void introduce(RecordOutput out, ClickStream stream) {
        out.println("A stream of ad clicks: " + DemoReport.grouped(stream.records()) + " records in "
                + ClickStream.PARTITIONS + " partitions, made from seed " + seed + ".");
        out.println("Again: dedup demo --events " + events + " --seed " + seed);
        out.println("");
        out.println("Producers retry: 1 record in 128 is a copy of a click at another offset. Clicks come up to 2 s");
        out.println("out of order. The consumer crashes " + DemoConsumer.CRASHES + " times, after marking a poll of "
                + DemoConsumer.POLL_RECORDS + " and before finishing it,");
        out.println("and loses its partitions " + DemoConsumer.CRASHES
                + " times. Each time it goes on from the last committed offset. The store");
        out.println("remembers 5 minutes of event time. The crashes are simulated: the store stays, as a shared or");
        out.println("durable one would; an in-memory one alone, as this one is, would not.");
        out.println("");
        out.println(
                "A  gives each mark an origin, a hash of partition and offset, and confirms it when the work is done");
        out.println("B  marks first, without an origin, as SET NX before processing does");
        out.println("");
        out.flush();
    }

    private static Outcome consume(
            RecordOutput out, Display display, ClickStream stream, String name, Practice practice) {
        LiveCounts live = new LiveCounts(out, display, name);
        Outcome outcome = new DemoConsumer(stream, practice, live).run();
        live.finish(outcome.tally());
        outcome.tally().requireEqual(outcome.records(), outcome.stats());
        return outcome;
    }

    /** How the output is looked at. */
    enum Display {
        /** A file, a pipe or a test. */
        PLAIN,
        /** A terminal: one line can be refreshed. */
        TERMINAL;

        static Display of(OutputStream out) {
            return out instanceof StandardOutput && StandardOutput.isTerminal() ? TERMINAL : PLAIN;
        }

        /** The text in a style of picocli's markup, where the terminal and the user (NO_COLOR) allow it. */
        String styled(String style, String text) {
            return this == TERMINAL ? Ansi.AUTO.string("@|" + style + " " + text + "|@") : text;
        }
    }

    /** The counts so far: one line refreshed on a terminal, a line about each second elsewhere. */
    private static final class LiveCounts implements DemoConsumer.Progress {
        private static final long PLAIN_NANOS = 1_000_000_000;
        private static final long TERMINAL_NANOS = 100_000_000;

        private final RecordOutput out;
        private final Display display;
        private final String name;
        private final long startNanos = System.nanoTime();
        private long shownNanos = startNanos;

        LiveCounts(RecordOutput out, Display display, String name) {
            this.out = out;
            this.display = display;
            this.name = name;
        }

        @Override
        public void update(Tally tally) {
            long now = System.nanoTime();
            if (now - shownNanos >= (display == Display.TERMINAL ? TERMINAL_NANOS : PLAIN_NANOS)) {
                shownNanos = now;
                show(line(tally));
            }
        }

        void finish(Tally tally) {
            double seconds = Math.max(1, System.nanoTime() - startNanos) / 1e9;
            show(line(tally) + String.format(Locale.ROOT, ", done in %.1f s", seconds));
            if (display == Display.TERMINAL) {
                out.println("");
                out.flush();
            }
        }

        private String line(Tally tally) {
            return "consumer " + name + ": " + DemoReport.grouped(tally.read()) + " deliveries, "
                    + DemoReport.grouped(tally.duplicates()) + " duplicates";
        }

        private void show(String line) {
            if (display == Display.TERMINAL) {
                out.print("\r" + line + "\u001b[K");
            } else {
                out.println(line);
            }
            out.flush();
        }
    }
}
