package io.github.dedupkit.rocksdb;

import io.github.dedupkit.CorruptSnapshotException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The file that says how many writes were acknowledged, kept apart from the log that holds them: a log that lost its middle
 * or its end cannot vouch for itself. Thread-safe if callers hold the lock of the stripe they enter.
 */
final class Ledger {
    /*
     * Layout: identity (80 bytes), state (8), padding to 128, then for each stripe two copies of
     *
     *   writes 8 | watermark 8 | check 8 | padding 8
     *
     * written in turn, so a process that dies in the middle of one leaves the other. The file is mapped: an entry costs a
     * few stores and survives the process, not a power cut. After a power cut it may be behind the log, which hides
     * nothing that was promised, or ahead of a log that was not synced, which is then rightly reported.
     */
    static final String FILE_NAME = "DEDUPKIT";
    private static final int STATE_AT = StoreIdentity.BYTES;
    private static final int STRIPES_AT = 128;
    private static final int COPY_BYTES = 32;
    private static final int BYTES = STRIPES_AT + Stripes.COUNT * 2 * COPY_BYTES;

    private final MappedByteBuffer bytes;
    private final byte[] turn = new byte[Stripes.COUNT];

    /** How the directory was left. Its code is 8 letters, so that a flipped bit makes no other state. */
    enum State {
        /** Nothing was acknowledged yet. */
        CREATING("creating"),
        /** Open, or ended without close, with a log of every write. */
        LOGGED("open-wal"),
        /** Open, or ended without close, without a log. */
        UNLOGGED("open-mem"),
        /** Closed. */
        CLEAN("closed--"),
        /** A copy of an open store. */
        CHECKPOINT("copied--");

        private final long code;

        State(String letters) {
            long sum = 0;
            for (int i = 0; i < Long.BYTES; i++) {
                sum = sum << Byte.SIZE | letters.charAt(i);
            }
            code = sum;
        }
    }

    /** What was acknowledged under a stripe. */
    record Entry(long writes, long watermark) {
        static final Entry NOTHING = new Entry(0, EventTime.NONE);
    }

    private Ledger(MappedByteBuffer bytes) {
        this.bytes = bytes;
    }

    /** Reads a ledger without changing it; refuses damage. */
    static ByteBuffer read(Path file) throws IOException {
        byte[] content = Files.readAllBytes(file);
        if (content.length != BYTES) {
            throw new CorruptSnapshotException("the ledger " + file + " has " + content.length + " bytes, not " + BYTES
                    + "; restore a checkpoint, or start with an empty directory and admit copies");
        }
        return ByteBuffer.wrap(content);
    }

    static State state(ByteBuffer ledger, Path file) {
        long code = ledger.getLong(STATE_AT);
        return Arrays.stream(State.values())
                .filter(state -> state.code == code)
                .findFirst()
                .orElseThrow(() -> new CorruptSnapshotException("the ledger " + file + " is damaged: its state is "
                        + Long.toHexString(code) + ", which is none; restore a checkpoint, or start with an empty"
                        + " directory and admit copies"));
    }

    static Entry[] entries(ByteBuffer ledger, Path file) {
        Entry[] entries = new Entry[Stripes.COUNT];
        for (int stripe = 0; stripe < Stripes.COUNT; stripe++) {
            long writes = -1;
            for (int copy = 0; copy < 2; copy++) {
                int at = at(stripe, copy);
                long found = ledger.getLong(at);
                long watermark = ledger.getLong(at + Long.BYTES);
                if (ledger.getLong(at + 2 * Long.BYTES) == check(stripe, found, watermark) && found > writes) {
                    writes = found;
                    entries[stripe] = new Entry(found, watermark);
                }
            }
            if (writes == -1) {
                throw new CorruptSnapshotException("the ledger " + file + " is damaged: both copies of entry " + stripe
                        + " of " + Stripes.COUNT + " have a wrong checksum; restore a checkpoint, or start with an"
                        + " empty directory and admit copies");
            }
        }
        return entries;
    }

    /** Writes a whole ledger; it is there in full or not at all. */
    static void create(Path file, StoreIdentity identity, State state, Entry[] entries) throws IOException {
        ByteBuffer content = ByteBuffer.allocate(BYTES);
        identity.write(content);
        content.putLong(STATE_AT, state.code);
        for (int stripe = 0; stripe < Stripes.COUNT; stripe++) {
            put(content, stripe, 0, entries[stripe]);
            put(content, stripe, 1, entries[stripe]);
        }
        Path temporary = file.resolveSibling(FILE_NAME + ".tmp");
        try (FileChannel channel = FileChannel.open(
                temporary, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            while (content.hasRemaining()) {
                channel.write(content);
            }
            channel.force(true);
        }
        try {
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING);
        }
        forceDirectory(file.toAbsolutePath().getParent());
    }

    /** Makes the new name durable, where the system lets a directory be opened. */
    private static void forceDirectory(@Nullable Path directory) throws IOException {
        if (directory == null) {
            return;
        }
        FileChannel opened;
        try {
            opened = FileChannel.open(directory, StandardOpenOption.READ);
        } catch (IOException e) {
            return; // Windows, which needs no such thing
        }
        try (opened) {
            opened.force(true);
        }
    }

    static Entry[] nothing() {
        Entry[] entries = new Entry[Stripes.COUNT];
        Arrays.fill(entries, Entry.NOTHING);
        return entries;
    }

    /** Opens a ledger to write in it. */
    static Ledger open(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return new Ledger(channel.map(MapMode.READ_WRITE, 0, BYTES));
        }
    }

    /** Enters what was acknowledged under a stripe. */
    void acknowledge(int stripe, long writes, long watermark) {
        turn[stripe] ^= 1;
        put(bytes, stripe, turn[stripe], new Entry(writes, watermark));
    }

    /** What was acknowledged so far; the caller holds every stripe. */
    Entry[] entries() {
        return entries(bytes, Path.of(FILE_NAME));
    }

    /** Sets the state, durably, with everything entered so far. */
    void state(State state) {
        bytes.putLong(STATE_AT, state.code);
        bytes.force();
    }

    private static void put(ByteBuffer into, int stripe, int copy, Entry entry) {
        int at = at(stripe, copy);
        into.putLong(at, entry.writes);
        into.putLong(at + Long.BYTES, entry.watermark);
        into.putLong(at + 2 * Long.BYTES, check(stripe, entry.writes, entry.watermark));
    }

    private static int at(int stripe, int copy) {
        return STRIPES_AT + (2 * stripe + copy) * COPY_BYTES;
    }

    /** Finds flipped bits and half-written entries; cheap, for it is computed with each write. */
    private static long check(int stripe, long writes, long watermark) {
        long mixed = (writes * 0x9E37_79B9_7F4A_7C15L) ^ Long.rotateLeft(watermark * 0xC2B2_AE3D_27D4_EB4FL, 31);
        mixed = (mixed ^ (stripe + 1)) * 0xD6E8_FEB8_6659_FD93L;
        return mixed ^ (mixed >>> 32);
    }
}
