package io.github.dedupkit;

import static io.github.dedupkit.Refusals.assertIllegalArgument;
import static io.github.dedupkit.Refusals.assertIllegalState;
import static io.github.dedupkit.Refusals.assertNullNamed;
import static io.github.dedupkit.Refusals.none;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.github.dedupkit.Guarantees.Accuracy;
import io.github.dedupkit.Guarantees.Atomicity;
import io.github.dedupkit.Guarantees.Condition;
import io.github.dedupkit.Guarantees.Durability;
import io.github.dedupkit.Guarantees.Outcome;
import io.github.dedupkit.Guarantees.Scope;
import org.junit.jupiter.api.Test;

/** The matrix as text, its completeness, and equality by value. */
class GuaranteesTest {
    private static final String MATRIX = """
            | condition | L, events lost | D, copies admitted | R, deliveries repeated |
            |---|---|---|---|
            | healthy | 0 | 0 | 0 |
            | process crash | 0 | D-PROCESS_CRASH | 0 |
            | power cut | 0 | 0 | 0 |
            | failover | 0 | 0 | 0 |
            | over capacity | 0 | 0 | 0 |
            | late data | 0 | 0 | 0 |
            | hostile keys | 0 | 0 | 0 |

            L = 0 assumes: each delivery that was told FIRST_SEEN, or got no answer, is confirmed, or forgotten, or\
             delivered again with the same origin.
            """;

    @Test
    void statesItsFactsAndItsMatrix() {
        Guarantees exact = complete().build();
        assertEquals(Accuracy.EXACT, exact.accuracy());
        assertEquals(0, exact.falseDuplicateProbability());
        assertEquals(Durability.PROCESS_CRASH, exact.durability());
        assertEquals(Scope.SHARED, exact.scope());
        assertEquals(Atomicity.KEY_GROUP, exact.atomicity());
        assertEquals(new Outcome("0", "D-PROCESS_CRASH", "0"), exact.outcome(Condition.PROCESS_CRASH));
        assertEquals(MATRIX, exact.matrix());
        assertEquals(
                "accuracy EXACT, durability PROCESS_CRASH, scope SHARED, atomicity KEY_GROUP\n\n" + MATRIX,
                exact.toString());
    }

    @Test
    void anApproximateStoreStatesItsProbability() {
        Guarantees approximate = complete().falseDuplicateProbability(1e-6).build();
        assertEquals(Accuracy.APPROXIMATE, approximate.accuracy());
        assertEquals(1e-6, approximate.falseDuplicateProbability());
        assertEquals(
                "accuracy APPROXIMATE (false duplicate <= 1.0E-6 per new key), durability PROCESS_CRASH, scope SHARED,"
                        + " atomicity KEY_GROUP",
                approximate.toString().lines().findFirst().orElseThrow());
        for (double bad : new double[] {0, -0.0, 1, -1e-9, 2, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertIllegalArgument(
                    "falseDuplicateProbability " + bad
                            + " is out of bounds; give a value above 0 and below 1, or none for an exact store",
                    () -> complete().falseDuplicateProbability(bad));
        }
    }

    @Test
    void everyConditionMustBeStated() {
        for (Condition missing : Condition.values()) {
            Guarantees.Builder builder = builder();
            for (Condition condition : Condition.values()) {
                if (condition != missing) {
                    builder.on(condition, "0", "0", "0");
                }
            }
            assertIllegalState(
                    "condition " + missing + " has no outcome; state what it costs with on(...)", builder::build);
        }
    }

    @Test
    void theLastStatementCounts() {
        Guarantees.Builder builder = complete().on(Condition.FAILOVER, "1", "2", "3");
        Guarantees built = builder.build();
        builder.on(Condition.FAILOVER, "4", "5", "6");
        assertEquals(new Outcome("1", "2", "3"), built.outcome(Condition.FAILOVER));
    }

    @Test
    void equalByValue() {
        Guarantees one = complete().build();
        assertEquals(one, complete().build());
        assertEquals(one.hashCode(), complete().build().hashCode());
        assertNotEquals(one, complete().falseDuplicateProbability(1e-9).build());
        for (Condition condition : Condition.values()) {
            assertNotEquals(one, complete().on(condition, "1", "0", "0").build());
            assertNotEquals(one, complete().on(condition, "0", "1", "0").build());
            assertNotEquals(one, complete().on(condition, "0", "0", "1").build());
        }
        assertNotEquals(one, complete(Durability.NONE, Scope.SHARED, Atomicity.KEY_GROUP));
        assertNotEquals(one, complete(Durability.PROCESS_CRASH, Scope.PROCESS, Atomicity.KEY_GROUP));
        assertNotEquals(one, complete(Durability.PROCESS_CRASH, Scope.SHARED, Atomicity.STORE));
        assertEquals(one, complete(Durability.PROCESS_CRASH, Scope.SHARED, Atomicity.KEY_GROUP));
        assertNotEquals(one, MATRIX);
    }

    @Test
    void nullIsNamed() {
        assertNullNamed("durability", () -> Guarantees.builder(none(), Scope.SHARED, Atomicity.STORE));
        assertNullNamed("scope", () -> Guarantees.builder(Durability.NONE, none(), Atomicity.STORE));
        assertNullNamed("atomicity", () -> Guarantees.builder(Durability.NONE, Scope.SHARED, none()));
        assertNullNamed("condition", () -> complete().on(none(), "0", "0", "0"));
        assertNullNamed("lost", () -> complete().on(Condition.HEALTHY, none(), "0", "0"));
        assertNullNamed("admitted", () -> complete().on(Condition.HEALTHY, "0", none(), "0"));
        assertNullNamed("repeated", () -> complete().on(Condition.HEALTHY, "0", "0", none()));
        assertNullNamed("condition", () -> complete().build().outcome(none()));
    }

    private static Guarantees.Builder builder() {
        return Guarantees.builder(Durability.PROCESS_CRASH, Scope.SHARED, Atomicity.KEY_GROUP);
    }

    private static Guarantees.Builder complete() {
        return state(builder());
    }

    private static Guarantees complete(Durability durability, Scope scope, Atomicity atomicity) {
        return state(Guarantees.builder(durability, scope, atomicity)).build();
    }

    private static Guarantees.Builder state(Guarantees.Builder builder) {
        for (Condition condition : Condition.values()) {
            builder.on(condition, "0", condition == Condition.PROCESS_CRASH ? "D-PROCESS_CRASH" : "0", "0");
        }
        return builder;
    }
}
