package io.github.dedupkit.benchmarks;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** What is timed, a method of {@link GateBenchmark} each. */
enum GateTiming {
    /** Nothing of the library: judged by itself, never with the rest. */
    CONTROL("control", GateDirection.LESS_IS_BETTER, "ns/event"),

    /** The table without origins. */
    NARROW_BATCH("narrowBatch", GateDirection.LESS_IS_BETTER, "ns/event"),

    /** The same, call by call. */
    NARROW_SINGLE("narrowSingle", GateDirection.LESS_IS_BETTER, "ns/event"),

    /** The table that keeps origins: mark and confirm. */
    WIDE_BATCH("wideBatch", GateDirection.LESS_IS_BETTER, "ns/event"),

    /** The exact store on the heap: mark and confirm. */
    CAFFEINE_BATCH("caffeineBatch", GateDirection.LESS_IS_BETTER, "ns/event"),

    /** Both hashes. */
    KEY_HASHING("keyHashing", GateDirection.LESS_IS_BETTER, "ns/key");

    final String method;
    final GateDirection direction;
    final String unit;

    GateTiming(String method, GateDirection direction, String unit) {
        this.method = method;
        this.direction = direction;
        this.unit = unit;
    }

    /** All but the control. */
    static List<GateTiming> judged() {
        return Stream.of(values()).filter(timing -> timing != CONTROL).toList();
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The reverse of {@link #toString}. */
    static GateTiming of(String name) {
        return valueOf(name.toUpperCase(Locale.ROOT).replace('-', '_'));
    }
}
