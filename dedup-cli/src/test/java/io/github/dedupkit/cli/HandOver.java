package io.github.dedupkit.cli;

import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.io.InputStream;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Inputs that keep two threads busy, what the filter makes of them, and a look at the threads. */
final class HandOver {
    static final int BLOCK_BYTES = 4096;
    static final FilterLimits SMALL_BLOCKS = new FilterLimits(BLOCK_BYTES, 1 << 20);

    /** More than all blocks hold; about half of the lines repeat one, at changing distances. */
    static final List<String> LINES = lines(40_000);

    private HandOver() {}

    private static List<String> lines(int count) {
        Random random = new Random(7);
        return IntStream.range(0, count)
                .mapToObj(i -> "line " + (random.nextBoolean() ? i : i / 2))
                .toList();
    }

    static List<String> first(List<String> lines) {
        return List.copyOf(new LinkedHashSet<>(lines));
    }

    static List<String> repeated(List<String> lines) {
        Set<String> seen = new HashSet<>();
        return lines.stream().filter(line -> !seen.add(line)).toList();
    }

    static String text(List<String> lines) {
        return lines.stream().map(line -> line + "\n").collect(Collectors.joining());
    }

    static byte[] bytes(List<String> lines) {
        return Run.bytes(text(lines));
    }

    static void delay(Random random) {
        for (int i = random.nextInt(1 << random.nextInt(16)); i > 0; i--) {
            Thread.onSpinWait();
        }
    }

    /** The judging threads that were started since. */
    static final class Threads {
        private final Set<Thread> before =
                new HashSet<>(Thread.getAllStackTraces().keySet());

        Set<Thread> found() {
            return Thread.getAllStackTraces().keySet().stream()
                    .filter(thread -> thread.getName().equals("dedup-judge") && !before.contains(thread))
                    .collect(Collectors.toSet());
        }

        /** Says that those found are where they should be. */
        void accept() {
            before.addAll(found());
        }

        void requireNoneLeft() throws InterruptedException {
            for (Thread thread : found()) {
                thread.join(30_000);
                assertFalse(thread.isAlive(), "a judging thread is left");
            }
        }
    }

    /** Promises that a read will not wait. */
    abstract static class Endless extends InputStream {
        @Override
        public int available() {
            return 1;
        }

        @Override
        public int read() {
            throw new AssertionError("one byte alone");
        }

        @Override
        public abstract int read(byte[] into, int offset, int length) throws IOException;
    }

    /** Lines that count, without end. */
    static final class Numbers extends Endless {
        final StringBuilder text = new StringBuilder();
        int at;
        private int next;

        @Override
        public int read(byte[] into, int offset, int length) {
            while (text.length() < at + length) {
                text.append(next++).append('\n');
            }
            System.arraycopy(Run.bytes(text.substring(at, at + length)), 0, into, offset, length);
            at += length;
            return length;
        }
    }

    /** Comes in pieces and with delays of many lengths, at times with a pause. */
    static final class Trickle extends InputStream {
        private final byte[] bytes;
        private final Random random;
        private int at;

        Trickle(byte[] bytes, Random random) {
            this.bytes = bytes;
            this.random = random;
        }

        @Override
        public int available() {
            return random.nextInt(20);
        }

        @Override
        public int read() {
            throw new AssertionError("one byte alone");
        }

        @Override
        public int read(byte[] into, int offset, int length) {
            delay(random);
            int most = random.nextBoolean() ? length : 1 + random.nextInt(length);
            int count = Math.min(most, bytes.length - at);
            System.arraycopy(bytes, at, into, offset, count);
            at += count;
            return count == 0 ? -1 : count;
        }
    }
}
