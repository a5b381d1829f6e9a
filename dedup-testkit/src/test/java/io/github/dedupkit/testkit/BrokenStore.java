package io.github.dedupkit.testkit;

import io.github.dedupkit.Guarantees;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * A store that breaks one promise on purpose, and the tests of the contract that must catch it, each with a part of its
 * message.
 */
final class BrokenStore {
    static final String HISTORIES = "rules_randomHistoriesAgreeWithTheOracle";

    private final String name;
    private final Function<StoreConfig, StoreFixture> fixtures;
    private final Guarantees guarantees;
    private final List<Catch> catches;

    /** A test, by its method's name, and a part of the message with which it must fail. */
    record Catch(String test, String message) {}

    private BrokenStore(
            String name, Function<StoreConfig, StoreFixture> fixtures, Guarantees guarantees, List<Catch> catches) {
        this.name = name;
        this.fixtures = fixtures;
        this.guarantees = guarantees;
        this.catches = catches;
    }

    /** A variant of the fake durable store, which claims to be as good as the original. */
    static BrokenStore of(String name, BiFunction<FakeDurableStorage, StoreConfig, FakeDurableStore> opener) {
        return on(name, config -> new FakeDurableStorage(config, opener));
    }

    /** A store on a storage of its own making. */
    static BrokenStore on(String name, Function<StoreConfig, StoreFixture> fixtures) {
        return new BrokenStore(name, fixtures, FakeDurableStore.GUARANTEES, List.of());
    }

    /** What its test expects of it. */
    BrokenStore expecting(Guarantees expected) {
        return new BrokenStore(name, fixtures, expected, catches);
    }

    BrokenStore caughtBy(String test, String message) {
        List<Catch> more = new ArrayList<>(catches);
        more.add(new Catch(test, message));
        return new BrokenStore(name, fixtures, guarantees, List.copyOf(more));
    }

    BrokenStore caughtByHistories(String message) {
        return caughtBy(HISTORIES, message);
    }

    String name() {
        return name;
    }

    StoreFixture fixture(StoreConfig config) {
        return fixtures.apply(config);
    }

    Guarantees guarantees() {
        return guarantees;
    }

    List<Catch> catches() {
        return catches;
    }
}
