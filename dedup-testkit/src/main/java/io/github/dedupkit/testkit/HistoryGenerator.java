package io.github.dedupkit.testkit;

import io.github.dedupkit.Retention;
import io.github.dedupkit.testkit.Step.Fault;
import io.github.dedupkit.testkit.Step.Item;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Draws random histories that crowd where stores go wrong: few keys, few origins, timestamps on the borders of every rule,
 * jumps of the clock by 1, 255, 256, 257 and 65,536 ticks and by ten years. The same seed gives the same history.
 */
final class HistoryGenerator {
    private static final long TEN_YEARS = Duration.ofDays(3652).toMillis();
    private static final int REMEMBERED_TIMES = 8;
    private static final long MAX_TIME = 1L << 46;

    private final SplittableRandom random;
    private final Retention retention;
    private final Options options;
    private final int keys;
    private final List<Long> times = new ArrayList<>();
    private long now;
    private long watermark;

    /** What a history may contain. */
    record Options(boolean origins, boolean faults, boolean durable, int steps) {}

    HistoryGenerator(long seed, Retention retention, Options options, long start) {
        random = new SplittableRandom(seed);
        this.retention = retention;
        this.options = options;
        keys = 1 + random.nextInt(8);
        now = start;
    }

    List<Step> generate() {
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < options.steps; i++) {
            steps.add(next());
        }
        return steps;
    }

    private Step next() {
        int choice = random.nextInt(100);
        if (choice < 12) {
            return moveClock();
        }
        if (choice < 17) {
            return new Step.Look(item());
        }
        if (choice < 32) {
            return batch();
        }
        if (options.origins && choice < 42) {
            return new Step.Confirm(itemWithOrigin(), fault());
        }
        if (options.origins && choice < 50) {
            return new Step.Forget(itemWithOrigin(), fault());
        }
        if (options.durable && choice < 54) {
            return random.nextBoolean() ? new Step.Reopen() : new Step.Crash();
        }
        return new Step.Mark(item(), fault());
    }

    private Step batch() {
        List<Item> items = new ArrayList<>();
        int size = 1 + random.nextInt(8);
        for (int i = 0; i < size; i++) {
            boolean repeat = i > 0 && random.nextInt(3) == 0;
            items.add(repeat ? again(items.get(random.nextInt(i))) : item());
        }
        return new Step.MarkBatch(List.copyOf(items), fault());
    }

    /** The same key in one batch: with the same origin, another one, or none. */
    private Item again(Item item) {
        long timestamp = random.nextInt(3) == 0 ? timestamp() : item.timestamp();
        return new Item(item.key(), timestamp, random.nextBoolean() ? item.origin() : origin());
    }

    private Step moveClock() {
        long tick = retention.tickMillis();
        long by = switch (random.nextInt(13)) {
            case 0 -> 255 * tick;
            case 1 -> 256 * tick;
            case 2 -> 257 * tick;
            case 3 -> retention.windowMillis() + tick + 1;
            case 4 -> now < MAX_TIME ? TEN_YEARS : tick;
            case 5 -> -random.nextLong(retention.windowMillis() + 1);
            case 6 -> tick;
            case 7 -> (1 << 16) * tick;
            default -> random.nextLong(retention.windowMillis() / 4 + 1);
        };
        now += by;
        return new Step.MoveClock(by);
    }

    private Item item() {
        return remember(new Item(random.nextInt(keys), timestamp(), origin()));
    }

    private Item itemWithOrigin() {
        return new Item(random.nextInt(keys), timestamp(), 1 + random.nextInt(3));
    }

    private long origin() {
        return options.origins ? random.nextInt(4) : 0;
    }

    private Fault fault() {
        int choice = options.faults ? random.nextInt(12) : 2;
        return choice == 0 ? Fault.LOSE_REQUEST : choice == 1 ? Fault.LOSE_REPLY : Fault.NONE;
    }

    private long timestamp() {
        long window = retention.windowMillis();
        long tick = retention.tickMillis();
        long lateness = retention.latenessMillis();
        long skew = retention.futureSkewMillis();
        int choice = random.nextInt(100);
        long time;
        if (choice < 20) {
            time = now;
        } else if (choice < 45) {
            time = now - random.nextLong(lateness + 1);
        } else if (choice < 65) {
            time = recent();
        } else if (choice < 80) {
            long[] borders = {window - 1, window, window + 1, window + tick, window + tick + 1};
            time = recent() + borders[random.nextInt(borders.length)];
        } else if (choice < 84) {
            time = recent() - window + random.nextInt(3) - 1;
        } else if (choice < 92) {
            time = watermark - lateness + random.nextInt(3) - 1;
        } else {
            long[] ahead = {1, skew, skew + 1, skew + window, TEN_YEARS};
            time = now + ahead[random.nextInt(ahead.length)];
        }
        return Math.max(0, time);
    }

    private long recent() {
        return times.isEmpty() ? now : times.get(random.nextInt(times.size()));
    }

    private Item remember(Item item) {
        long seen = Math.min(item.timestamp(), now);
        watermark = Math.max(watermark, seen);
        if (times.size() == REMEMBERED_TIMES) {
            times.remove(random.nextInt(REMEMBERED_TIMES));
        }
        times.add(seen);
        return item;
    }
}
