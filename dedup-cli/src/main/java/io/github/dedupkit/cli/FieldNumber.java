package io.github.dedupkit.cli;

/** Field numbers as the user writes them: 1 and up, in plain digits. */
final class FieldNumber {
    /** Stands for what is no field number. */
    static final int NONE = 0;

    private static final int MAX_DIGITS = 9;

    private FieldNumber() {}

    /** The number, or {@link #NONE}. */
    static int parse(String text) {
        boolean plain =
                !text.isEmpty() && text.length() <= MAX_DIGITS && text.chars().allMatch(c -> c >= '0' && c <= '9');
        return plain ? Integer.parseInt(text) : NONE;
    }
}
