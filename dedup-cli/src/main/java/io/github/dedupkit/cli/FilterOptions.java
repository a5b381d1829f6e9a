package io.github.dedupkit.cli;

import io.github.dedupkit.KeySpace;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A run of {@code dedup filter} as the user asked for it, each option checked against the others.
 *
 * @param format what a record is, its key and its time
 * @param window how long a key is remembered; null for the whole run, without times
 * @param keys who chooses the keys
 * @param store what remembers them
 * @param outputs where records go that are not kept
 * @param reporting what is said at the end
 */
record FilterOptions(
        RecordFormat format,
        @Nullable EventWindow window,
        Keys keys,
        Store store,
        Outputs outputs,
        Reporting reporting) {

    private static final String NAMESPACE = "dedup/filter";

    /** Who chooses the keys. */
    enum Keys {
        /** Anyone: they are hashed under a secret that is drawn for the run. */
        KEYED,
        /** Nobody who wishes harm. */
        TRUSTED
    }

    /** What remembers them. */
    enum StoreKind {
        TABLE,
        CAFFEINE
    }

    /** What happens when the store can hold no more. */
    enum WhenFull {
        STOP,
        EVICT
    }

    /**
     * The store.
     *
     * @param kind which
     * @param expectedKeys the keys to make room for at once
     * @param memoryBytes the most memory it may take
     * @param whenFull what happens then
     */
    record Store(StoreKind kind, OptionalLong expectedKeys, OptionalLong memoryBytes, WhenFull whenFull) {}

    /**
     * The names of files.
     *
     * @param duplicates for copies; null drops them
     * @param late for records too late to judge; null keeps them with the others
     * @param rejects for malformed records; null ends the run
     */
    record Outputs(
            @Nullable String duplicates,
            @Nullable String late,
            @Nullable String rejects) {}

    /** Makes sense of a command line. */
    static FilterOptions of(FilterCommand command) {
        RecordFormat format = format(command);
        EventWindow window = window(command);
        OptionalLong expected = command.expected == null
                ? OptionalLong.empty()
                : OptionalLong.of(Amount.count("--expected", command.expected));
        OptionalLong memory = command.memory == null
                ? OptionalLong.empty()
                : OptionalLong.of(Amount.bytes("--memory", command.memory));
        StoreKind kind = choice("--store", command.store, StoreKind.TABLE);
        refuse(
                kind == StoreKind.CAFFEINE && expected.isPresent(),
                "--expected makes room in the table, and caffeine has none; leave one of them out");
        refuse(
                command.quiet && command.summary != null,
                "--summary asks for what -q leaves out; leave one of them out");
        Reporting reporting = choice("--summary", command.summary, Reporting.TEXT);
        return new FilterOptions(
                format,
                window,
                command.trusted ? Keys.TRUSTED : Keys.KEYED,
                new Store(kind, expected, memory, choice("--when-full", command.whenFull, WhenFull.STOP)),
                new Outputs(command.duplicates, command.late, command.rejects),
                command.quiet ? Reporting.QUIET : reporting);
    }

    /** Makes the keys of this run. */
    KeySpace keySpace() {
        return keys == Keys.TRUSTED ? KeySpace.trusted(NAMESPACE) : RunKeys.keySpace(NAMESPACE);
    }

    private static RecordFormat format(FilterCommand command) {
        RecordFormat.Format format = choice("--format", command.format, RecordFormat.Format.LINES);
        String timeFormat = command.timeFormat == null ? "iso" : command.timeFormat;
        return new RecordFormat(format, List.copyOf(command.keys), command.delimiter, command.time, timeFormat);
    }

    private static @Nullable EventWindow window(FilterCommand command) {
        refuse(
                command.window == null && command.time != null,
                "--time is of use within a window only; add --window, such as 24h, or leave it out");
        refuse(
                command.window != null && command.time == null,
                "--window goes by the records' own times; add --time FIELD, or leave it out");
        refuse(
                command.timeFormat != null && command.time == null,
                "--time-format says how --time is written; add --time FIELD and --window, or leave it out");
        refuse(
                command.lateness != null && command.window == null,
                "--lateness says what is late within a window; add --window and --time, or leave it out");
        refuse(
                command.late != null && command.window == null,
                "--late takes what is late within a window; add --window and --time, or leave it out");
        return command.window == null ? null : EventWindow.parse(command.window, command.lateness);
    }

    private static void refuse(boolean meaningless, String message) {
        if (meaningless) {
            throw CliException.usage(message);
        }
    }

    private static <E extends Enum<E>> E choice(String option, @Nullable String text, E byDefault) {
        if (text == null) {
            return byDefault;
        }
        E[] all = byDefault.getDeclaringClass().getEnumConstants();
        return Arrays.stream(all)
                .filter(value -> name(value).equals(text))
                .findFirst()
                .orElseThrow(() -> CliException.usage(option + " " + text + " is unknown; give "
                        + Arrays.stream(all).map(FilterOptions::name).collect(Collectors.joining(" or "))));
    }

    private static String name(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
