package io.github.dedupkit.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.dedupkit.Claim;
import io.github.dedupkit.ClaimRequest;
import io.github.dedupkit.IdempotencyStore;
import io.github.dedupkit.Lease;
import io.github.dedupkit.LeaseLostException;
import io.github.dedupkit.testkit.ClaimStage.Held;
import io.github.dedupkit.testkit.ClaimStage.State;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Function;

/** A row of the table of {@link IdempotencyStore}: a call, and for each state its answer and the fate that it leaves. */
final class ClaimTableRow {
    static final String DONE = "done";
    static final String REFUSED = "refused";

    private final IdempotencyContractSupport contract;
    private final String name;
    private final BiFunction<IdempotencyStore, Held, String> call;
    private final Map<State, Cell> cells = new EnumMap<>(State.class);

    private record Cell(String answer, Function<ClaimStage, SortedMap<Duration, String>> fate) {}

    private ClaimTableRow(
            IdempotencyContractSupport contract, String name, BiFunction<IdempotencyStore, Held, String> call) {
        this.contract = contract;
        this.name = name;
        this.call = call;
    }

    /** A row of claims. */
    static ClaimTableRow ofClaim(
            IdempotencyContractSupport contract, String name, Function<Held, ClaimRequest> requests) {
        return new ClaimTableRow(contract, name, (store, held) -> {
            ClaimRequest request = requests.apply(held);
            return answer(store.claim(request), request, held, contract.nanoTime.getAsLong());
        });
    }

    /** A row of calls with a lease. */
    static ClaimTableRow ofLease(
            IdempotencyContractSupport contract,
            String name,
            Function<Held, Lease> leases,
            BiConsumer<IdempotencyStore, Lease> call) {
        return new ClaimTableRow(contract, name, (store, held) -> {
            try {
                call.accept(store, leases.apply(held));
                return DONE;
            } catch (LeaseLostException e) {
                return REFUSED;
            }
        });
    }

    ClaimTableRow in(State state, String answer, Function<ClaimStage, SortedMap<Duration, String>> fate) {
        cells.put(state, new Cell(answer, fate));
        return this;
    }

    /** A cell that changes nothing. */
    ClaimTableRow in(State state, String answer) {
        return in(state, answer, stage -> stage.unchanged(state));
    }

    /** The same answer in every state, and nothing changes. */
    ClaimTableRow always(String answer) {
        for (State state : State.values()) {
            in(state, answer);
        }
        return this;
    }

    /** Plays the row in every state, each on a store of its own. */
    void check() {
        assertEquals(State.values().length, cells.size(), "states of row " + name);
        cells.forEach((state, cell) -> {
            try (IdempotencyFixture fixture = contract.fixture(contract.config());
                    IdempotencyStore store = fixture.open()) {
                play(state, cell, new ClaimStage(contract, store), store);
            }
        });
    }

    private void play(State state, Cell cell, ClaimStage stage, IdempotencyStore store) {
        SortedMap<Duration, String> fate = cell.fate.apply(stage);
        List<Held> keys = stage.set(state, fate.size());
        String why = "rule 8: " + name + ", " + state;
        for (Held held : keys) {
            assertEquals(cell.answer, call.apply(store, held), why);
        }
        stage.assertFate(keys, fate, why);
    }

    /** An answer in words; of a lease that it grants, every part is checked. */
    private static String answer(Claim claim, ClaimRequest request, Held held, long now) {
        String words = IdempotencyContractSupport.describe(claim);
        if (!(claim instanceof Claim.Granted granted)) {
            return words;
        }
        Lease lease = granted.lease();
        Lease expected = new Lease(
                request.key(),
                lease.fence(),
                request.owner(),
                lease.attempt(),
                request.lease(),
                now + request.lease().toNanos());
        assertEquals(expected, lease, "rule 8: the parts of a lease");
        long last = held.own().fence();
        return words
                + (lease.fence() == last ? ", same fence" : lease.fence() > last ? ", new fence" : ", lower fence");
    }
}
