package io.github.dedupkit.testkit;

import io.github.dedupkit.DedupKey;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The disk of a {@link FakeDurableStore}: a log of checksummed records in memory, which survives the store's death and can
 * be damaged. One store may be open at a time. Safe for use by many threads, which take turns.
 */
public final class FakeDurableStorage implements DurableFixture {
    private static final int RECORD_BYTES = Byte.BYTES + 4 * Long.BYTES + Integer.BYTES;

    private final StoreConfig config;
    private final BiFunction<FakeDurableStorage, StoreConfig, FakeDurableStore> opener;
    private final List<byte[]> log = new ArrayList<>();
    private @Nullable FakeDurableStore open;

    /** What a record says. */
    enum Type {
        MARK('m'),
        FORGET('f'),
        WATERMARK('w');

        private final byte code;

        Type(char code) {
            this.code = (byte) code;
        }

        static Type of(byte code) {
            return Arrays.stream(values())
                    .filter(type -> type.code == code)
                    .findFirst()
                    .orElseThrow();
        }
    }

    /** Takes the records of the log in order. */
    interface Reader {
        void read(Type type, DedupKey key, long timestamp, long origin);
    }

    /**
     * Creates an empty storage.
     *
     * @param config of the stores that will be opened on it
     */
    public FakeDurableStorage(StoreConfig config) {
        this(config, FakeDurableStore::new);
    }

    FakeDurableStorage(StoreConfig config, BiFunction<FakeDurableStorage, StoreConfig, FakeDurableStore> opener) {
        this.config = config;
        this.opener = opener;
    }

    @Override
    public FakeDurableStore open() {
        FakeDurableStore store = opener.apply(this, config);
        synchronized (this) {
            open = store;
        }
        return store;
    }

    @Override
    public void crash() {
        FakeDurableStore dying;
        synchronized (this) {
            dying = open;
            open = null;
        }
        if (dying != null) {
            dying.die();
        }
    }

    @Override
    public synchronized void damage(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        byte[] hit = log.get(random.nextInt(log.size()));
        hit[random.nextInt(hit.length)] ^= (byte) (1 << random.nextInt(Byte.SIZE));
    }

    @Override
    public void close() {
        crash();
    }

    synchronized void append(Type type, DedupKey key, long timestamp, long origin) {
        ByteBuffer bytes = ByteBuffer.allocate(RECORD_BYTES);
        bytes.put(type.code)
                .putLong(key.high())
                .putLong(key.low())
                .putLong(timestamp)
                .putLong(origin);
        bytes.putInt(checksum(bytes.array(), log.size()));
        log.add(bytes.array());
    }

    /** Is told of a record whose checksum is wrong: its place in the log, and the length of the log. */
    interface DamageReader {
        void read(int record, int records);
    }

    /** Reads the log in order. */
    synchronized void forEach(Reader reader, DamageReader damage) {
        for (int i = 0; i < log.size(); i++) {
            ByteBuffer bytes = ByteBuffer.wrap(log.get(i));
            if (bytes.getInt(RECORD_BYTES - Integer.BYTES) != checksum(bytes.array(), i)) {
                damage.read(i, log.size());
                continue;
            }
            Type type = Type.of(bytes.get());
            reader.read(type, DedupKey.ofBits(bytes.getLong(), bytes.getLong()), bytes.getLong(), bytes.getLong());
        }
    }

    /** Covers the record's bytes and its place in the log. */
    private static int checksum(byte[] record, int index) {
        CRC32C crc = new CRC32C();
        crc.update(record, 0, RECORD_BYTES - Integer.BYTES);
        crc.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, index));
        return (int) crc.getValue();
    }
}
