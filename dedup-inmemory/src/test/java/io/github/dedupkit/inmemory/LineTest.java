package io.github.dedupkit.inmemory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A line against a list of records with whole ticks: packing and arithmetic in bytes must not show. */
class LineTest {
    private static final long BIRTH = 256;
    private static final int[] STEPS = {0, 0, 0, 1, 1, 1, 2, 15, 16, 17};

    /** The narrowest ages, common ones, and the widest of each shape. */
    static Stream<Ages> ages() {
        return Stream.of(
                new Ages(1, 0, 0),
                new Ages(1, 1, 0),
                new Ages(2, 1, 1),
                new Ages(60, 1, 1),
                new Ages(60, 30, 30),
                new Ages(Ages.MAX_TICKS, 0, 0),
                new Ages(Ages.MAX_TICKS / 2, Ages.MAX_TICKS / 2, 0),
                new Ages(Ages.MAX_TICKS / 2, Ages.MAX_TICKS / 4, Ages.MAX_TICKS / 4));
    }

    /** All of them, in lines of either width. */
    static Stream<Arguments> agesAndWidths() {
        return ages().flatMap(ages -> Stream.of(Width.values()).map(width -> Arguments.of(ages, width)));
    }

    /** A line with its header, as the holder of its lock sees it. */
    private static final class Subject {
        final ByteBuffer lines = LineMemory.allocate(3, LineMemory.LARGEST_SHIFT)[0];
        final int at = Line.BYTES;
        final Ages ages;
        final Width width;
        long header;
        long now = BIRTH;

        Subject(Ages ages, Width width) {
            this.ages = ages;
            this.width = width;
            refresh();
        }

        void refresh() {
            header = Line.refresh(lines, at, header, ages, now);
        }

        void put(int place, long fingerprint, long tick) {
            header = Line.put(lines, at, header, place, fingerprint, tick);
        }

        void putTag(int place, int tag) {
            header = Line.putTag(lines, at, header, place, tag);
        }

        int tag(int place) {
            return Line.tag(lines, at, header, place);
        }

        void clear(int place) {
            header = Line.clear(lines, at, header, place, ages, now);
        }

        boolean contains(long fingerprint, long event) {
            return Line.find(lines, at, header, width, fingerprint, ages, now, event) >= 0;
        }

        int vacancy() {
            return Line.vacancy(lines, at, header, width, ages, now);
        }

        int oldest() {
            return Line.oldest(lines, at, header, width, ages, now);
        }

        int age(int place) {
            return Line.age(lines, at, header, place, ages, now);
        }

        void requireNeighboursUntouched() {
            for (int i = 0; i < Line.BYTES; i += Long.BYTES) {
                assertEquals(0, lines.getLong(i), "the line before was written to");
                assertEquals(0, lines.getLong(2 * Line.BYTES + i), "the line behind was written to");
            }
        }
    }

    /** The same, naively: ticks that do not wrap, and a record that has ended stays where it is. */
    private static final class Model {
        final long[] fingerprints;
        final long[] ticks;
        final int[] tags;
        final Ages ages;

        Model(Ages ages, Width width) {
            this.ages = ages;
            fingerprints = new long[width.records];
            ticks = new long[width.records];
            tags = new int[width.records];
            Arrays.fill(ticks, Long.MIN_VALUE / 2);
        }

        boolean lives(int place, long now) {
            return now <= ticks[place] + ages.window() + ages.lateness();
        }

        int vacancy(long now) {
            for (int i = 0; i < ticks.length; i++) {
                if (!lives(i, now)) {
                    return i;
                }
            }
            return -1;
        }

        boolean contains(long fingerprint, long event, long now) {
            for (int i = 0; i < ticks.length; i++) {
                if (lives(i, now) && fingerprints[i] == fingerprint && Math.abs(ticks[i] - event) <= ages.window()) {
                    return true;
                }
            }
            return false;
        }
    }

    @ParameterizedTest
    @MethodSource("agesAndWidths")
    void randomSequencesAgreeWithTheModel(Ages ages, Width width) {
        long seed = 20_260_101;
        SplittableRandom random = new SplittableRandom(seed);
        long[] fingerprints = fingerprints(random);
        int found = 0;
        int full = 0;
        int leaps = 0;
        for (int sequence = 0; sequence < 100; sequence++) {
            Subject line = new Subject(ages, width);
            Model model = new Model(ages, width);
            for (int operation = 0; operation < 300; operation++) {
                long step = step(random, ages);
                leaps += step > 256 ? 1 : 0;
                line.now += step;
                line.refresh();
                String where =
                        width + ", " + ages + ", seed " + seed + ", sequence " + sequence + ", operation " + operation;
                int place = random.nextInt(width.records);
                if (random.nextInt(20) == 0) {
                    line.clear(place);
                    model.ticks[place] = Long.MIN_VALUE / 2;
                }
                if (width == Width.WIDE && random.nextInt(4) == 0) {
                    model.tags[place] = tag(random);
                    line.putTag(place, model.tags[place]);
                }
                assertSame(model, line, where);
                long fingerprint = fingerprints[random.nextInt(fingerprints.length)];
                long event = line.now + random.nextInt(-ages.lateness(), ages.skew() + 1);
                boolean contained = model.contains(fingerprint, event, line.now);
                assertEquals(contained, line.contains(fingerprint, event), where);
                found += contained ? 1 : 0;
                long ahead = line.now + random.nextLong(1_000_000); // mightContain asks for any future
                assertEquals(model.contains(fingerprint, ahead, line.now), line.contains(fingerprint, ahead), where);
                int vacancy = line.vacancy();
                full += vacancy < 0 ? 1 : 0;
                if (vacancy < 0) {
                    assertOldest(model, line.oldest(), where);
                    vacancy = random.nextInt(4) == 0 ? line.oldest() : -1;
                }
                if (vacancy >= 0) {
                    line.put(vacancy, fingerprint, event);
                    model.fingerprints[vacancy] = fingerprint;
                    model.ticks[vacancy] = event;
                    assertSame(model, line, where);
                }
            }
            line.requireNeighboursUntouched();
        }
        assertTrue(found > 500 && full > 500 && leaps > 200, found + " found, " + full + " full, " + leaps + " leaps");
    }

    /** Mostly small steps, or a line would never fill; a leap now and then, up to just before stamps come round. */
    private static long step(SplittableRandom random, Ages ages) {
        int kind = random.nextInt(100);
        return kind < 95
                ? kind < 80 ? 0 : STEPS[random.nextInt(STEPS.length)]
                : kind < 97 ? random.nextLong(2L * ages.life() + 2) : random.nextLong(longestStep(ages) + 1);
    }

    private static long longestStep(Ages ages) {
        return (Line.STAMPS - 2L) << ages.granuleShift();
    }

    private static int tag(SplittableRandom random) {
        int[] extremes = {0, 1, 0x7FFF, 0x8000, 0xFFFF};
        return random.nextBoolean() ? extremes[random.nextInt(extremes.length)] : random.nextInt(1 << 16);
    }

    /** Few, so that they meet; they differ in the upper 8 or the lower 32 bits only, and 0 is among them. */
    private static long[] fingerprints(SplittableRandom random) {
        long some = random.nextLong() >>> (Long.SIZE - Line.FINGERPRINT_BITS);
        return new long[] {
            0, 1, 1L << 32, 0xFF_FFFF_FFFFL, some, some ^ 1, some ^ (1L << 31), some ^ (1L << 32), some ^ (1L << 39)
        };
    }

    private static void assertSame(Model model, Subject line, String where) {
        assertEquals(model.vacancy(line.now), line.vacancy(), where);
        assertEquals(
                IntStream.range(0, model.ticks.length)
                        .filter(i -> model.lives(i, line.now))
                        .count(),
                Line.records(line.lines, line.at, line.header, line.width, line.ages, line.now),
                where);
        for (int i = 0; i < model.ticks.length; i++) {
            if (line.width == Width.WIDE) {
                assertEquals(model.tags[i], line.tag(i), where + ", tag " + i);
            }
            int age = line.age(i);
            if (model.lives(i, line.now)) {
                assertEquals(line.now + line.ages.skew() - model.ticks[i], age, where + ", place " + i);
                long fingerprint = Line.fingerprint(line.lines, line.at, line.header, i);
                assertEquals(model.fingerprints[i], fingerprint, where + ", place " + i);
            } else {
                assertTrue(age >= line.ages.expired(), where + ", place " + i + " has age " + age);
            }
        }
    }

    private static void assertOldest(Model model, int place, String where) {
        for (long tick : model.ticks) {
            assertTrue(model.ticks[place] <= tick, where + ", place " + place + " is not the oldest");
        }
    }

    /** Every byte of tick at every present, in every place, among living records of either extreme age. */
    @ParameterizedTest
    @MethodSource("agesAndWidths")
    void everyByteOfTickIsReadRightAtEveryPresent(Ages ages, Width width) {
        long fingerprint = 0xAB_CDEF_0123L;
        for (int neighbours : new int[] {0, ages.expired() - 1}) {
            for (long now = BIRTH; now < BIRTH + 256; now++) {
                Subject line = new Subject(ages, width);
                line.now = now;
                line.refresh();
                for (int i = 0; i < width.records; i++) {
                    line.put(i, i, now + ages.skew() - neighbours);
                }
                for (int place = 0; place < width.records; place++) {
                    for (int age = 0; age < 256; age++) {
                        line.put(place, fingerprint, now + ages.skew() - age);
                        if (line.age(place) != age
                                || line.vacancy() != (age < ages.expired() ? -1 : place)
                                || line.oldest() != oldest(place, age, neighbours)
                                || line.contains(fingerprint, now) != (Math.abs(age - ages.skew()) <= ages.window())) {
                            throw new AssertionError(
                                    ages + ": a record of age " + age + " in place " + place + " at tick " + now);
                        }
                    }
                    line.put(place, place, now + ages.skew() - neighbours);
                }
            }
        }
    }

    private static int oldest(int place, int age, int neighbours) {
        return age > neighbours ? place : age == neighbours || place != 0 ? 0 : 1;
    }

    /** A refresh, whichever way it takes, ends what has expired and keeps the rest, for every age and distance. */
    @ParameterizedTest
    @MethodSource("agesAndWidths")
    void aRefreshKeepsExactlyTheLiving(Ages ages, Width width) {
        int lastPlace = width.records - 1;
        List<Integer> distances = Stream.concat(
                        Stream.iterate(0, d -> d < 600, d -> d + 1), Stream.of(5_000, (int) longestStep(ages)))
                .toList();
        for (int offset = 0; offset < 1 << ages.granuleShift(); offset += 5) {
            for (int distance : distances) {
                for (int tick = -ages.lateness(); tick <= ages.skew(); tick++) {
                    Subject line = new Subject(ages, width);
                    line.now = BIRTH + offset;
                    line.refresh();
                    line.put(3, 5, line.now + tick);
                    line.put(lastPlace, 7, line.now + tick);
                    line.now += distance;
                    line.refresh();
                    int age = distance + ages.skew() - tick;
                    for (int place : new int[] {3, lastPlace}) {
                        if (age < ages.expired() ? line.age(place) != age : line.age(place) < ages.expired()) {
                            throw new AssertionError(ages + ": age " + line.age(place) + " instead of " + age
                                    + " in place " + place + ", " + distance + " ticks after " + (BIRTH + offset));
                        }
                    }
                }
            }
        }
    }

    /** A note stands as long as the records it may be about, and goes within two generations. */
    @ParameterizedTest
    @MethodSource("ages")
    void aNoteOutlivesItsRecordsAndGoes(Ages ages) {
        int life = ages.life();
        int longest = 2 * (life + (1 << ages.granuleShift()) - 1);
        for (int start = 0; start < longest; start += 1 + life / 60) {
            for (int every : new int[] {1, 16, 17, life, life + 1, Integer.MAX_VALUE}) {
                for (int last : new int[] {life - 1, longest}) {
                    Subject line = new Subject(ages, Width.NARROW);
                    line.now = BIRTH + start;
                    line.refresh();
                    long noted = line.now;
                    line.header = Line.overflow(line.header, 6);
                    for (long now = noted; now < noted + last; now += every) {
                        line.now = now;
                        line.refresh();
                    }
                    line.now = noted + last;
                    line.refresh();
                    assertEquals(
                            last < life,
                            Line.overflowed(line.header, 6),
                            ages + ", noted at " + noted + ", " + last + " ticks ago, seen every " + every);
                }
            }
        }
    }

    @Test
    void notesOfDifferentClassesAreApart() {
        Ages ages = new Ages(60, 1, 1);
        for (long noted = 0; noted < 8; noted++) {
            Subject line = new Subject(ages, Width.NARROW);
            line.header = Line.overflow(line.header, noted);
            for (int generation = 0; generation < 2; generation++) {
                for (long other = 0; other < 8; other++) {
                    assertEquals(other == noted, Line.overflowed(line.header, other), noted + " and " + other);
                }
                line.now += ages.life();
                line.refresh();
            }
            Subject copy = new Subject(ages, Width.NARROW);
            long header = Line.overflowAs(copy.header, Line.overflow(line.header, noted));
            assertTrue(Line.overflowed(header, noted));
            assertFalse(Line.overflowed(Line.overflowAs(header, copy.header), noted));
        }
    }

    private static long lock(Subject line) {
        long header = Line.tryLock(line.lines, line.at);
        while ((header & Line.LOCKED) != 0) {
            Thread.onSpinWait();
            header = Line.tryLock(line.lines, line.at);
        }
        return header;
    }

    /** The lock is exclusive, and what its holder wrote is seen by the next one. */
    @Test
    void theLockExcludes() throws Exception {
        Subject line = new Subject(new Ages(60, 1, 1), Width.NARROW);
        int threads = 4;
        int rounds = 50_000;
        CountDownLatch start = new CountDownLatch(1);
        Thread[] pool = new Thread[threads];
        for (int t = 0; t < threads; t++) {
            pool[t] = new Thread(() -> {
                try {
                    start.await();
                } catch (InterruptedException e) {
                    return;
                }
                for (int i = 0; i < rounds; i++) {
                    long header = lock(line);
                    line.lines.putLong(line.at + 24, line.lines.getLong(line.at + 24) + 1);
                    Line.unlock(line.lines, line.at, header + (1L << 48));
                }
            });
            pool[t].start();
        }
        start.countDown();
        for (Thread thread : pool) {
            thread.join();
        }
        assertEquals((long) threads * rounds, line.lines.getLong(line.at + 24));
        long header = lock(line);
        assertEquals((long) threads * rounds % (1 << 16), header >>> 48, "the header is written back");
        assertEquals(header | 1, line.lines.getLong(line.at), "locked meanwhile");
        Line.unlock(line.lines, line.at, header);
        assertEquals(header, line.lines.getLong(line.at));
    }
}
