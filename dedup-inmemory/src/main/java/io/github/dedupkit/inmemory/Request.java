package io.github.dedupkit.inmemory;

/** What else than a mark may be asked of a key's line in a {@link LineTable}. */
enum Request {
    /** The outcome of a mark, which is not made; FIRST_SEEN means not found. */
    LOOK,
    /** The same; where it is FIRST_SEEN and the key has a record, which is older by more than the window, a wide one ends. */
    REPLACE,
    /** The outcome of a mark, whatever the watermark. */
    RECALL,
    /** The tag of the key's record becomes 0, if it is the one given. */
    CONFIRM,
    /** The key's record ends, if its tag is the one given. */
    FORGET,
    /** The key's records end, whatever their tags. */
    ERASE,
    /** The line is made fit for the present. */
    REFRESH,
    /** The records in the line; negative, less one, if the key may have a record elsewhere. */
    COUNT
}
