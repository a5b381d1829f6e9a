package io.github.dedupkit.cli;

import io.github.dedupkit.cli.DemoCommand.Display;
import io.github.dedupkit.cli.DemoConsumer.Outcome;
import java.util.Locale;

/** The end of the demo: both consumers' books, the truth, and what it means. */
final class DemoReport {
    private static final String GOOD = "bold,green";
    private static final String BAD = "bold,red";

    private final RecordOutput out;
    private final Display display;
    private final Outcome safe;
    private final Outcome naive;

    DemoReport(RecordOutput out, Display display, Outcome safe, Outcome naive) {
        this.out = out;
        this.display = display;
        this.safe = safe;
        this.naive = naive;
    }

    /** A number with its thousands set apart. */
    static String grouped(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    void print() {
        out.println("");
        out.println("The books, which each consumer and its store keep apart, and which agree. To a consumer a");
        out.println("replay is a first: replayed is as the store counts, and taken off the consumer's first.");
        out.println("  A: " + safe.tally().equation(safe.stats().replayed(), "failed open"));
        out.println("  B: " + naive.tally().equation(naive.stats().replayed(), "failed open"));
        out.println("");
        out.println("The truth, which the generator of the clicks knows:");
        out.println(row("", "A", "B"));
        out.println(row("  clicks there were", grouped(safe.clicks()), grouped(naive.clicks())));
        out.println(fatalRow("  L  lost: their work was never done", safe.lost(), naive.lost()));
        out.println(fatalRow("  D  admitted: a copy's work was done again", safe.admitted(), naive.admitted()));
        out.println(row(
                "  R  repeated: an unfinished delivery was done again",
                grouped(safe.repeated()),
                grouped(naive.repeated())));
        out.println("");
        out.println("When B crashed, its marks stayed: the redelivered events looked like duplicates, so the work");
        out.println("of " + grouped(naive.lost())
                + " clicks was never done, and nothing in B's books shows it. A's marks were not");
        out.println("confirmed, so the same deliveries were let through again and " + grouped(safe.lost())
                + " were lost. The price is R:");
        out.println(grouped(safe.repeated()) + " deliveries done twice, of at most " + DemoConsumer.CRASHES
                + " crashes x " + DemoConsumer.POLL_RECORDS + " in flight.");
    }

    private static String row(String label, String a, String b) {
        return String.format(Locale.ROOT, "%-54s%12s%12s", label, a, b);
    }

    /** A row whose figures must be 0. */
    private String fatalRow(String label, long a, long b) {
        return String.format(Locale.ROOT, "%-54s", label) + cell(a) + cell(b);
    }

    private String cell(long value) {
        return display.styled(value == 0 ? GOOD : BAD, String.format(Locale.ROOT, "%,12d", value));
    }
}
