package io.github.dedupkit;

import java.util.Objects;

/**
 * Where a time-ordered id keeps its time, for {@link KeySpace#timeOrdered}.
 *
 * <p>Accepted forms: a UUIDv7 as {@code UUID}, as its 36 characters, or as 16 bytes; a ULID as its 26 characters (upper
 * or lower case) or as 16 bytes; a Snowflake id as {@code long}, as decimal digits, or as 8 bytes, most significant byte
 * first. All forms of one id give one key. Anything else is refused. Immutable and thread-safe.
 */
public final class TimeLayout {
    /** RFC 9562 UUID version 7: 48 bits of Unix milliseconds, then version, variant and random bits. */
    public static final TimeLayout UUID_V7 = new TimeLayout("uuidv7", 0);

    /** ULID: 48 bits of Unix milliseconds, then 80 random bits, written in Crockford's base 32. */
    public static final TimeLayout ULID = new TimeLayout("ulid", 0);

    private static final String SNOWFLAKE = "snowflake";
    private static final int SNOWFLAKE_TIME_SHIFT = 22;
    private static final long MAX_MILLIS = (1L << 48) - 1;

    private final String name;
    private final long epochMillis;

    private TimeLayout(String name, long epochMillis) {
        this.name = name;
        this.epochMillis = epochMillis;
    }

    /**
     * A 63-bit Snowflake id: 41 bits of milliseconds since an epoch of its own, then 22 bits of machine and sequence.
     *
     * @param epochMillis the id's epoch in Unix milliseconds, 0 to 2^47: 1288834974657 for X, 1420070400000 for Discord
     * @return the layout
     * @throws IllegalArgumentException if the epoch is out of bounds
     */
    public static TimeLayout snowflake(long epochMillis) {
        if (epochMillis < 0 || epochMillis > 1L << 47) {
            throw new IllegalArgumentException(
                    "epochMillis " + epochMillis + " is out of bounds; give Unix milliseconds from 0 to 2^47");
        }
        return new TimeLayout(SNOWFLAKE, epochMillis);
    }

    /**
     * The layout's name as it enters the check value of a key space.
     *
     * @return for example {@code uuidv7} or {@code snowflake:1288834974657}
     */
    @Override
    public String toString() {
        return isSnowflake() ? name + ":" + epochMillis : name;
    }

    boolean isSnowflake() {
        return name.equals(SNOWFLAKE);
    }

    void require(TimeLayout expected, String form) {
        if (this != expected) {
            throw wrongForm(form);
        }
    }

    void requireSnowflake(String form) {
        if (!isSnowflake()) {
            throw wrongForm(form);
        }
    }

    /** The time in the id, whose bits are in high and low (Snowflake: in low). */
    long millis(long high, long low) {
        if (isSnowflake()) {
            long millis = (low >>> SNOWFLAKE_TIME_SHIFT) + epochMillis;
            if (low < 0 || millis > MAX_MILLIS) {
                throw new IllegalArgumentException("id " + low + " is no Snowflake id; it must have 63 bits");
            }
            return millis;
        }
        if (this == UUID_V7 && (((high >>> 12) & 0xF) != 7 || low >>> 62 != 2)) {
            throw new IllegalArgumentException("id is a UUID of version " + ((high >>> 12) & 0xF) + ", variant "
                    + (low >>> 62) + ", not 7 and 2; use a trusted or keyed key space for it");
        }
        return high >>> 16;
    }

    /** Reads the binary form into the scratch's two halves. */
    void decode(byte[] bytes, int offset, int length, KeyScratch scratch) {
        int expected = isSnowflake() ? Long.BYTES : 2 * Long.BYTES;
        if (length != expected) {
            throw new IllegalArgumentException("id has " + length + " bytes; the binary form of " + name + " has "
                    + expected + " (pass text as a String)");
        }
        scratch.hash.high = isSnowflake() ? 0 : readLong(bytes, offset);
        scratch.hash.low = readLong(bytes, offset + length - Long.BYTES);
    }

    /** Parses the text form into the scratch's two halves. */
    void parse(String text, KeyScratch scratch) {
        Objects.requireNonNull(text, "id");
        if (this == UUID_V7) {
            parseUuid(text, scratch);
        } else if (this == ULID) {
            parseUlid(text, scratch);
        } else {
            parseSnowflake(text, scratch);
        }
    }

    private void parseUuid(String text, KeyScratch scratch) {
        if (text.length() != 36) {
            throw malformed(text);
        }
        long high = 0;
        long low = 0;
        for (int i = 0; i < 36; i++) {
            char c = text.charAt(i);
            if (i == 8 || i == 13 || i == 18 || i == 23) {
                if (c != '-') {
                    throw malformed(text);
                }
                continue;
            }
            int digit = c < 0x80 ? Character.digit(c, 16) : -1;
            if (digit < 0) {
                throw malformed(text);
            }
            high = (high << 4) | (low >>> 60);
            low = (low << 4) | digit;
        }
        scratch.hash.high = high;
        scratch.hash.low = low;
    }

    private void parseUlid(String text, KeyScratch scratch) {
        if (text.length() != 26 || text.charAt(0) > '7') {
            throw malformed(text);
        }
        long high = 0;
        long low = 0;
        for (int i = 0; i < 26; i++) {
            int digit = crockford(text.charAt(i));
            if (digit < 0) {
                throw malformed(text);
            }
            high = (high << 5) | (low >>> 59);
            low = (low << 5) | digit;
        }
        scratch.hash.high = high;
        scratch.hash.low = low;
    }

    private static int crockford(char c) {
        if (c >= '0' && c <= '9') {
            return c - '0';
        }
        char upper = c >= 'a' && c <= 'z' ? (char) (c - 'a' + 'A') : c;
        int index = "ABCDEFGHJKMNPQRSTVWXYZ".indexOf(upper);
        return index < 0 ? -1 : index + 10;
    }

    private void parseSnowflake(String text, KeyScratch scratch) {
        int length = text.length();
        if (length == 0 || length > 19) {
            throw malformed(text);
        }
        long value = 0;
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                throw malformed(text);
            }
            value = value * 10 + (c - '0');
        }
        if (value < 0) {
            throw malformed(text);
        }
        scratch.hash.high = 0;
        scratch.hash.low = value;
    }

    private static long readLong(byte[] bytes, int offset) {
        long value = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            value = (value << 8) | (bytes[offset + i] & 0xFF);
        }
        return value;
    }

    private IllegalArgumentException wrongForm(String form) {
        return new IllegalArgumentException("the layout " + name + " takes no id given as " + form
                + "; give its text or binary form, or use a trusted or keyed key space");
    }

    private IllegalArgumentException malformed(String text) {
        String shown = (text.length() <= 40 ? text : text.substring(0, 40) + "...").replaceAll("\\p{Cntrl}", "?");
        return new IllegalArgumentException("id \"" + shown + "\" is no " + name
                + "; give the standard text form, or use a trusted or keyed key space");
    }
}
