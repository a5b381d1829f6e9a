package io.github.dedupkit.cli;

import io.github.dedupkit.KeyHasher;

/** The key is the whole record; there is no time. Not thread-safe. */
final class WholeRecordParser implements RecordParser {
    private final KeyHasher hasher;

    WholeRecordParser(KeyHasher hasher) {
        this.hasher = hasher;
    }

    @Override
    public void parse(byte[] bytes, int start, int length, RecordFields fields) {
        hasher.hash(bytes, start, length);
        fields.keyHigh = hasher.high();
        fields.keyLow = hasher.low();
        fields.timestamp = 0;
    }
}
