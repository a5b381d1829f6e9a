package io.github.dedupkit.cli;

import static io.github.dedupkit.cli.HandOver.BLOCK_BYTES;
import static io.github.dedupkit.cli.HandOver.LINES;
import static io.github.dedupkit.cli.HandOver.SMALL_BLOCKS;
import static io.github.dedupkit.cli.HandOver.bytes;
import static io.github.dedupkit.cli.HandOver.delay;
import static io.github.dedupkit.cli.HandOver.first;
import static io.github.dedupkit.cli.HandOver.repeated;
import static io.github.dedupkit.cli.HandOver.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.cli.HandOver.Endless;
import io.github.dedupkit.cli.HandOver.Numbers;
import io.github.dedupkit.cli.HandOver.Threads;
import io.github.dedupkit.cli.HandOver.Trickle;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The filter on two cores is the filter on one: the same outputs in the same order, and no thread is left behind. */
@Timeout(120)
class FilterHandOverTest {
    @TempDir
    Path directory;

    private final Threads threads = new Threads();

    @AfterEach
    void noThreadIsLeft() throws InterruptedException {
        threads.requireNoneLeft();
    }

    @ParameterizedTest
    @CsvSource({"table, 1", "table, 2", "caffeine, 3", "caffeine, 4"})
    void theOrderIsKeptWhateverTheDelays(String store, int seed) {
        Random random = new Random(seed);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        OutputStream slow = new OutputStream() {
            @Override
            public void write(int b) {
                out.write(b);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) {
                delay(random);
                out.write(bytes, offset, length);
            }
        };
        Path duplicates = directory.resolve("duplicates");
        StandardStreams streams = streams(new Trickle(bytes(LINES), random), slow);
        List<String> options = List.of("--store=" + store, "--duplicates=" + duplicates);
        assertEquals(0, Run.filterRun(streams, SMALL_BLOCKS, options).run(List.of("-")));
        assertEquals(text(first(LINES)), Run.text(out));
        assertEquals(text(repeated(LINES)), read(duplicates));
    }

    @Test
    void recordsOfAllLengthsAreHandedOver() {
        Random random = new Random(5);
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            int length = random.nextInt(10) > 0 ? random.nextInt(10) : random.nextInt(3 * BLOCK_BYTES);
            lines.add((i / 2 + "x").repeat(1 + length / 4));
        }
        for (int i = 0; i < 20_000; i++) {
            lines.add(""); // many more records than usual in one block
        }
        lines.add("last");
        Run run = Run.filter(SMALL_BLOCKS, new Trickle(bytes(lines), random), List.of());
        assertEquals(0, run.code());
        assertEquals(text(first(lines)), run.out());
    }

    /** However slow the output, no more is read than the blocks and the output's buffer hold. */
    @Test
    void aSlowOutputHoldsTheInputBack() {
        Numbers in = new Numbers();
        long[] most = {0};
        long[] written = {0};
        OutputStream out = new OutputStream() {
            @Override
            public void write(int b) {
                throw new AssertionError("one byte alone");
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                for (int i = 0; i < 100_000; i++) {
                    Thread.onSpinWait();
                }
                most[0] = Math.max(most[0], in.at - written[0]);
                written[0] += length;
                if (written[0] > 2_000_000) {
                    throw new IOException("Broken pipe");
                }
            }
        };
        StandardStreams streams = streams(in, out);
        assertEquals(141, Run.filterRun(streams, SMALL_BLOCKS, List.of()).run(List.of("-")));
        assertTrue(most[0] > 1 << 17 && most[0] < (1 << 17) + 10 * BLOCK_BYTES, most[0] + " bytes held");
    }

    /** The input promises more, and then keeps the reader waiting: what was handed over is judged by who interrupts. */
    @Test
    void anInterruptBringsWhatIsHandedOverToItsEnd() throws Exception {
        byte[] all = bytes(LINES);
        int given = 8 * BLOCK_BYTES;
        CountDownLatch waiting = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        InputStream in = new Endless() {
            private int at;

            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
                if (at == given) {
                    waiting.countDown();
                    await(never);
                    throw new IOException("the test is over");
                }
                int count = Math.min(length, given - at);
                System.arraycopy(all, at, into, offset, count);
                at += count;
                return count;
            }
        };
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        FilterRun run = Run.filterRun(new StandardStreams(in, out, Run.printStream(err)), SMALL_BLOCKS, List.of());
        ExecutorService executor = Executors.newSingleThreadExecutor(task -> {
            Thread thread = new Thread(task);
            thread.setDaemon(true); // it is kept at the gate for good
            return thread;
        });
        executor.execute(() -> run.run(List.of("-")));
        waiting.await();
        run.interrupted();
        executor.shutdownNow();
        List<String> whole = Run.text(all)
                .substring(0, Run.text(all).lastIndexOf('\n', given - 1) + 1)
                .lines()
                .toList();
        assertEquals(text(first(whole)), Run.text(out));
        assertTrue(Run.text(err).startsWith("interrupted: read " + whole.size() + " = first "), Run.text(err));
        assertEquals(1, threads.found().size(), "nothing was handed over");
        threads.accept(); // the JVM would be halted now
    }

    /** A pause of the input after any piece: all whole lines are written before the read that waits. */
    @Test
    void beforeAWaitAllIsWritten() {
        byte[] all = bytes(LINES);
        Random random = new Random(6);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int[] pauses = {0};
        InputStream in = new InputStream() {
            private int at;
            private int pauseAt;

            @Override
            public int available() {
                return pauseAt - at;
            }

            @Override
            public int read() {
                throw new AssertionError("one byte alone");
            }

            @Override
            public int read(byte[] into, int offset, int length) {
                if (at == pauseAt) {
                    pauses[0]++;
                    String whole = Run.text(all)
                            .substring(0, at == 0 ? 0 : Run.text(all).lastIndexOf('\n', at - 1) + 1);
                    assertEquals(text(first(whole.lines().toList())), Run.text(out), "at byte " + at);
                    pauseAt = Math.min(all.length, at + 1 + random.nextInt(10 * BLOCK_BYTES));
                    if (at == all.length) {
                        return -1;
                    }
                }
                int count = Math.min(length, pauseAt - at);
                System.arraycopy(all, at, into, offset, count);
                at += count;
                return count;
            }
        };
        assertEquals(0, Run.filterRun(streams(in, out), SMALL_BLOCKS, List.of()).run(List.of("-")));
        assertTrue(pauses[0] > 5, pauses[0] + " pauses");
    }

    /** Small inputs are judged where they are read: no thread is started for them. */
    @Test
    void tenThousandTinyInputs() throws IOException {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            String end = i % 3 == 0 ? "" : "\n";
            names.add(Files.writeString(directory.resolve(i + ""), i % 7000 + (i % 5 == 0 ? "\n\n" : end))
                    .toString());
        }
        Set<Thread> seen = new HashSet<>();
        ByteArrayOutputStream out = new ByteArrayOutputStream() {
            private int writes;

            @Override
            public synchronized void write(byte[] bytes, int offset, int length) {
                if (writes++ % 50 == 0) {
                    seen.addAll(threads.found());
                }
                super.write(bytes, offset, length);
            }
        };
        StandardStreams streams = streams(InputStream.nullInputStream(), out);
        assertEquals(0, Run.filterRun(streams, Run.WIDE, List.of()).run(names));
        List<String> lines = Run.text(out).lines().toList();
        Set<String> expected = new LinkedHashSet<>();
        for (int i = 0; i < 10_000; i++) {
            expected.add(i % 7000 + "");
            if (i == 0) {
                expected.add("");
            }
        }
        assertEquals(List.copyOf(expected), lines);
        assertEquals(Set.of(), seen);
    }

    private static StandardStreams streams(InputStream in, OutputStream out) {
        return new StandardStreams(in, out, Run.printStream(new ByteArrayOutputStream()));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
