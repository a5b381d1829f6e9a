package io.github.dedupkit.benchmarks;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.benchmarks.AllocationBenchmark.Hash;
import io.github.dedupkit.benchmarks.HotPathOracle.Fault;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The truth holds at each value of each parameter, every tier knows it there, and who does not is found out. */
class HotPathParametersTest {
    private static final int CHUNKS = 2;
    private static final long RETAINED = 40_000;

    /** Half a window of it is more than two chunks, so that a redelivery is possible. */
    private static final long RETAINED_CONFIRMED = 300_000;

    @ParameterizedTest
    @CsvSource({
        // duplicates, lag, disorder, hot, origins, latenessTicks, batch
        "0.006, HALF_WINDOW, 0.05,    0, KEPT,      1,  256",
        "0.05,  HALF_WINDOW, 0.05,    0, KEPT,      1,    1",
        "0.5,   HALF_WINDOW, 0.05,    0, KEPT,      1,  256",
        "0.05,  SECONDS,     0.05,    0, KEPT,      1,  256",
        "0.5,   SECONDS,     0.5,     0, NONE,      5,   16",
        "0.05,  W_MINUS_G,   0.05,    0, KEPT,      1,  256",
        "0.006, W_MINUS_G,   0.5,     0, KEPT,      1, 1024",
        "0.5,   W_MINUS_G,   0.05,    0, NONE,     30,    1",
        "0.05,  W_PLUS_2G,   0.05,    0, KEPT,      1,  256",
        "0.5,   W_PLUS_2G,   0.5,     0, NONE,      6,   64",
        "0.006, W_PLUS_2G,   0,       0, CONFIRMED, 1,  256",
        "0.05,  HALF_WINDOW, 0,       0, NONE,      0,  256",
        "0.05,  HALF_WINDOW, 0.5,     0, KEPT,     30,  256",
        "0.05,  HALF_WINDOW, 0.05, 0.05, KEPT,      1,  256",
        "0.5,   SECONDS,     0.05,  0.2, CONFIRMED, 1,  256",
        "0.5,   W_PLUS_2G,   0.05,  0.2, CONFIRMED, 1,  256",
        "0.05,  HALF_WINDOW, 0.05,    0, CONFIRMED, 1,    1",
        "0.05,  HALF_WINDOW, 0.05,    0, CONFIRMED, 1, 1024"
    })
    void everyTierKnowsTheTruth(
            double duplicates,
            HotPathLag lag,
            double disorder,
            double hot,
            HotPathOrigins origins,
            int latenessTicks,
            int batch) {
        HotPathTraffic traffic = new HotPathTraffic(duplicates, lag, disorder, hot, origins);
        HotPathSetting setting = setting(traffic, latenessTicks);
        judge("oracle", setting, batch, checked -> new HotPathOracle(checked, Fault.NONE));
        for (HotPathTier tier : HotPathTier.values()) {
            if (!tier.memory.isOutside() && fits(tier, setting)) {
                judge(tier.name(), setting, batch, tier::open);
            }
        }
    }

    /** What is outside the process is slow: one traffic for each kind of lag. */
    @ParameterizedTest
    @CsvSource({
        "REDIS_SET_NX_PX, SECONDS",
        "REDIS_SADD, W_MINUS_G",
        "ROCKSDB_GET_PUT, W_MINUS_G",
        "ROCKSDB_GET_PUT, W_PLUS_2G"
    })
    void whatIsOutsideKnowsTheTruth(HotPathTier tier, HotPathLag lag) {
        HotPathServers.require(tier);
        HotPathTraffic traffic = new HotPathTraffic(0.05, lag, 0.05, 0.01, HotPathOrigins.KEPT);
        HotPathSetting few =
                new HotPathSetting(HotPathId.STRING_36, Hash.TRUSTED, new HotPathWorkload(20_000, 1, 1, traffic));
        judge(tier.name(), few, 1024, tier::open);
    }

    /** What is helped to forget needs more ids than that to be helped in time. */
    @Test
    void whatIsHelpedForgetsInTime() {
        HotPathTraffic traffic = new HotPathTraffic(0.05, HotPathLag.W_PLUS_2G, 0.05, 0, HotPathOrigins.KEPT);
        HotPathWorkload workload = new HotPathWorkload(2_000_000, 1, 1, traffic);
        HotPathTier tier = HotPathTier.CONCURRENT_HASH_MAP;
        judge(tier.name(), new HotPathSetting(HotPathId.BYTES_16, Hash.TRUSTED, workload), 256, tier::open);
    }

    @ParameterizedTest
    @CsvSource({
        "FORGETS_EARLY,      W_MINUS_G,   0,    KEPT",
        "REMEMBERS_TOO_LONG, W_PLUS_2G,   0,    KEPT",
        "EXTENDS_THE_WINDOW, W_PLUS_2G,   0.05, KEPT",
        "DOES_NOT_CONFIRM,   HALF_WINDOW, 0,    CONFIRMED",
        "LOSES_HOT_KEYS,     HALF_WINDOW, 0.05, KEPT",
        "TAKES_NOTHING_LATE, HALF_WINDOW, 0,    KEPT"
    })
    void whoIsWrongIsFoundOut(Fault fault, HotPathLag lag, double hot, HotPathOrigins origins) {
        HotPathTraffic traffic = new HotPathTraffic(0.5, lag, 0.05, hot, origins);
        HotPathSetting setting = setting(traffic, 1);
        judge("oracle", setting, 256, checked -> new HotPathOracle(checked, Fault.NONE));
        IllegalStateException found = assertThrows(
                IllegalStateException.class,
                () -> judge(fault.name(), setting, 256, checked -> new HotPathOracle(checked, fault)));
        assertTrue(found.toString().contains(fault.name()), found.toString());
    }

    @ParameterizedTest
    @CsvSource({
        "FINGERPRINT_NARROW,  HALF_WINDOW, CONFIRMED, 'CONFIRMED do not fit FingerprintDeduplicationStore'",
        "GUAVA_BLOOM,         W_MINUS_G,   KEPT,      'W_MINUS_G does not fit one Bloom filter'",
        "GUAVA_BLOOM,         W_PLUS_2G,   KEPT,      'retained 40000 is too few for the Bloom filter'",
        "GUAVA_BLOOM_RING,    W_PLUS_2G,   KEPT,      'W_PLUS_2G does not fit a ring of Bloom filters'",
        "CONCURRENT_HASH_MAP, W_PLUS_2G,   KEPT,      'retained 40000 is too few for the hash map'"
    })
    void whatATierCannotDoIsRefused(HotPathTier tier, HotPathLag lag, HotPathOrigins origins, String message) {
        HotPathSetting setting = setting(new HotPathTraffic(0.05, lag, 0.05, 0, origins), 1);
        String refusal = assertThrows(IllegalArgumentException.class, () -> tier.open(setting))
                .toString();
        assertTrue(refusal.contains(message), refusal);
    }

    private static boolean fits(HotPathTier tier, HotPathSetting setting) {
        if (setting.origins() == HotPathOrigins.CONFIRMED) {
            return tier == HotPathTier.FINGERPRINT_WIDE || tier == HotPathTier.CAFFEINE_STORE;
        }
        return switch (tier) {
            case GUAVA_BLOOM -> !setting.lag().isExact();
            case GUAVA_BLOOM_RING, CONCURRENT_HASH_MAP -> setting.lag() != HotPathLag.W_PLUS_2G;
            default -> true;
        };
    }

    private static HotPathSetting setting(HotPathTraffic traffic, int latenessTicks) {
        long retained = traffic.origins() == HotPathOrigins.CONFIRMED ? RETAINED_CONFIRMED : RETAINED;
        return new HotPathSetting(
                HotPathId.BYTES_16, Hash.TRUSTED, new HotPathWorkload(retained, latenessTicks, 1, traffic));
    }

    private static void judge(
            String name, HotPathSetting setting, int batch, Function<HotPathSetting, HotPathSubject> opener) {
        try (HotPathSubject subject = opener.apply(setting)) {
            HotPathBenchmark.fill(name, subject, setting);
            HotPathChunk chunk = new HotPathChunk(setting.id());
            HotPathTally tally = new HotPathTally();
            HotPathSubject.Caller caller = subject.caller(batch);
            for (int i = 0; i < CHUNKS; i++) {
                chunk.fill(setting.workload(), setting.workload().fill() + (long) i * HotPathWorkload.CHUNK, 1);
                HotPathBenchmark.judge(caller, chunk, batch, tally);
                subject.settle(chunk);
                subject.advance();
            }
            tally.requireRight(name, subject.falseDuplicateProbability(), subject.admissionProbability());
        }
    }
}
