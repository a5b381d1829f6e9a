package io.github.dedupkit.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.github.dedupkit.benchmarks.HashBenchmark.Candidate;
import io.github.dedupkit.benchmarks.HashBenchmark.Company;
import io.github.dedupkit.benchmarks.HashBenchmark.Hash;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each candidate hashes the whole id, and nothing but the id, or the figures are about something else. */
class HashBenchmarkTest {
    @ParameterizedTest
    @EnumSource(Candidate.class)
    void differentIdsHashDifferentlyAndEqualOnesEqually(Candidate candidate) {
        Hash hash = candidate.start();
        SplittableRandom random = new SplittableRandom(7);
        Set<Long> seen = new HashSet<>();
        int ids = 1_000;
        for (int i = 0; i < ids; i++) {
            UUID uuid = new UUID(random.nextLong(), random.nextLong());
            String text = uuid.toString();
            byte[] bytes = text.getBytes(UTF_8);
            long textHash = hash.of(text);
            seen.add(textHash);
            assertEquals(textHash, hash.of(text));
            assertEquals(hash.of(bytes, 0, bytes.length), hash.of(bytes, 0, bytes.length));
            assertNotEquals(hash.of(bytes, 0, 16), hash.of(bytes, 1, 16));
            seen.add(hash.of(uuid));
            assertEquals(hash.of(uuid), hash.of(uuid));
            long number = random.nextLong();
            seen.add(hash.of(number));
            assertEquals(hash.of(number), hash.of(number));
        }
        assertEquals(3 * ids, seen.size());
    }

    /** hash4j's own form for text takes its UTF-16, so it alone differs. */
    @ParameterizedTest
    @EnumSource(value = Candidate.class, mode = EnumSource.Mode.EXCLUDE, names = "HASH4J_XXH3_128")
    void aTextIsItsUtf8(Candidate candidate) {
        Hash hash = candidate.start();
        byte[] bytes = "order-\u0141".getBytes(UTF_8);
        assertEquals(hash.of(bytes, 0, bytes.length), hash.of("order-\u0141"));
    }

    @Test
    void batchesGiveTheKeysOfHashers() {
        for (int i = 0; i < 2; i++) {
            Hash hasher = (i == 0 ? Candidate.TRUSTED : Candidate.KEYED).start();
            Hash batch = (i == 0 ? Candidate.TRUSTED_BATCH : Candidate.KEYED_BATCH).start();
            for (long id = 0; id < 1_000; id++) {
                assertEquals(hasher.of(id), batch.of(id));
                assertEquals(hasher.of("id" + id), batch.of("id" + id));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Candidate.class)
    void companyChangesNoHash(Candidate candidate) {
        HashBenchmark alone = benchmark(candidate, Company.ALONE);
        HashBenchmark mixed = benchmark(candidate, Company.MIXED);
        assertEquals(alone.array16(), mixed.array16());
        assertEquals(alone.uuid(), mixed.uuid());
        assertEquals(alone.number(), mixed.number());
        assertEquals(alone.text36(), mixed.text36());
        assertEquals(alone.range36(), mixed.range36());
    }

    private static HashBenchmark benchmark(Candidate candidate, Company company) {
        HashBenchmark benchmark = new HashBenchmark();
        benchmark.candidate = candidate;
        benchmark.company = company;
        benchmark.setUp();
        return benchmark;
    }
}
