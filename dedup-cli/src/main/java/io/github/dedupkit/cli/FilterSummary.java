package io.github.dedupkit.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.github.dedupkit.StoreStats;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a run did, at its end: for people, or for programs. The fields of the latter stand in the help. */
final class FilterSummary {
    private static final double HIGH_CHANCE = 0.1;

    private final RecordFilter filter;
    private final @Nullable EventWindow window;
    private final Tally tally;
    private final StoreStats stats;
    private final Ending ending;
    private final long millis;

    /** How a run ended. */
    enum Ending {
        COMPLETE,
        INCOMPLETE,
        INTERRUPTED
    }

    /**
     * Takes down where a run stands.
     *
     * @param filter has judged all that it was given
     * @param window that it judged by; null for the whole run
     * @param ending how the run ended
     * @param millis it took
     */
    FilterSummary(RecordFilter filter, @Nullable EventWindow window, Ending ending, long millis) {
        this.filter = filter;
        this.window = window;
        this.ending = ending;
        this.millis = millis;
        tally = filter.tally();
        stats = filter.store().stats();
    }

    /** Lines of text, the last one without its end. */
    String text() {
        StringBuilder text = new StringBuilder(ending == Ending.COMPLETE ? "" : name(ending) + ": ")
                .append(tally.equation(stats.replayed(), "rejected"))
                .append(System.lineSeparator())
                .append(filter.bytesIn() + " bytes in, " + filter.bytesOut() + " bytes out, " + seconds(millis)
                        + " s; store: " + filter.store().name() + ", " + stats.retainedKeys() + " keys in "
                        + stats.bytes().orElse(0) + " bytes; " + wronglyDropped());
        Timeline timeline = filter.timeline();
        if (window != null && timeline != null) {
            text.append(System.lineSeparator()).append(window.describe());
            long ahead = tally.ahead();
            if (ahead > 0) {
                text.append("; ahead of those that follow, and so not judged: " + ahead);
            }
            if (timeline.disorder().isBackwards()) {
                text.append(System.lineSeparator()).append(backwards(timeline.disorder(), ahead));
            }
        }
        if (filter.store().evicted() > 0) {
            text.append(System.lineSeparator()).append(evicted());
        }
        return text.toString();
    }

    /** One object, on one line. */
    String json() {
        StringWriter to = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(to)) {
            json.writeStartObject();
            json.writeStringField("ending", name(ending));
            json.writeNumberField("read", tally.read());
            json.writeNumberField("first", tally.first() - stats.replayed());
            json.writeNumberField("replayed", stats.replayed());
            json.writeNumberField("duplicate", tally.duplicates());
            json.writeNumberField("late", tally.late());
            json.writeNumberField("rejected", tally.rejected());
            json.writeNumberField("bytes_in", filter.bytesIn());
            json.writeNumberField("bytes_out", filter.bytesOut());
            json.writeNumberField("millis", millis);
            json.writeStringField("store", filter.store().name());
            json.writeNumberField("keys", stats.retainedKeys());
            json.writeNumberField("store_bytes", stats.bytes().orElse(0));
            json.writeNumberField("evicted", filter.store().evicted());
            json.writeNumberField("wrong_drop_probability", Math.min(1, wrongDrops()));
            json.writeNumberField("expected_wrong_drops", wrongDrops());
            writeWindow(json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // no writing to a string fails
        }
        return to.toString();
    }

    private void writeWindow(JsonGenerator json) throws IOException {
        Timeline timeline = filter.timeline();
        if (window == null || timeline == null) {
            return;
        }
        json.writeNumberField("window_millis", window.retention().windowMillis());
        json.writeNumberField("lateness_millis", window.retention().latenessMillis());
        json.writeNumberField("tick_millis", window.retention().tickMillis());
        json.writeNumberField(
                "effective_window_millis", filter.store().shortestWindow().toMillis());
        json.writeNumberField("ahead", tally.ahead());
        DisorderWatch disorder = timeline.disorder();
        json.writeBooleanField("backwards", disorder.isBackwards());
        if (disorder.isBackwards()) {
            json.writeStringField("backwards_input", disorder.input());
            json.writeNumberField("backwards_line", disorder.line());
            if (disorder.latenessWouldDo(tally.ahead())) {
                json.writeNumberField(
                        "sufficient_lateness_millis",
                        disorder.sufficientLateness().toMillis());
            }
        }
    }

    private String backwards(DisorderWatch disorder, long ahead) {
        return "the input runs backwards from " + disorder.input() + ":" + disorder.line() + " on: " + tally.late()
                + " records in all could not be judged; sort it by time"
                + (disorder.latenessWouldDo(ahead)
                        ? ", or raise --lateness to " + Amount.text(disorder.sufficientLateness())
                        : "");
    }

    private String evicted() {
        String price = window == null
                ? "copies of early records may have been let through again"
                : "the window was as short as " + Amount.text(filter.store().shortestWindow()) + " instead of "
                        + Amount.text(window.window()) + ", and copies beyond it were let through again";
        return filter.store().evicted() + " keys were forgotten for lack of memory: " + price
                + ", but nothing was dropped for it; raise --memory";
    }

    private String wronglyDropped() {
        double bound = wrongDrops();
        boolean isLow = bound < HIGH_CHANCE;
        String amount = isLow ? "below 1e" + (int) Math.ceil(Math.log10(bound)) : "up to " + Math.ceil(bound * 10) / 10;
        if (filter.store().isFilter()) {
            return "records to expect that were wrongly dropped: " + amount
                    + (isLow ? "" : "; fewer with a lower --false-positive");
        }
        return "chance that any record was wrongly dropped: "
                + (isLow ? amount : "high, with " + amount + " to expect; make it low with --expected");
    }

    /**
     * A bound on the records to expect that were wrongly dropped: on a collision of any two keys of 128 bits, n^2 / 2^129,
     * and on an error of the store itself for each record it judged.
     */
    private double wrongDrops() {
        double keys = Math.max(1, tally.first());
        return keys * keys * 0x1p-129 + filter.store().falseDuplicates();
    }

    private static String name(Ending ending) {
        return ending.name().toLowerCase(Locale.ROOT);
    }

    /** The time to a thousandth of a second; a Formatter would cost more than the run of a small file. */
    private static String seconds(long millis) {
        return millis / 1000 + "." + (1000 + millis % 1000 + "").substring(1);
    }
}
