package io.github.dedupkit.benchmarks;

import java.util.OptionalDouble;

/**
 * One figure, with all that a reader needs to judge it and to repeat it.
 *
 * @param suite that it belongs to: hot-path, memory, accuracy, day or coldstart
 * @param subject that was measured
 * @param setting it was measured in, for people
 * @param name of the figure
 * @param value in the unit
 * @param low the lower end of its 95 % interval, where it has one
 * @param high the upper end of its 95 % interval, where it has one
 * @param unit of the value
 * @param better which way is good
 * @param command that gave it
 */
record ReportFigure(
        String suite,
        String subject,
        String setting,
        String name,
        double value,
        OptionalDouble low,
        OptionalDouble high,
        String unit,
        Better better,
        String command) {
    /** Which way is good. */
    enum Better {
        HIGHER,
        LOWER,
        /** The figure explains another one. */
        NEITHER
    }

    ReportFigure {
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException(name + " of " + subject + " is " + value + ", which is no figure");
        }
    }

    /**
     * Where figures come from: what those of one subject in one setting have in common.
     *
     * @param suite as above
     * @param subject as above
     * @param setting as above
     * @param command as above
     */
    record Source(String suite, String subject, String setting, String command) {
        ReportFigure figure(String name, double value, String unit, Better better) {
            return new ReportFigure(
                    suite,
                    subject,
                    setting,
                    name,
                    value,
                    OptionalDouble.empty(),
                    OptionalDouble.empty(),
                    unit,
                    better,
                    command);
        }

        /** A figure with a 95 % interval. */
        ReportFigure figure(String name, double value, double low, double high, String unit, Better better) {
            return new ReportFigure(
                    suite,
                    subject,
                    setting,
                    name,
                    value,
                    OptionalDouble.of(low),
                    OptionalDouble.of(high),
                    unit,
                    better,
                    command);
        }
    }
}
