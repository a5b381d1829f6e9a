package io.github.dedupkit.cli;

/**
 * A record without the key or the time that was asked for. The message begins in lower case and says what is wrong with
 * the record, with the value where that is short; not where the record stands, which the caller knows.
 */
final class MalformedRecordException extends Exception {
    private static final long serialVersionUID = 1L;

    MalformedRecordException(String message) {
        super(message, null, false, false); // no stack trace: an input may be full of them
    }

    /** The message, never null. */
    String text() {
        String message = getMessage();
        return message == null ? "" : message;
    }
}
