package io.github.dedupkit.cli;

import io.github.dedupkit.KeyHasher;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a record that are asked for, as ranges of bytes; makes the key and the time of them. Fields have numbers
 * from 1; a field that is asked for has a slot, 0 for the lowest number. Not thread-safe.
 */
final class SelectedFields {
    private final KeyHasher hasher;
    private final int[] numbers;
    private final int[] keySlots;
    private final int timeSlot;
    private final @Nullable TimeFormat timeFormat;
    private final int[] starts;
    private final int[] ends;

    /**
     * Asks for fields.
     *
     * @param keys the numbers of the fields that make the key, in that order; none for the whole record
     * @param time the number of the field that holds the time, not used without a format
     * @param timeFormat how the time is written, or null for no time
     */
    SelectedFields(KeyHasher hasher, int[] keys, int time, @Nullable TimeFormat timeFormat) {
        this.hasher = hasher;
        this.timeFormat = timeFormat;
        int[] all = keys;
        if (timeFormat != null) {
            all = Arrays.copyOf(keys, keys.length + 1);
            all[keys.length] = time;
        }
        numbers = Arrays.stream(all).sorted().distinct().toArray();
        keySlots = Arrays.stream(keys)
                .map(number -> Arrays.binarySearch(numbers, number))
                .toArray();
        timeSlot = timeFormat == null ? -1 : Arrays.binarySearch(numbers, time);
        starts = new int[numbers.length];
        ends = new int[numbers.length];
    }

    /** How many different fields are asked for. */
    int slots() {
        return numbers.length;
    }

    /** The number of the field of a slot, from 1. */
    int number(int slot) {
        return numbers[slot];
    }

    /** Says where the field of a slot stands. */
    void locate(int slot, int start, int end) {
        starts[slot] = start;
        ends[slot] = end;
    }

    /**
     * Makes the key and the time; every slot was located.
     *
     * @param bytes hold the record, from start
     * @param fieldBytes hold the fields, at the places told
     */
    void fill(byte[] bytes, int start, int length, byte[] fieldBytes, RecordFields fields)
            throws MalformedRecordException {
        fields.timestamp = timeFormat == null
                ? 0
                : timeFormat.parse(fieldBytes, starts[timeSlot], ends[timeSlot] - starts[timeSlot]);
        if (keySlots.length == 0) {
            hasher.hash(bytes, start, length);
        } else if (keySlots.length == 1) {
            int slot = keySlots[0];
            hasher.hash(fieldBytes, starts[slot], ends[slot] - starts[slot]);
        } else {
            hasher.begin();
            for (int slot : keySlots) {
                hasher.part(fieldBytes, starts[slot], ends[slot] - starts[slot]);
            }
            hasher.end();
        }
        fields.keyHigh = hasher.high();
        fields.keyLow = hasher.low();
    }
}
