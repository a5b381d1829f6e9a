package io.github.dedupkit.benchmarks;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Writes lines of 36 characters, random UUIDs, of which a fifth repeat an earlier line, drawn uniformly. A pure function of
 * its arguments, which are the number of lines and a seed.
 */
public final class GeneratedLines {
    static final int LINE_BYTES = 37;

    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private GeneratedLines() {}

    /**
     * Writes to standard output.
     *
     * @param arguments the number of lines, and the seed
     * @throws IOException if the output fails
     */
    public static void main(String[] arguments) throws IOException {
        long lines = Long.parseLong(arguments[0]);
        long seed = Long.parseLong(arguments[1]);
        try (OutputStream out = new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), 1 << 16)) {
            byte[] line = new byte[LINE_BYTES];
            for (long i = 0; i < lines; i++) {
                write(id(i, seed), seed, line);
                out.write(line);
            }
        }
    }

    /** The line that a line repeats, or itself: first lines only are repeated. */
    private static long id(long line, long seed) {
        long draw = mix(seed + line * GOLDEN);
        if (line > 0 && Long.remainderUnsigned(draw, 5) == 0) {
            long earlier = Long.remainderUnsigned(mix(draw), line);
            return id(earlier, seed);
        }
        return line;
    }

    /** Writes the line of an id, which differs from those of all other ids of the seed, its end included. */
    static void write(long id, long seed, byte[] line) {
        long high = mix(seed ^ (2 * id + 1));
        long low = mix(high + id);
        for (int i = 0, digit = 0; i < LINE_BYTES - 1; i++) {
            if (i == 8 || i == 13 || i == 18 || i == 23) {
                line[i] = '-';
            } else {
                long half = digit < 16 ? high : low;
                line[i] = HEX[(int) (half >>> (4 * (15 - digit % 16))) & 0xF];
                digit++;
            }
        }
        line[LINE_BYTES - 1] = '\n';
    }

    /** Finaliser of SplitMix64 (Steele, Lea and Flood, Fast Splittable Pseudorandom Number Generators, 2014). */
    static long mix(long value) {
        long z = value + GOLDEN;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
