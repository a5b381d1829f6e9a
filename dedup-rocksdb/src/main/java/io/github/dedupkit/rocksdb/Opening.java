package io.github.dedupkit.rocksdb;

import io.github.dedupkit.CorruptSnapshotException;
import io.github.dedupkit.StoreUnavailableException;
import io.github.dedupkit.rocksdb.RocksDbDeduplicationStore.Durability;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WALRecoveryMode;

/**
 * Opens a directory: makes it, or checks that it is what was left there. What the log has lost is refused, or counted where
 * the store was told to go on. Not thread-safe.
 */
final class Opening {
    /*
     * In this order: the ledger says whose directory it is, before RocksDB touches anything. RocksDB takes its lock. The
     * database's writes per stripe are compared with those the ledger saw acknowledged. Open marks are voided where a later
     * forget may be missing: after an unlogged store's unclean end, and in a checkpoint. Only then may anybody ask.
     */
    private final Settings settings;
    private final EventTime time;
    private final Path directory;

    long life = 1;
    long voidedLives;
    long lostBefore = Long.MIN_VALUE;
    long missing;
    final long[] writes = new long[Stripes.COUNT];
    byte @Nullable [] position;

    Opening(Settings settings, EventTime time) {
        this.settings = settings;
        this.time = time;
        directory = settings.directory();
    }

    Session open() {
        loadLibrary();
        try {
            return openLedger();
        } catch (IOException e) {
            throw Failures.of(e, "opening the store", directory);
        }
    }

    private static void loadLibrary() {
        try {
            RocksDB.loadLibrary();
        } catch (RuntimeException | UnsatisfiedLinkError e) {
            throw new StoreUnavailableException(
                    "RocksDB's library, of 17 MB, cannot be loaded on " + System.getProperty("os.name") + " "
                            + System.getProperty("os.arch") + ": " + e + ", by " + e.getCause()
                            + "; rocksdbjni must have one for it, and java.io.tmpdir room and leave to run it",
                    e);
        }
    }

    private Session openLedger() throws IOException {
        makeDirectory();
        ByteBuffer ledger = Ledger.read(settings.ledger());
        StoreIdentity.read(ledger, settings.ledger()).require(settings.identity(), settings.keySpace(), directory);
        boolean creating = Ledger.state(ledger, settings.ledger()) == Ledger.State.CREATING;
        if (!creating && !Database.exists(settings.database())) {
            throw new CorruptSnapshotException("the ledger in " + directory + " counts "
                    + acknowledged(Ledger.entries(ledger, settings.ledger())) + " acknowledged writes, but there is no"
                    + " database in " + settings.database() + "; restore a checkpoint, or start with an empty directory"
                    + " and admit copies");
        }
        Database database = openDatabase(ledger);
        boolean opened = false;
        try {
            Session session = restore(database);
            opened = true;
            return session;
        } catch (RocksDBException e) {
            throw Failures.of(e, "opening the store", directory);
        } finally {
            if (!opened) {
                database.close();
            }
        }
    }

    private void makeDirectory() throws IOException {
        if (Files.exists(settings.ledger())) {
            return;
        }
        Files.createDirectories(directory);
        try (DirectoryStream<Path> content = Files.newDirectoryStream(directory)) {
            for (Path file : content) {
                if (!file.getFileName().toString().startsWith(Ledger.FILE_NAME)) {
                    throw new CorruptSnapshotException(directory + " holds " + file.getFileName() + " but no file "
                            + Ledger.FILE_NAME + ", 1 file that every store has; give a new or an empty directory, or"
                            + " a checkpoint that is whole");
                }
            }
        }
        Ledger.create(settings.ledger(), settings.identity(), Ledger.State.CREATING, Ledger.nothing());
    }

    private Database openDatabase(ByteBuffer ledger) {
        try {
            return Database.open(settings.database(), settings.options(settings.recovery()));
        } catch (RocksDBException e) {
            if (String.valueOf(e.getMessage()).contains("LOCK: ")) {
                throw new StoreUnavailableException(
                        "the store in " + directory
                                + " is open already, in this process or another, and only 1 may have"
                                + " it; close it there, or take another directory: " + e.getMessage(),
                        e);
            }
            if (Failures.isCorruption(e) && !settings.acceptsLoss()) {
                throw damagedLog(e, Ledger.entries(ledger, settings.ledger()));
            }
            throw Failures.of(e, "opening the store", directory);
        } catch (NumberFormatException e) {
            throw new CorruptSnapshotException(
                    settings.database() + " holds 1 column family at least that no store" + " makes: " + e.getMessage()
                            + "; give the directory of a store",
                    e);
        }
    }

    /** Counts what is behind the damage, without touching it. */
    private RuntimeException damagedLog(RocksDBException cause, Ledger.Entry[] acknowledged) {
        try (Database left =
                Database.openReadOnly(settings.database(), settings.options(WALRecoveryMode.PointInTimeRecovery))) {
            readWrites(left);
            return (RuntimeException) Failures.missing(missing(acknowledged), acknowledged(acknowledged), directory)
                    .initCause(cause);
        } catch (RocksDBException | RuntimeException e) {
            RuntimeException refusal = Failures.of(cause, "opening the store", directory);
            refusal.addSuppressed(e);
            return refusal;
        }
    }

    private Session restore(Database database) throws RocksDBException, IOException {
        // Read again: until RocksDB's lock was taken, another process may have had the store.
        ByteBuffer content = Ledger.read(settings.ledger());
        Ledger.State left = Ledger.state(content, settings.ledger());
        Ledger.Entry[] acknowledged = Ledger.entries(content, settings.ledger());
        readWrites(database);
        missing = missing(acknowledged);
        boolean mayLose = settings.acceptsLoss() || left == Ledger.State.UNLOGGED;
        if (missing > 0 && !mayLose) {
            throw Failures.missing(missing, acknowledged(acknowledged), directory);
        }
        for (Ledger.Entry entry : acknowledged) {
            time.raise(entry.watermark());
        }
        long floor = readFloor(database);
        byte[] lost = database.get(RocksDbRecords.LOST);
        lostBefore = lost == null ? Long.MIN_VALUE : RocksDbRecords.longs(lost)[0];
        byte[] lives = database.get(RocksDbRecords.LIVES);
        if (lives != null) {
            life = RocksDbRecords.longs(lives)[0];
            voidedLives = RocksDbRecords.longs(lives)[1];
        }
        position = database.get(RocksDbRecords.POSITION);
        admitLoss(database, left);
        Slices slices = readSlices(database, floor, left);
        Ledger ledger = Ledger.open(settings.ledger());
        for (int stripe = 0; stripe < Stripes.COUNT; stripe++) {
            ledger.acknowledge(stripe, writes[stripe], time.watermark());
            ledger.acknowledge(stripe, writes[stripe], time.watermark());
        }
        ledger.state(settings.durability() == Durability.NONE ? Ledger.State.UNLOGGED : Ledger.State.LOGGED);
        return new Session(settings, time, database, slices, ledger, this);
    }

    private void readWrites(Database database) throws RocksDBException {
        for (int stripe = 0; stripe < Stripes.COUNT; stripe++) {
            byte[] value = database.get(RocksDbRecords.stripeKey(stripe));
            if (value != null) {
                writes[stripe] = RocksDbRecords.longs(value)[0];
                time.raise(RocksDbRecords.longs(value)[1]);
            }
        }
    }

    private long readFloor(Database database) throws RocksDBException {
        byte[] value = database.get(RocksDbRecords.FLOOR);
        if (value == null) {
            return Long.MIN_VALUE;
        }
        time.raise(RocksDbRecords.longs(value)[1]);
        return RocksDbRecords.longs(value)[0];
    }

    /** Says what may be missing, and voids marks whose forget may be. */
    private void admitLoss(Database database, Ledger.State left) throws RocksDBException {
        boolean stale = missing > 0 || left == Ledger.State.UNLOGGED || left == Ledger.State.CHECKPOINT;
        if (stale) {
            voidedLives = life;
            life++;
            database.writeSynced(RocksDbRecords.LIVES, RocksDbRecords.longs(life, voidedLives));
            // Nothing was marked beyond the present by more than S.
            long present = time.present(settings.clock().millis());
            lostBefore = Math.max(lostBefore, present + settings.retention().futureSkewMillis() + 1);
            database.writeSynced(RocksDbRecords.LOST, RocksDbRecords.longs(lostBefore));
        }
    }

    private Slices readSlices(Database database, long floor, Ledger.State left) throws RocksDBException {
        List<Slice> live = new ArrayList<>();
        for (Slice slice : database.slices(time)) {
            if (slice.number < floor) {
                database.drop(slice); // the process ended between floor and drop
            } else {
                slice.keys.set(database.estimatedKeys(slice));
                live.add(slice);
            }
        }
        byte[] counts = database.get(RocksDbRecords.COUNTS);
        if (counts != null && left == Ledger.State.CLEAN) {
            long[] pairs = RocksDbRecords.longs(counts);
            for (int i = 0; i + 1 < pairs.length; i += 2) {
                for (Slice slice : live) {
                    if (slice.number == pairs[i]) {
                        slice.keys.set(pairs[i + 1]);
                    }
                }
            }
        }
        return new Slices(database, time, live, floor);
    }

    private long missing(Ledger.Entry[] acknowledged) {
        long sum = 0;
        for (int stripe = 0; stripe < Stripes.COUNT; stripe++) {
            sum += Math.max(0, acknowledged[stripe].writes() - writes[stripe]);
        }
        return sum;
    }

    private static long acknowledged(Ledger.Entry[] entries) {
        long sum = 0;
        for (Ledger.Entry entry : entries) {
            sum += entry.writes();
        }
        return sum;
    }
}
