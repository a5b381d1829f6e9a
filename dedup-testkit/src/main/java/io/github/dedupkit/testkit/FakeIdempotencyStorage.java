package io.github.dedupkit.testkit;

import io.github.dedupkit.ClaimRecord;
import io.github.dedupkit.ClaimRequest.OwnerGone;
import io.github.dedupkit.CorruptSnapshotException;
import io.github.dedupkit.DedupKey;
import io.github.dedupkit.Outcome;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The disk of a {@link FakeIdempotencyStore}: checksummed records by key, and the last fence, in memory. It survives the
 * store's death, can be copied, put back and damaged. One store may be open at a time. Safe for use by many threads, which
 * take turns.
 */
public final class FakeIdempotencyStorage implements DurableIdempotencyFixture {
    private static final int FIXED_BYTES = 4 * Byte.BYTES + 9 * Long.BYTES + 2 * Integer.BYTES;

    private final IdempotencyConfig config;
    private final BiFunction<FakeIdempotencyStorage, IdempotencyConfig, FakeIdempotencyStore> opener;
    private Map<DedupKey, byte[]> records = new HashMap<>();
    private byte[] fence = encode(0);
    private @Nullable FakeIdempotencyStore open;

    /**
     * Creates an empty storage.
     *
     * @param config of the stores that will be opened on it
     */
    public FakeIdempotencyStorage(IdempotencyConfig config) {
        this(config, FakeIdempotencyStore::new);
    }

    FakeIdempotencyStorage(
            IdempotencyConfig config,
            BiFunction<FakeIdempotencyStorage, IdempotencyConfig, FakeIdempotencyStore> opener) {
        this.config = config;
        this.opener = opener;
    }

    @Override
    public FakeIdempotencyStore open() {
        FakeIdempotencyStore store = opener.apply(this, config);
        synchronized (this) {
            open = store;
        }
        return store;
    }

    @Override
    public void crash() {
        FakeIdempotencyStore dying;
        synchronized (this) {
            dying = open;
            open = null;
        }
        if (dying != null) {
            dying.die();
        }
    }

    @Override
    public synchronized Runnable backUp() {
        Map<DedupKey, byte[]> recordsThen = copyOf(records);
        byte[] fenceThen = fence.clone();
        return () -> {
            synchronized (this) {
                records = copyOf(recordsThen);
                fence = fenceThen.clone();
            }
        };
    }

    @Override
    public synchronized void damage(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<byte[]> all = new ArrayList<>(records.values());
        all.add(fence);
        byte[] hit = all.get(random.nextInt(all.size()));
        hit[random.nextInt(hit.length)] ^= (byte) (1 << random.nextInt(Byte.SIZE));
    }

    @Override
    public void close() {
        crash();
    }

    /** Keeps a record, or removes it if it is null. */
    synchronized void put(DedupKey key, @Nullable ClaimRecord record) {
        if (record == null) {
            records.remove(key);
        } else {
            records.put(key, encode(key, record));
        }
    }

    synchronized void putFence(long last) {
        fence = encode(last);
    }

    synchronized long lastFence() {
        return requireSound(fence, "the last fence").getLong();
    }

    /** Every record, decoded. */
    synchronized Map<DedupKey, ClaimRecord> read() {
        Map<DedupKey, ClaimRecord> all = new HashMap<>();
        int number = 0;
        for (byte[] bytes : records.values()) {
            ByteBuffer sound = requireSound(bytes, "record " + number++ + " of " + records.size());
            all.put(DedupKey.ofBits(sound.getLong(), sound.getLong()), decode(sound));
        }
        return all;
    }

    private static byte[] encode(long fence) {
        ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES + Integer.BYTES);
        bytes.putLong(fence);
        return checked(bytes.array());
    }

    private static byte[] encode(DedupKey key, ClaimRecord record) {
        Outcome outcome = record.outcome();
        byte[] result = outcome == null ? new byte[0] : outcome.bytes();
        ByteBuffer bytes = ByteBuffer.allocate(FIXED_BYTES + result.length);
        bytes.putLong(key.high()).putLong(key.low());
        bytes.putLong(record.fingerprint().high()).putLong(record.fingerprint().low());
        bytes.putLong(record.fence());
        bytes.putLong(record.owner().getMostSignificantBits())
                .putLong(record.owner().getLeastSignificantBits());
        bytes.putInt(record.attempt());
        bytes.put(flag(record.state() == ClaimRecord.State.PARKED));
        bytes.put(flag(record.state() == ClaimRecord.State.COMPLETED));
        bytes.put(flag(record.ownerGone() == OwnerGone.PARK));
        bytes.put(flag(outcome != null && outcome.isFailure()));
        bytes.putLong(record.since());
        bytes.putLong(record.keptNanos());
        bytes.put(result);
        return checked(bytes.array());
    }

    private static ClaimRecord decode(ByteBuffer bytes) {
        DedupKey fingerprint = DedupKey.ofBits(bytes.getLong(), bytes.getLong());
        long fence = bytes.getLong();
        UUID owner = new UUID(bytes.getLong(), bytes.getLong());
        int attempt = bytes.getInt();
        boolean parked = bytes.get() == 1;
        boolean completed = bytes.get() == 1;
        OwnerGone ownerGone = bytes.get() == 1 ? OwnerGone.PARK : OwnerGone.RETRY;
        boolean failure = bytes.get() == 1;
        long since = bytes.getLong();
        long kept = bytes.getLong();
        byte[] result = new byte[bytes.remaining()];
        bytes.get(result);
        ClaimRecord.State state =
                completed ? ClaimRecord.State.COMPLETED : parked ? ClaimRecord.State.PARKED : ClaimRecord.State.CLAIMED;
        Outcome outcome = !completed ? null : failure ? Outcome.failure(result) : Outcome.result(result);
        return new ClaimRecord(state, fingerprint, fence, owner, attempt, ownerGone, since, kept, outcome);
    }

    private static Map<DedupKey, byte[]> copyOf(Map<DedupKey, byte[]> records) {
        Map<DedupKey, byte[]> copy = new HashMap<>();
        records.forEach((key, bytes) -> copy.put(key, bytes.clone()));
        return copy;
    }

    private static byte flag(boolean set) {
        return (byte) (set ? 1 : 0);
    }

    /** The bytes with their checksum at the end. */
    private static byte[] checked(byte[] bytes) {
        ByteBuffer.wrap(bytes).putInt(bytes.length - Integer.BYTES, checksum(bytes));
        return bytes;
    }

    private static ByteBuffer requireSound(byte[] bytes, String name) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        if (buffer.getInt(bytes.length - Integer.BYTES) != checksum(bytes)) {
            throw new CorruptSnapshotException(name + ", of " + bytes.length
                    + " bytes, has a wrong checksum; nothing was loaded. Restore a copy of the storage");
        }
        return buffer.limit(bytes.length - Integer.BYTES);
    }

    private static int checksum(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, bytes.length - Integer.BYTES);
        return (int) crc.getValue();
    }
}
