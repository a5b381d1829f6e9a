package io.github.dedupkit.testkit;

import io.github.dedupkit.testkit.ClaimStep.Call;
import io.github.dedupkit.testkit.ClaimStep.Forgery;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Draws random histories of claims that crowd where stores go wrong: few keys, few owners, borders of leases and retentions
 * hit to the tick, leases shown long after they were lost. The same seed gives the same history.
 */
final class ClaimHistories {
    private static final int MAX_SHRINK_RUNS = 400;
    private static final int OWNERS = 12;
    private static final List<Call> CALLS = List.of(Call.values());
    private static final List<Forgery> FORGERIES = List.of(Forgery.TOKEN, Forgery.FENCE);
    private static final long HOUR_MILLIS = Duration.ofHours(1).toMillis();

    private ClaimHistories() {}

    static List<ClaimStep> draw(long seed, int length, boolean restarts) {
        SplittableRandom random = new SplittableRandom(seed);
        int keys = 1 + random.nextInt(4);
        List<ClaimStep> steps = new ArrayList<>();
        for (int i = 0; i < length; i++) {
            steps.add(next(random, keys, restarts));
        }
        return steps;
    }

    private static ClaimStep next(SplittableRandom random, int keys, boolean restarts) {
        int key = random.nextInt(keys);
        int choice = random.nextInt(100);
        if (choice < 45) {
            return new ClaimStep.Ask(key, random.nextInt(OWNERS), random.nextInt(12) == 0, random.nextInt(6) == 0);
        }
        if (choice < 75) {
            Forgery forgery =
                    random.nextInt(8) == 0 ? FORGERIES.get(random.nextInt(FORGERIES.size())) : Forgery.NOTHING;
            int lease = random.nextInt(3) == 0 ? random.nextInt(4) : 0;
            Call call = CALLS.get(random.nextInt(CALLS.size()));
            return new ClaimStep.Show(key, lease, forgery, call, random.nextInt(100));
        }
        if (choice < 88) {
            return new ClaimStep.WaitForBorder(random.nextInt(8), random.nextInt(-1, 2));
        }
        if (choice < 93) {
            return new ClaimStep.Wait(
                    random.nextInt(4) == 0 ? random.nextLong(2 * HOUR_MILLIS) : random.nextInt(2_000));
        }
        if (choice < 98 || !restarts) {
            return new ClaimStep.Jump(random.nextLong(-HOUR_MILLIS, HOUR_MILLIS + 1));
        }
        return random.nextBoolean() ? new ClaimStep.Reopen() : new ClaimStep.Crash();
    }

    /** Removes steps as long as what is left still fails. */
    static List<ClaimStep> shrink(List<ClaimStep> failing, IdempotencyContractSupport contract) {
        List<ClaimStep> smallest = failing;
        int runs = 0;
        for (int chunk = Math.max(1, failing.size() / 2); chunk >= 1; chunk /= 2) {
            for (int from = 0; from < smallest.size() && runs < MAX_SHRINK_RUNS; runs++) {
                List<ClaimStep> candidate = new ArrayList<>(smallest.subList(0, from));
                candidate.addAll(smallest.subList(Math.min(smallest.size(), from + chunk), smallest.size()));
                if (ClaimHistory.play(candidate, contract).violation() != null) {
                    smallest = candidate;
                } else {
                    from += chunk;
                }
            }
        }
        return smallest;
    }
}
