package io.github.dedupkit.cli;

import io.github.dedupkit.KeySpace;
import io.github.dedupkit.cli.EventWindow.Ticks;
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

    /** Unless set: one in a million. */
    private static final double FALSE_POSITIVE = 1e-6;

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
        CAFFEINE,
        BLOOM
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
     * @param falsePositive the probability at which a filter may take a new key for a known one
     * @param memoryBytes the most memory it may take
     * @param whenFull what happens then
     */
    record Store(
            StoreKind kind,
            OptionalLong expectedKeys,
            double falsePositive,
            OptionalLong memoryBytes,
            WhenFull whenFull) {}

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
        OptionalLong expected = command.expected == null
                ? OptionalLong.empty()
                : OptionalLong.of(Amount.count("--expected", command.expected));
        OptionalLong memory = command.memory == null
                ? OptionalLong.empty()
                : OptionalLong.of(Amount.bytes("--memory", command.memory));
        StoreKind kind = choice("--store", command.store, StoreKind.TABLE);
        EventWindow window = window(command, kind);
        WhenFull whenFull = choice("--when-full", command.whenFull, WhenFull.STOP);
        refuse(
                kind == StoreKind.CAFFEINE && expected.isPresent(),
                "--expected makes room in the table, and caffeine has none; leave one of them out");
        requireBloom(command, kind, whenFull);
        double falsePositive = command.falsePositive == null
                ? FALSE_POSITIVE
                : Amount.probability("--false-positive", command.falsePositive);
        refuse(
                command.quiet && command.summary != null,
                "--summary asks for what -q leaves out; leave one of them out");
        Reporting reporting = choice("--summary", command.summary, Reporting.TEXT);
        return new FilterOptions(
                format,
                window,
                command.trusted ? Keys.TRUSTED : Keys.KEYED,
                new Store(kind, expected, falsePositive, memory, whenFull),
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

    /** What a filter of bits needs, and cannot do; and that no other store can err on demand. */
    private static void requireBloom(FilterCommand command, StoreKind kind, WhenFull whenFull) {
        if (kind != StoreKind.BLOOM) {
            refuse(
                    command.falsePositive != null,
                    "--false-positive says how often a Bloom filter may err; add --store bloom, or leave it out");
            return;
        }
        refuse(
                command.expected == null,
                "--store bloom does not grow; add --expected N, the most keys that it has to hold");
        refuse(
                command.memory != null,
                "--memory bounds a store that grows, and bloom takes what --expected and --false-positive ask for;"
                        + " leave it out");
        refuse(
                whenFull == WhenFull.EVICT,
                "--when-full evict forgets keys, and bloom can forget none; leave it out, and give --expected"
                        + " room enough");
    }

    private static @Nullable EventWindow window(FilterCommand command, StoreKind kind) {
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
        Ticks ticks = kind == StoreKind.BLOOM ? Ticks.COARSE : Ticks.FINE;
        return command.window == null ? null : EventWindow.parse(command.window, command.lateness, ticks);
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
