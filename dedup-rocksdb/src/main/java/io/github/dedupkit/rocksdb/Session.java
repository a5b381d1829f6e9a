package io.github.dedupkit.rocksdb;

import io.github.dedupkit.EventBatch;
import io.github.dedupkit.rocksdb.Database.Sync;
import io.github.dedupkit.rocksdb.RocksDbDeduplicationStore.Durability;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/**
 * A directory from its opening to its close, or to the first write that fails. Thread-safe if each caller is inside {@link
 * #uses}.
 */
final class Session {
    /*
     * A call locks the stripes of its keys, in ascending order, from the look-up until its write is done. So a key's calls
     * are a sequence, and a duplicate is answered after its witness was written; RocksDB groups the writes of calls for
     * other keys, and syncs a group once. M is one number for all, raised and read in one step; each write carries the M its
     * answers rest on, and an answer that rests on an M that nobody has written yet writes it alone.
     *
     * A write that fails may or may not come back when the log is read again. So the first one ends the session: nobody
     * writes any more, and the next session undoes what had no answer before it serves.
     */
    private static final Logger LOGGER = System.getLogger(Session.class.getName());
    private static final long CLOSE_MILLIS = 60_000;

    final UseCount uses = new UseCount();
    final Reads reads;
    final long missing;
    final byte @Nullable [] position;

    private final Settings settings;
    private final EventTime time;
    private final Database database;
    private final Slices slices;
    private final Ledger ledger;
    private final Stripes stripes = new Stripes();
    private final AtomicLong writtenWatermark;
    private final long life;

    /** Acknowledged by stripe; guarded by its lock. */
    private final long[] writes;

    private final Queue<Undo> undos = new ConcurrentLinkedQueue<>();
    private volatile @Nullable RocksDBException failure;

    /** What a key had in a slice before a write that failed. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Undo(long slice, byte[] key, byte @Nullable [] before) {}

    Session(Settings settings, EventTime time, Database database, Slices slices, Ledger ledger, Opening opening) {
        this.settings = settings;
        this.time = time;
        this.database = database;
        this.slices = slices;
        this.ledger = ledger;
        life = opening.life;
        reads = new Reads(settings, time, database, slices, uses, opening);
        missing = opening.missing;
        position = opening.position;
        writes = opening.writes;
        writtenWatermark = new AtomicLong(time.watermark());
    }

    /** Confirms one batch and judges another, in one write; either may be absent. */
    void run(
            @Nullable EventBatch done,
            @Nullable EventBatch next,
            BitSet provenNew,
            byte @Nullable [] newPosition,
            Books.Entry books) {
        Call call = new Call(reads, time);
        if (done != null) {
            call.addAll(done);
        }
        if (next != null) {
            call.addUnjudged(next, provenNew);
        }
        call.position = newPosition;
        if (call.isEmpty()) {
            return;
        }
        if (call.stripes.isEmpty()) {
            call.stripes.set(0);
        }
        stripes.lock(call.stripes);
        try {
            long now = settings.clock().millis();
            // A confirm is never late, so it looks everywhere.
            List<Slice> entered = slices.enter(done == null ? call.firstSlice(now) : Long.MIN_VALUE);
            try {
                call.lookUp(entered);
                if (done != null) {
                    call.confirm(done);
                }
                if (next != null) {
                    call.judge(next, now);
                }
                write(call, changes(call, entered), Sync.AS_PROMISED);
            } finally {
                slices.exit(entered);
            }
            call.answer(books);
        } catch (RocksDBException e) {
            throw Failures.of(e, "a call", settings.directory());
        } finally {
            stripes.unlock(call.stripes);
        }
        dropExpired();
    }

    /** Takes back the open marks of a batch, and every older record of their keys, which would come to light. */
    void forget(EventBatch batch) {
        Call call = new Call(reads, time);
        call.addAll(batch);
        stripes.lock(call.stripes);
        try {
            List<Slice> entered = slices.enter(Long.MIN_VALUE);
            try {
                call.lookUpEverywhere(entered);
                List<Change> changes = new ArrayList<>();
                for (KeyState key : call.forget()) {
                    for (KeyState.Place place : key.places) {
                        changes.add(new Change(place.slice(), key.key, null, place.value()));
                    }
                }
                // Lost in a power cut while its mark stays, a forget would make the next delivery a duplicate.
                write(call, changes, settings.durability() == Durability.NONE ? Sync.AS_PROMISED : Sync.ALWAYS);
            } finally {
                slices.exit(entered);
            }
        } catch (RocksDBException e) {
            throw Failures.of(e, "a forget", settings.directory());
        } finally {
            stripes.unlock(call.stripes);
        }
    }

    /** A put, or a delete where there is no value. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Change(Slice slice, byte[] key, byte @Nullable [] value, byte @Nullable [] before) {
        int keysAdded() {
            return (value == null ? 0 : 1) - (before == null ? 0 : 1);
        }
    }

    /**
     * What a call has to write. The slices it writes to are entered. A record that the watermark of the same write leaves
     * behind is not worth a slice: a batch of jumps would make one for each.
     */
    private List<Change> changes(Call call, List<Slice> entered) throws RocksDBException {
        List<Change> changes = new ArrayList<>();
        long first = time.firstLiveSlice(call.watermark);
        for (KeyState key : call.keys()) {
            long number = time.sliceOf(key.timestamp);
            Slice target = key.changed && number >= first ? slices.enterOrCreate(number) : null;
            if (target == null) {
                continue;
            }
            entered.add(target);
            KeyState.Place found = key.found;
            byte[] before = found != null && found.slice() == target ? found.value() : null;
            byte[] value = RocksDbRecords.value(key.timestamp - target.start, key.origin, life);
            changes.add(new Change(target, key.key, value, before));
            if (found != null && before == null && key.foundVoid) { // it would hide an older record
                changes.add(new Change(found.slice(), key.key, null, found.value()));
            }
        }
        return changes;
    }

    private void write(Call call, List<Change> changes, Sync sync) throws RocksDBException {
        requireWritable();
        if (changes.isEmpty() && call.position == null && call.watermark <= writtenWatermark.get()) {
            return;
        }
        int stripe = call.stripes.nextSetBit(0);
        long count = writes[stripe] + Math.max(1, changes.size());
        long watermark = Math.max(call.watermark, writtenWatermark.get());
        try (WriteBatch batch = new WriteBatch()) {
            for (Change change : changes) {
                if (change.value == null) {
                    batch.delete(change.slice.handle, change.key);
                } else {
                    batch.put(change.slice.handle, change.key, change.value);
                }
            }
            if (call.position != null) {
                database.put(batch, RocksDbRecords.POSITION, call.position);
            }
            database.put(batch, RocksDbRecords.stripeKey(stripe), RocksDbRecords.longs(count, watermark));
            database.write(batch, sync);
        } catch (RocksDBException e) {
            changes.forEach(change -> undos.add(new Undo(change.slice.number, change.key, change.before)));
            failure = e;
            throw e;
        }
        writes[stripe] = count;
        ledger.acknowledge(stripe, count, watermark);
        writtenWatermark.accumulateAndGet(watermark, Math::max);
        for (Change change : changes) {
            change.slice.keys.addAndGet(change.keysAdded());
        }
    }

    private void requireWritable() throws RocksDBException {
        RocksDBException failed = failure;
        if (failed != null) {
            throw failed;
        }
    }

    RuntimeException unavailable() {
        RocksDBException failed = failure;
        if (failed == null) {
            throw new AssertionError("asked of a session that has not failed");
        }
        return Failures.of(failed, "a write", settings.directory());
    }

    long watermark() {
        return time.watermark();
    }

    /** Whether a write has failed: nobody writes any more. */
    boolean hasFailed() {
        return failure != null;
    }

    /** Makes what had no answer not happened, whether it came back with the log or not. */
    void undo(Session failed) {
        List<Slice> entered = slices.enter(Long.MIN_VALUE);
        try (WriteBatch batch = new WriteBatch()) {
            for (Undo undo : failed.undos) {
                for (Slice slice : entered) {
                    if (slice.number == undo.slice && undo.before == null) {
                        batch.delete(slice.handle, undo.key);
                    } else if (slice.number == undo.slice) {
                        batch.put(slice.handle, undo.key, undo.before);
                    }
                }
            }
            database.write(batch, Sync.AS_PROMISED);
        } catch (RocksDBException e) {
            throw Failures.of(e, "opening the store again", settings.directory());
        } finally {
            slices.exit(entered);
        }
    }

    private void dropExpired() {
        if (slices.hasExpired()) {
            try {
                slices.dropExpired();
            } catch (RocksDBException e) {
                failure = e; // the floor may be written or not, and nothing was dropped: the answers stand
            }
        }
    }

    long keys() {
        return slices.keys();
    }

    long memoryBytes() {
        return database.memoryBytes();
    }

    long sum(String property) {
        try {
            return database.sum(property);
        } catch (RocksDBException e) {
            throw Failures.of(e, "reading " + property, settings.directory());
        }
    }

    /** Copies the store; the ledger comes last, without which nobody opens the copy. */
    void checkpoint(Path target) throws IOException {
        if (Files.exists(target)) {
            throw new FileAlreadyExistsException(
                    target.toString(), null, "a checkpoint makes its directory; name one that does not exist");
        }
        BitSet all = new BitSet(Stripes.COUNT);
        all.set(0, Stripes.COUNT);
        stripes.lock(all);
        Ledger.Entry[] acknowledged;
        try {
            requireWritable();
            acknowledged = ledger.entries();
            Files.createDirectories(target);
            database.checkpoint(Settings.databaseIn(target));
        } catch (RocksDBException e) {
            throw Failures.of(e, "a checkpoint", settings.directory());
        } finally {
            stripes.unlock(all);
        }
        Ledger.create(target.resolve(Ledger.FILE_NAME), settings.identity(), Ledger.State.CHECKPOINT, acknowledged);
    }

    /** Ends the session once every call is out. What is left open by a call that hangs is not freed under it. */
    void close() {
        if (end()) {
            try {
                if (!hasFailed()) {
                    database.writeSynced(RocksDbRecords.COUNTS, RocksDbRecords.longs(slices.counts()));
                    if (settings.durability() == Durability.NONE) {
                        database.flush();
                    }
                    ledger.state(Ledger.State.CLEAN);
                }
            } catch (RocksDBException e) {
                LOGGER.log(Level.WARNING, "the store in " + settings.directory() + " ends as by a crash", e);
            } finally {
                database.close();
            }
        }
    }

    /** Ends the session as the death of the process would. */
    void abandon() {
        if (end()) {
            database.close();
        }
    }

    private boolean end() {
        if (uses.hasEnded()) {
            return false;
        }
        uses.end();
        boolean idle = uses.awaitIdle(CLOSE_MILLIS);
        if (!idle) {
            LOGGER.log(
                    Level.ERROR,
                    "a call into the store in " + settings.directory() + " has not come back for " + CLOSE_MILLIS
                            + " ms; its memory and its lock stay taken until the process ends");
        }
        return idle;
    }
}
