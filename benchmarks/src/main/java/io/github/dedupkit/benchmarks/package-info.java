/**
 * Measurements of the stores with JMH, and the gates that rest on them.
 *
 * <p>A class named {@code <What>Benchmark} is a benchmark; its comment states the workload and the command. Figures
 * quoted anywhere name the machine, the JDK and the day.
 */
@NullMarked
package io.github.dedupkit.benchmarks;

import org.jspecify.annotations.NullMarked;
