package io.github.dedupkit;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a store promises: accuracy, durability, scope, unit of atomicity, and for each {@link Condition} what is lost,
 * admitted and repeated.
 *
 * <p>The three are never added up. <b>L</b>, an event lost: first-seen called a duplicate. <b>D</b>, a copy admitted. <b>R</b>,
 * a delivery repeated: the same unconfirmed one handed out again after a crash. Immutable and thread-safe; equal
 * guarantees are equal objects, so a test can hold a store to literals.
 */
public final class Guarantees {
    /** The assumption that every L = 0 rests on, printed beside every matrix. */
    public static final String ASSUMPTION =
            "L = 0 assumes: each delivery that was told FIRST_SEEN, or got no answer, is"
                    + " confirmed, or forgotten, or delivered again with the same origin.";

    private final double falseDuplicateProbability;
    private final Durability durability;
    private final Scope scope;
    private final Atomicity atomicity;
    private final Map<Condition, Outcome> outcomes;

    private Guarantees(Builder builder) {
        falseDuplicateProbability = builder.falseDuplicateProbability;
        durability = builder.durability;
        scope = builder.scope;
        atomicity = builder.atomicity;
        outcomes = new EnumMap<>(builder.outcomes);
    }

    /** Whether two keys can be taken for one. */
    public enum Accuracy {
        /** All 128 bits of a key are compared. */
        EXACT,
        /** A new key is told DUPLICATE with a stated probability. */
        APPROXIMATE
    }

    /** What an acknowledged mark survives. */
    public enum Durability {
        /** Nothing: marks live in the process. */
        NONE,
        /** The death of the process. */
        PROCESS_CRASH,
        /** A power cut or a crash of the machine. */
        POWER_CUT
    }

    /** Who shares the marks. */
    public enum Scope {
        /** The threads of one process. */
        PROCESS,
        /** Every process that reaches the storage. */
        SHARED
    }

    /** The set of keys that one atomic step sees, and that so share a watermark. */
    public enum Atomicity {
        /** The whole store has one watermark. */
        STORE,
        /** Keys fall in groups by their hash; each group has a watermark of its own. */
        KEY_GROUP
    }

    /** A condition that a store may be in. */
    public enum Condition {
        /** Everything works. */
        HEALTHY("healthy"),
        /** The process dies; the machine goes on. */
        PROCESS_CRASH("process crash"),
        /** The machine loses power. */
        POWER_CUT("power cut"),
        /** A replica takes over. */
        FAILOVER("failover"),
        /** More live keys than the store has room for. */
        OVER_CAPACITY("over capacity"),
        /** Events more than the lateness behind the watermark. */
        LATE_DATA("late data"),
        /** Ids chosen by an attacker. */
        HOSTILE_KEYS("hostile keys");

        private final String label;

        Condition(String label) {
            this.label = label;
        }

        /**
         * The condition's name in the matrix.
         *
         * @return lower-case words
         */
        public String label() {
            return label;
        }
    }

    /**
     * What a condition costs.
     *
     * @param lost L, events lost: "0", or a bound
     * @param admitted D, copies admitted
     * @param repeated R, deliveries repeated
     */
    public record Outcome(String lost, String admitted, String repeated) {
        /**
         * Validates that nothing is null.
         *
         * @param lost L
         * @param admitted D
         * @param repeated R
         * @throws NullPointerException naming the component that is null
         */
        public Outcome {
            Objects.requireNonNull(lost, "lost");
            Objects.requireNonNull(admitted, "admitted");
            Objects.requireNonNull(repeated, "repeated");
        }
    }

    /**
     * Starts a set of guarantees.
     *
     * @param durability what an acknowledged mark survives
     * @param scope who shares the marks
     * @param atomicity the unit that shares a watermark
     * @return a builder for an exact store
     */
    public static Builder builder(Durability durability, Scope scope, Atomicity atomicity) {
        return new Builder(durability, scope, atomicity);
    }

    /**
     * Whether two keys can be taken for one.
     *
     * @return EXACT if the probability of a false duplicate is 0
     */
    public Accuracy accuracy() {
        return falseDuplicateProbability == 0 ? Accuracy.EXACT : Accuracy.APPROXIMATE;
    }

    /**
     * The highest probability, at design load, that a new key is told DUPLICATE.
     *
     * @return from 0 to 1, 0 for an exact store
     */
    public double falseDuplicateProbability() {
        return falseDuplicateProbability;
    }

    /**
     * What an acknowledged mark survives.
     *
     * @return the durability
     */
    public Durability durability() {
        return durability;
    }

    /**
     * Who shares the marks.
     *
     * @return the scope
     */
    public Scope scope() {
        return scope;
    }

    /**
     * The set of keys that share a watermark.
     *
     * @return the unit of atomicity
     */
    public Atomicity atomicity() {
        return atomicity;
    }

    /**
     * What a condition costs.
     *
     * @param condition the condition
     * @return its outcome
     */
    public Outcome outcome(Condition condition) {
        return Objects.requireNonNull(outcomes.get(Objects.requireNonNull(condition, "condition")));
    }

    /**
     * The conditions and their outcomes as a Markdown table, with the assumption under it.
     *
     * @return lines that end with a newline
     */
    public String matrix() {
        StringBuilder text =
                new StringBuilder("| condition | L, events lost | D, copies admitted | R, deliveries repeated |\n");
        text.append("|---|---|---|---|\n");
        outcomes.forEach((condition, outcome) -> text.append("| ")
                .append(condition.label())
                .append(" | ")
                .append(outcome.lost())
                .append(" | ")
                .append(outcome.admitted())
                .append(" | ")
                .append(outcome.repeated())
                .append(" |\n"));
        return text.append('\n').append(ASSUMPTION).append('\n').toString();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Guarantees that
                && Double.compare(falseDuplicateProbability, that.falseDuplicateProbability) == 0
                && durability == that.durability
                && scope == that.scope
                && atomicity == that.atomicity
                && outcomes.equals(that.outcomes);
    }

    @Override
    public int hashCode() {
        return Objects.hash(falseDuplicateProbability, durability, scope, atomicity, outcomes);
    }

    /**
     * One line of facts, then the {@link #matrix()}.
     *
     * @return readable text
     */
    @Override
    public String toString() {
        return "accuracy " + accuracy()
                + (accuracy() == Accuracy.EXACT
                        ? ""
                        : " (false duplicate <= " + falseDuplicateProbability + " per new key)")
                + ", durability " + durability + ", scope " + scope + ", atomicity " + atomicity + "\n\n" + matrix();
    }

    /** Collects {@link Guarantees}. Not thread-safe. */
    public static final class Builder {
        private final Durability durability;
        private final Scope scope;
        private final Atomicity atomicity;
        private final Map<Condition, Outcome> outcomes = new EnumMap<>(Condition.class);
        private double falseDuplicateProbability;

        private Builder(Durability durability, Scope scope, Atomicity atomicity) {
            this.durability = Objects.requireNonNull(durability, "durability");
            this.scope = Objects.requireNonNull(scope, "scope");
            this.atomicity = Objects.requireNonNull(atomicity, "atomicity");
        }

        /**
         * Makes the store approximate.
         *
         * @param probability that a new key is told DUPLICATE, at design load, above 0 and below 1
         * @return this builder
         * @throws IllegalArgumentException if the probability is out of bounds
         */
        public Builder falseDuplicateProbability(double probability) {
            if (!(probability > 0 && probability < 1)) {
                throw new IllegalArgumentException("falseDuplicateProbability " + probability
                        + " is out of bounds; give a value above 0 and below 1, or none for an exact store");
            }
            falseDuplicateProbability = probability;
            return this;
        }

        /**
         * States what a condition costs.
         *
         * @param condition the condition
         * @param lost L, events lost
         * @param admitted D, copies admitted
         * @param repeated R, deliveries repeated
         * @return this builder
         */
        public Builder on(Condition condition, String lost, String admitted, String repeated) {
            outcomes.put(Objects.requireNonNull(condition, "condition"), new Outcome(lost, admitted, repeated));
            return this;
        }

        /**
         * Completes the guarantees.
         *
         * @return the guarantees
         * @throws IllegalStateException if a condition was left out
         */
        public Guarantees build() {
            for (Condition condition : Condition.values()) {
                if (!outcomes.containsKey(condition)) {
                    throw new IllegalStateException(
                            "condition " + condition + " has no outcome; state what it costs with on(...)");
                }
            }
            return new Guarantees(this);
        }
    }
}
