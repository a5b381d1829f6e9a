package io.github.dedupkit.inmemory;

/** What may be asked of a key's line in a {@link FilterTable}. */
enum FilterRequest {
    /** Whether the key is new: then it is recorded. */
    MARK(true, true),
    /** Whether it would be told new. */
    LOOK(true, false),
    /** Whether the key is new, however late it is: it is recorded in either case. */
    RECORD(false, true),
    /** The same, but a new key is not recorded. */
    FIND(false, false);

    /** Whether a late event is told so, and a known key stays as it is. Else its record becomes as late as the event. */
    final boolean judges;

    /** Whether a new key is recorded. */
    final boolean records;

    FilterRequest(boolean judges, boolean records) {
        this.judges = judges;
        this.records = records;
    }

    /** The same, but a new key is not recorded. */
    FilterRequest withoutRecord() {
        return judges ? LOOK : FIND;
    }
}
