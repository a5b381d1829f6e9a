package io.github.dedupkit.inmemory;

import static io.github.dedupkit.Verdict.FIRST_SEEN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.DeduplicationStore;
import io.github.dedupkit.testkit.VirtualClock;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Memory outside the heap: how it is laid out, when it is refused, and that it comes back. */
@Timeout(300)
class LineMemoryTest {
    private static final Pattern FLAG = Pattern.compile("start it with (-XX:MaxDirectMemorySize=\\d+m)");

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({"1, 24, 1", "16, 9, 1", "512, 9, 1", "513, 9, 2", "1536, 9, 3", "100000, 13, 13", "300000, 24, 1"})
    void linesAreInChunksAlignedAndZeroed(long lines, int shift, int count) {
        ByteBuffer[] chunks = LineMemory.allocate(lines, shift);
        assertEquals(count, chunks.length);
        long bytes = 0;
        for (int i = 0; i < count; i++) {
            ByteBuffer chunk = chunks[i];
            bytes += chunk.capacity();
            assertLaidOut(chunk);
            assertTrue(i == count - 1 || chunk.capacity() == Line.BYTES << shift, "only the last one may be shorter");
        }
        assertEquals(lines * Line.BYTES, bytes);
    }

    @Test
    void aChunkIsAppended() {
        ByteBuffer[] chunks = LineMemory.allocate(1_024, 9);
        ByteBuffer[] longer = LineMemory.append(chunks, 9);
        assertEquals(3, longer.length);
        assertSame(chunks[0], longer[0]);
        assertSame(chunks[1], longer[1]);
        assertEquals(512 * Line.BYTES, longer[2].capacity());
        assertLaidOut(longer[2]);
    }

    private static void assertLaidOut(ByteBuffer chunk) {
        assertTrue(chunk.isDirect());
        assertEquals(ByteOrder.LITTLE_ENDIAN, chunk.order());
        assertEquals(0, chunk.alignmentOffset(0, Line.BYTES), "a line is a cache line");
        for (int i = 0; i < chunk.capacity(); i += Long.BYTES) {
            if (chunk.getLong(i) != 0) {
                throw new AssertionError("byte " + i + " is not zero");
            }
        }
    }

    @Test
    void moreThanAnyMachineHasIsRefusedWithTheNeedTheLimitAndTheFlag() {
        var builder = FingerprintDeduplicationStore.builder(FingerprintTables.retention(60, 1, 1), 1L << 36);
        String refusal = String.valueOf(assertThrows(IllegalArgumentException.class, builder::buildNarrow)
                .getMessage());
        long need = (long) (Math.ceil((1L << 36) / 6.7) * (Line.BYTES * 9 / 8.0));
        assertTrue(refusal.contains("the table needs " + need + " bytes outside the heap"), refusal);
        assertTrue(refusal.contains("expect fewer keys"), refusal);
        Matcher flag = FLAG.matcher(refusal);
        assertTrue(flag.find(), refusal);
    }

    /** Below and above the size from which the JVM is asked first; the flag that the refusal names is enough. */
    @ParameterizedTest
    @CsvSource({"2000000, 16m", "12000000, 100m"})
    void aTableTooLargeForTheJvmIsRefusedAndTheFlagNamedIsEnough(long keys, String limit) throws Exception {
        String printed = fork("-XX:MaxDirectMemorySize=" + limit, Builds.class, Long.toString(keys));
        long allowed = Long.parseLong(limit.substring(0, limit.length() - 1)) << 20;
        assertTrue(printed.contains("the JVM allows " + allowed + " in all"), printed);
        Matcher flag = FLAG.matcher(printed);
        assertTrue(flag.find(), printed);
        assertEquals(
                "built", fork(flag.group(1), Builds.class, Long.toString(keys)).strip());
    }

    /** Fifty tables of some 11 MB each, one after the other, in a JVM that has memory for five. */
    @Test
    void memoryReturnsAfterClose() throws Exception {
        assertEquals(
                "opened 50",
                fork("-XX:MaxDirectMemorySize=64m", OpensAndCloses.class).strip());
    }

    private String fork(String flag, Class<?> main, String... arguments) throws Exception {
        return FingerprintTables.fork(directory, main, List.of(flag, "-Xmx64m"), arguments);
    }

    private static DeduplicationStore build(long keys) {
        return FingerprintDeduplicationStore.builder(FingerprintTables.retention(60, 1, 1), keys)
                .clock(new VirtualClock(FingerprintTables.START))
                .buildNarrow();
    }

    /** Builds a store, or prints why not. */
    static final class Builds {
        private Builds() {}

        public static void main(String[] arguments) {
            try (DeduplicationStore store = build(Long.parseLong(arguments[0]))) {
                assertEquals(FIRST_SEEN, store.markSeen(1, 1, FingerprintTables.START));
                System.out.println("built");
            } catch (IllegalArgumentException e) {
                System.out.println(e.getMessage());
            }
        }
    }

    /** Opens and closes stores; a closed one stays reachable, and must not hold its memory. */
    static final class OpensAndCloses {
        private OpensAndCloses() {}

        public static void main(String[] arguments) {
            DeduplicationStore[] stores = new DeduplicationStore[50];
            for (int i = 0; i < stores.length; i++) {
                stores[i] = build(1_000_000);
                assertEquals(FIRST_SEEN, stores[i].markSeen(1, 1, FingerprintTables.START));
                stores[i].close();
            }
            System.out.println("opened " + stores.length);
        }
    }
}
