package io.github.dedupkit.cli;

import java.nio.charset.StandardCharsets;

/** Shows part of an input in a message: short, in quotes, and without what a terminal would obey. */
final class Excerpt {
    private static final int MAX_CHARS = 60;

    private Excerpt() {}

    /** Shows bytes as the text they are in UTF-8. */
    static String of(byte[] bytes, int start, int length) {
        int most = Math.min(length, MAX_CHARS * 4 + 4); // no character takes more than four bytes
        return of(new String(bytes, start, most, StandardCharsets.UTF_8));
    }

    /** Shows a text. */
    static String of(String text) {
        int end = Math.min(text.length(), MAX_CHARS);
        return "\"" + printable(text.substring(0, end)) + (end < text.length() ? "..." : "") + "\"";
    }

    /** The text with a question mark in place of each character that has no shape of its own. */
    static String printable(String text) {
        StringBuilder shown = new StringBuilder(text.length());
        text.codePoints().forEach(c -> shown.appendCodePoint(hasShape(c) ? c : '?'));
        return shown.toString();
    }

    private static boolean hasShape(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }
}
