package io.github.dedupkit.cli;

import io.github.dedupkit.Verdict;
import java.io.FileNotFoundException;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Where the records of a run go. Not thread-safe. */
final class FilterOutputs {
    private final RecordOutput kept;
    private final @Nullable RecordOutput duplicates;
    private final RecordOutput late;
    private final @Nullable RecordOutput rejects;
    private final List<RecordOutput> all = new ArrayList<>();

    /**
     * Opens the files, which empties those that exist.
     *
     * @param out for the records to keep
     * @param names of the other outputs, checked before
     * @throws CliException if one cannot be opened
     */
    FilterOutputs(OutputStream out, FilterOptions.Outputs names) {
        kept = new RecordOutput(out);
        all.add(kept);
        duplicates = open(names.duplicates());
        RecordOutput lateFile = open(names.late());
        late = lateFile == null ? kept : lateFile;
        rejects = open(names.rejects());
    }

    private @Nullable RecordOutput open(@Nullable String name) {
        if (name == null) {
            return null;
        }
        try {
            RecordOutput output = new RecordOutput(new FileOutputStream(name), name);
            all.add(output);
            return output;
        } catch (FileNotFoundException e) {
            throw CliException.failed(
                    "cannot write to " + e.getMessage() + "; nothing was read, choose another place and run again");
        }
    }

    /** The output for records with this verdict, or null for none. */
    @Nullable
    RecordOutput of(Verdict verdict) {
        return switch (verdict) {
            case DUPLICATE -> duplicates;
            case TOO_LATE -> late;
            default -> kept;
        };
    }

    /** Copies a header to every output of records. */
    void writeHeader(byte[] bytes, int from, int to) {
        kept.write(bytes, from, to);
        if (duplicates != null) {
            duplicates.write(bytes, from, to);
        }
        if (late != kept) {
            late.write(bytes, from, to);
        }
    }

    /**
     * Sets a malformed record aside, with its place and the reason.
     *
     * @return false if there is no place for such records
     */
    boolean reject(String place, String reason, byte[] bytes, int from, int to) {
        if (rejects == null) {
            return false;
        }
        rejects.print(Excerpt.printable(place) + "\t" + Excerpt.printable(reason) + "\t");
        rejects.write(bytes, from, to);
        return true;
    }

    /** The bytes of the kept records so far, inserted line feeds included. */
    long keptBytes() {
        return kept.bytes();
    }

    /** Hands everything written so far to those who read the outputs. */
    void flush() {
        forEach(RecordOutput::flush);
    }

    void close() {
        forEach(RecordOutput::close);
    }

    /** One output that fails does not keep the others from their last records. */
    private void forEach(Consumer<RecordOutput> action) {
        CliException failure = null;
        for (RecordOutput output : all) {
            try {
                action.accept(output);
            } catch (CliException e) {
                failure = failure == null ? e : failure;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
