package io.github.dedupkit.inmemory;

import static io.github.dedupkit.inmemory.FingerprintTables.START;
import static io.github.dedupkit.inmemory.FingerprintTables.key;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.CorruptSnapshotException;
import io.github.dedupkit.DeduplicationStore;
import io.github.dedupkit.Retention;
import io.github.dedupkit.Verdict;
import io.github.dedupkit.testkit.VirtualClock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A snapshot that is damaged, or of another store, is refused, with where, how much, and the remedy. */
class SnapshotDamageTest {
    private static final Retention RETENTION = FingerprintTables.retention(60, 10, 5);
    private static final Pattern NUMBER = Pattern.compile("maximumBytes\\((\\d+)\\)");

    private final VirtualClock clock = new VirtualClock(START);

    @TempDir
    private Path directory;

    private Path file;

    @BeforeEach
    void nameAFile() {
        file = directory.resolve("table.snapshot");
    }

    private FingerprintDeduplicationStore.Builder builder(long expectedKeys) {
        return FingerprintDeduplicationStore.builder(RETENTION, expectedKeys)
                .clock(clock)
                .restoreFrom(file);
    }

    private void write(Width width, int keys) throws IOException {
        FingerprintDeduplicationStore.Builder builder =
                FingerprintDeduplicationStore.builder(RETENTION, keys).clock(clock);
        DeduplicationStore store = width == Width.NARROW ? builder.buildNarrow() : builder.buildWide();
        for (int i = 0; i < keys; i++) {
            store.markSeen(key(i), START);
        }
        byte[] position = {7, 7, 7};
        if (store instanceof FingerprintNearTier wide) {
            wide.snapshot(file, position);
        } else {
            ((FingerprintDeduplicationStore) store).snapshot(file, position);
        }
    }

    private String refusal(Class<? extends RuntimeException> type, FingerprintDeduplicationStore.Builder builder) {
        RuntimeException refusal = assertThrows(type, builder::buildNarrow);
        String message = String.valueOf(refusal.getMessage());
        assertTrue(message.contains(file.toString()), message);
        return message;
    }

    private String damage() {
        String message = refusal(CorruptSnapshotException.class, builder(50));
        assertTrue(message.contains("restore an older copy, or start without restoreFrom"), message);
        return message;
    }

    @ParameterizedTest
    @EnumSource
    void everyFlippedBitIsRefused(Width width) throws IOException {
        write(width, 50);
        byte[] whole = Files.readAllBytes(file);
        assertEquals(SnapshotHeader.PAGE + 4 * (16 * Line.BYTES + Integer.BYTES), whole.length);
        for (int at = 0; at < whole.length; at++) {
            for (int bit = at % 3; bit < Byte.SIZE; bit += 3) {
                whole[at] ^= (byte) (1 << bit);
                Files.write(file, whole);
                String place = "bit " + bit + " of byte " + at;
                assertThrows(
                        CorruptSnapshotException.class,
                        width == Width.NARROW ? builder(50)::buildNarrow : builder(50)::buildWide,
                        place);
                whole[at] ^= (byte) (1 << bit);
            }
        }
    }

    @Test
    void damageIsLocated() throws IOException {
        write(Width.NARROW, 250_000);
        byte[] whole = Files.readAllBytes(file);
        int place = SnapshotHeader.PAGE + 2 * SnapshotHeader.SECTION_LINES * Line.BYTES + 17;
        whole[place] ^= 1;
        Files.write(file, whole);
        RuntimeException refusal = assertThrows(CorruptSnapshotException.class, builder(250_000)::buildNarrow);
        String message = String.valueOf(refusal.getMessage());
        assertTrue(message.contains("bytes 2101248 to 2392192 have the checksum"), message);
    }

    @Test
    void everyTruncationIsRefused() throws IOException {
        write(Width.NARROW, 50);
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length < whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            String message = damage();
            assertTrue(message.contains("ends after " + length + " bytes of "), message);
        }
    }

    @Test
    void trailingBytesAreRefused() throws IOException {
        write(Width.NARROW, 50);
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(whole, whole.length + 1));
        assertTrue(damage().contains("has " + (whole.length + 1) + " bytes instead of " + whole.length));
    }

    @Test
    void anotherFormatIsRefused() throws IOException {
        write(Width.NARROW, 50);
        rewrite(8, 2);
        assertTrue(damage().contains("is of format 2, and this version reads format 1"));
    }

    /** What a faulty writer in another language might say, under a checksum that is right. */
    @ParameterizedTest
    @CsvSource({
        "56, 0, bits",
        "56, 41, bits",
        "60, 1, share",
        "72, 255, tick",
        "88, 5, levels",
        "88, 0, levels",
        "92, -1, position",
        "92, 70000, position",
        "104, 0, levels",
        "112, 15, levels",
        "24, -1, window",
        "16, 3, width",
        "20, 2, kind"
    })
    void aHeaderThatSaysWhatNoStoreWritesIsRefused(int at, int value, String what) throws IOException {
        write(Width.NARROW, 50);
        rewrite(at, value);
        String message = damage();
        assertTrue(message.contains("header of 4096 bytes that no store writes") && message.contains(what), message);
    }

    /** Writes an integer into the header, and the checksum that belongs to it. */
    private void rewrite(int at, int value) throws IOException {
        ByteBuffer whole = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        whole.putInt(at, value);
        CRC32C crc = new CRC32C();
        crc.update(whole.array(), 0, SnapshotHeader.PAGE - Integer.BYTES);
        whole.putInt(SnapshotHeader.PAGE - Integer.BYTES, (int) crc.getValue());
        Files.write(file, whole.array());
    }

    @Test
    void anythingElseIsRefused() throws IOException {
        Files.write(file, new byte[10_000]);
        assertTrue(damage().contains("does not begin as a snapshot does"));
    }

    @Test
    void noFileIsNeverReadAsAnEmptyOne() throws IOException {
        assertTrue(refusal(IllegalArgumentException.class, builder(50)).contains("there is no snapshot"));
        Files.createDirectory(file);
        assertTrue(refusal(IllegalArgumentException.class, builder(50)).contains("no regular file"));
    }

    @Test
    void anotherWidthIsRefused() throws IOException {
        write(Width.WIDE, 50);
        assertTrue(refusal(IllegalArgumentException.class, builder(50)).contains("build it with buildWide()"));
        write(Width.NARROW, 50);
        RuntimeException refusal = assertThrows(IllegalArgumentException.class, builder(50)::buildWide);
        assertTrue(String.valueOf(refusal.getMessage()).contains("build it with buildNarrow()"), refusal::toString);
    }

    @ParameterizedTest
    @CsvSource({"61, 10, 5", "60, 11, 5", "60, 10, 4"})
    void anotherRetentionIsRefused(int window, int lateness, int skew) throws IOException {
        write(Width.NARROW, 50);
        Retention other = FingerprintTables.retention(window, lateness, skew);
        String message = refusal(
                IllegalArgumentException.class,
                FingerprintDeduplicationStore.builder(other, 50).restoreFrom(file));
        assertTrue(message.contains(RETENTION.toString()) && message.contains(other.toString()), message);
    }

    @Test
    void anotherFingerprintIsRefused() throws IOException {
        write(Width.NARROW, 50);
        String message = refusal(IllegalArgumentException.class, builder(50).fingerprintBits(24));
        assertTrue(message.contains("40 bits") && message.contains("of 24"), message);
    }

    /** The message has the numbers to give. */
    @Test
    void aTableThatIsTooSmallOrTooLargeIsRefused() throws IOException {
        write(Width.NARROW, 10_000);
        builder(10_000).buildNarrow();
        builder(1).buildNarrow();
        String small = refusal(IllegalArgumentException.class, builder(30_000));
        assertTrue(small.contains("expectedKeys 30000 is more than the 10003 that the table"), small);
        Matcher enough = NUMBER.matcher(small);
        assertTrue(enough.find(), small);
        long bytes = Long.parseLong(enough.group(1));
        builder(30_000).maximumBytes(bytes).buildNarrow();
        refusal(IllegalArgumentException.class, builder(30_000).maximumBytes(bytes - Line.BYTES - 1));
        long held = Files.size(file) - SnapshotHeader.PAGE - 4 * Integer.BYTES;
        String large = refusal(IllegalArgumentException.class, builder(100).maximumBytes(held - 1));
        assertTrue(large.contains("is less than the " + held + " bytes of the table"), large);
        builder(100).maximumBytes(held).buildNarrow();
    }

    @ParameterizedTest
    @CsvSource({"0, 4096", "1000, 4096", "65536, 69632"})
    void positionsOfAnyLengthUpToTheMostAreKept(int length, int header) throws IOException {
        FingerprintDeduplicationStore store = FingerprintDeduplicationStore.builder(RETENTION, 50)
                .clock(clock)
                .buildNarrow();
        store.markSeen(key(0), START);
        byte[] position = new byte[length];
        Arrays.fill(position, (byte) 0xA5);
        store.snapshot(file, position);
        assertEquals(header + 4 * (16 * Line.BYTES + Integer.BYTES), Files.size(file));
        FingerprintDeduplicationStore restored = builder(50).buildNarrow();
        assertTrue(Arrays.equals(position, restored.restoredPosition().orElseThrow()));
        assertEquals(Verdict.DUPLICATE, restored.markSeen(key(0), START));
        RuntimeException refusal =
                assertThrows(IllegalArgumentException.class, () -> store.snapshot(file, new byte[65_537]));
        assertTrue(String.valueOf(refusal.getMessage()).contains("65537 bytes"), refusal::toString);
    }
}
