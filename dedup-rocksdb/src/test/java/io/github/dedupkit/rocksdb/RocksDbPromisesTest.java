package io.github.dedupkit.rocksdb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.Guarantees;
import io.github.dedupkit.rocksdb.RocksDbDeduplicationStore.Durability;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The page of guarantees says what the store says. */
class RocksDbPromisesTest {
    @Test
    void thePageHasTheMatrixOfTheDefault() throws IOException {
        String page = Files.readString(Path.of("../docs/guarantees.md"));
        Guarantees guarantees = Promises.of(Durability.WAL);
        String table = guarantees.matrix().substring(0, guarantees.matrix().indexOf("\n\n"));
        assertTrue(page.contains("<!-- matrix: RocksDbDeduplicationStore -->\n" + table), guarantees.matrix());
        assertTrue(
                page.contains("## RocksDbDeduplicationStore\n\nAccuracy " + guarantees.accuracy() + ", durability "
                        + guarantees.durability() + ", scope " + guarantees.scope() + ", atomicity "
                        + guarantees.atomicity()),
                "the first line of facts");
    }

    @Test
    void aStrongerChoiceNeverPromisesLess() {
        for (Durability durability : Durability.values()) {
            for (Guarantees.Condition condition : Guarantees.Condition.values()) {
                assertEquals(
                        Promises.of(Durability.SYNC).outcome(condition).lost(),
                        Promises.of(durability).outcome(condition).lost(),
                        "L is not for sale: " + condition);
            }
        }
    }
}
