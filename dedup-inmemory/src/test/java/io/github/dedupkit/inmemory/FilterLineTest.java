package io.github.dedupkit.inmemory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A line against a plain list of fingerprints and ticks. */
class FilterLineTest {
    private static final int STEPS = 60_000;
    private static final int LINES = 3;
    private static final int AT = Line.BYTES;
    private static final byte UNTOUCHED = 0x5A;

    /** What is remembered of a key: the tick that its record is of, with what sets two of one tick apart. */
    private record Model(int fingerprint, long tick) {}

    /** A line in the middle of a buffer, and what it should hold: the newest first, within a tick the last one put first. */
    private static final class Modelled {
        final FilterWidth width;
        final int expired;
        final int generationShift;
        final ByteBuffer lines = ByteBuffer.allocateDirect(LINES * Line.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        final List<Model> records = new ArrayList<>();
        final long[] noted = new long[8];
        long now = 256;
        long header;

        Modelled(FilterWidth width, int ticks) {
            this.width = width;
            expired = ticks + 1;
            generationShift = Integer.SIZE - Integer.numberOfLeadingZeros(ticks);
            for (int i = 0; i < Line.BYTES; i++) {
                lines.put(i, UNTOUCHED).put(2 * Line.BYTES + i, UNTOUCHED);
            }
            Arrays.fill(noted, Long.MIN_VALUE);
            FilterLine.stamp(lines, AT, now);
        }

        int age(Model record) {
            return (int) (now - record.tick);
        }

        void pass(long to) {
            now = to;
            header = FilterLine.later(header, now, FilterLine.since(lines, AT, now), generationShift);
            FilterLine.stamp(lines, AT, now);
        }

        void put(int fingerprint, int age) {
            header = FilterLine.put(lines, AT, header, width, fingerprint, age);
            records.add(0, new Model(fingerprint, now - age));
            records.sort(Comparator.comparingLong(Model::tick).reversed()); // which is stable
        }

        void renew(int newer, int age) {
            header = FilterLine.renew(lines, AT, header, width, newer, age);
            Model old = records.get(newer);
            if (now - age > old.tick) {
                records.remove(newer);
                records.add(0, new Model(old.fingerprint, now - age));
                records.sort(Comparator.comparingLong(Model::tick).reversed());
            }
        }

        void dropExpired() {
            header = FilterLine.dropExpired(header, expired);
            records.removeIf(record -> age(record) >= expired);
            assertEquals(records.size(), FilterLine.records(header), "records left");
        }

        /** Any of several that match will do; which one is none of the model's business. */
        int find(int fingerprint, int age, int window) {
            int found = FilterLine.find(lines, AT, header, width, fingerprint, age, window);
            boolean there = records.stream()
                    .anyMatch(each -> each.fingerprint == fingerprint && Math.abs(age(each) - age) <= window);
            assertEquals(there, found >= 0, () -> "fingerprint " + fingerprint + " at age " + age + " of " + this);
            if (found >= 0) {
                Model record = records.get(found);
                assertEquals(fingerprint, record.fingerprint, () -> found + " of " + this);
                assertTrue(Math.abs(age(record) - age) <= window, () -> found + " of " + this);
            }
            return found;
        }

        void checkAll() {
            records.removeIf(record -> age(record) >= expired); // they may be there, and nobody asks for them
            for (int i = 0; i < records.size(); i++) {
                Model record = records.get(i);
                int found = FilterLine.find(lines, AT, header, width, record.fingerprint, age(record), 0);
                assertTrue(found >= 0, () -> record + " of " + this + " is lost");
                assertEquals(record, records.get(found), () -> "place " + found + " of " + this);
            }
            for (int keyClass = 0; keyClass < noted.length; keyClass++) {
                boolean owed = now - noted[keyClass] < expired && noted[keyClass] >= 0;
                boolean kept = FilterLine.overflowed(header, keyClass);
                assertTrue(kept || !owed, "the note of class " + keyClass + " is lost");
                boolean over = (now >> generationShift) - (noted[keyClass] >> generationShift) > 1;
                assertTrue(!kept || (noted[keyClass] >= 0 && !over), "the note of class " + keyClass + " stays");
            }
            for (int i = 0; i < Line.BYTES; i++) {
                assertEquals(UNTOUCHED, lines.get(i), "the line before");
                assertEquals(UNTOUCHED, lines.get(2 * Line.BYTES + i), "the line after");
            }
            assertEquals(0, FilterLine.since(lines, AT, now), "the stamp");
        }

        @Override
        public String toString() {
            return width + " at tick " + now + " with " + records;
        }
    }

    /** Ages up to the most ticks, out of order, jumps of any length, few fingerprints that differ in their last bits or first. */
    @ParameterizedTest
    @EnumSource
    void aLineHoldsWhatAListHolds(FilterWidth width) {
        SplittableRandom random = new SplittableRandom(7);
        for (int ticks : new int[] {1, 2, width.mostTicks() - 1, width.mostTicks()}) {
            Modelled line = new Modelled(width, ticks);
            boolean wasFull = false;
            int renewed = 0;
            for (int step = 0; step < STEPS; step++) {
                int fingerprint = fingerprint(random, width);
                int age = random.nextInt(random.nextBoolean() ? 2 : ticks + 1) % (ticks + 1);
                int window = random.nextInt(ticks - age + 1); // finds nothing that has expired
                switch (random.nextInt(8)) {
                    case 0 -> line.pass(line.now + jump(random, step, ticks));
                    case 1, 2 -> {
                        int found = line.find(fingerprint, age, window);
                        if (found >= 0) {
                            line.renew(found, age);
                            renewed++;
                        }
                    }
                    case 3 -> {
                        int keyClass = random.nextInt(8);
                        line.header = FilterLine.overflow(line.header, keyClass);
                        line.noted[keyClass] = line.now;
                    }
                    case 4 -> line.dropExpired();
                    default -> {
                        if (FilterLine.records(line.header) == width.records) {
                            line.dropExpired();
                            wasFull |= FilterLine.records(line.header) == width.records;
                        }
                        if (FilterLine.records(line.header) < width.records) {
                            line.put(fingerprint, age);
                        }
                    }
                }
                line.checkAll();
            }
            assertTrue(wasFull && renewed > STEPS / 100, "full: " + wasFull + ", renewed: " + renewed);
        }
    }

    private static int fingerprint(SplittableRandom random, FilterWidth width) {
        int mask = (int) ((1L << width.bits()) - 1);
        int few = random.nextInt(4 * width.records);
        return (few | (few % 3 == 0 ? mask << 8 : 0)) & mask;
    }

    /** Mostly none or one, so that lines fill up; now and then beyond all that a line tells apart. */
    private static long jump(SplittableRandom random, int step, int ticks) {
        return switch (step % 64) {
            case 0 -> random.nextLong(3L * ticks + 50);
            case 1 -> step % 32_768 == 1 ? FilterLine.STAMPS - 1 - random.nextInt(ticks) : 1;
            default -> random.nextInt(8) == 0 ? 1 : 0;
        };
    }

    /** Every bit of a fingerprint counts, at every place, and none of its neighbours' does. */
    @ParameterizedTest
    @EnumSource
    void everyBitCountsAtEveryPlace(FilterWidth width) {
        SplittableRandom random = new SplittableRandom(8);
        Modelled line = new Modelled(width, width.mostTicks());
        int mask = (int) ((1L << width.bits()) - 1);
        for (int round = 0; round < 3 * width.records; round++) {
            line.pass(line.now + width.mostTicks() + 1);
            line.dropExpired();
            for (int place = 0; place < width.records; place++) {
                line.put(random.nextInt() & mask, random.nextInt(width.mostTicks() + 1));
            }
            assertEquals(width.records, FilterLine.records(line.header));
            for (Model record : List.copyOf(line.records)) {
                for (int bit = 0; bit < width.bits(); bit++) {
                    line.find(record.fingerprint ^ (1 << bit), line.age(record), 0);
                }
            }
            line.checkAll();
            // One more place each round: so the oldest one is at another place each time.
            line.pass(line.now + width.mostTicks() + 1);
            line.put(random.nextInt() & mask, 0);
            line.checkAll();
        }
    }

    /** A full line at the highest age takes the timeline's last bit, and a tick later it has room for one. */
    @ParameterizedTest
    @EnumSource
    void theTimelineIsAsLongAsALineNeedsIt(FilterWidth width) {
        Modelled line = new Modelled(width, width.mostTicks());
        for (int i = 0; i < width.records; i++) {
            line.put(i, i == 0 ? width.mostTicks() : i % 2 * (width.mostTicks() - 1));
        }
        line.dropExpired();
        line.checkAll();
        assertEquals(width.records, FilterLine.records(line.header));
        line.pass(line.now + 1);
        line.checkAll();
        line.dropExpired();
        assertEquals(width.records - 1, FilterLine.records(line.header), "the oldest one has expired, and no other");
    }

    /** What was noted of a class is found for a life, whatever part of a generation it was noted in, and not for three. */
    @ParameterizedTest
    @EnumSource
    void aNoteOutlivesWhatItStandsFor(FilterWidth width) {
        for (int ticks = 1; ticks <= width.mostTicks(); ticks++) {
            for (int began = 0; began < 64; began++) {
                for (int later = 1; later < 128; later++) {
                    Modelled line = new Modelled(width, ticks);
                    line.pass(256 + began);
                    line.header = FilterLine.overflow(line.header, began % 8);
                    line.noted[began % 8] = line.now;
                    line.pass(line.now + later / 3);
                    line.pass(256 + began + later);
                    line.checkAll();
                }
            }
        }
    }

    /** A stamp tells apart all the ticks that it can. */
    @ParameterizedTest
    @EnumSource
    void nothingIsLeftAfterAnyLongerTime(FilterWidth width) {
        for (int later : new int[] {width.mostTicks() + 1, 256, FilterLine.STAMPS / 2, FilterLine.STAMPS - 1}) {
            for (int more = 0; more < 2 && later + more < FilterLine.STAMPS; more++) {
                Modelled line = new Modelled(width, width.mostTicks());
                line.put(1, 0);
                line.pass(line.now + later + more);
                line.dropExpired();
                line.checkAll();
            }
        }
    }
}
