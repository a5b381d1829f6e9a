package io.github.dedupkit.cli;

import de.siegmar.fastcsv.reader.AbstractBaseCsvCallbackHandler;
import de.siegmar.fastcsv.reader.CommentStrategy;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;

/**
 * Splits one CSV record into its fields, quotes removed. Not thread-safe.
 *
 * <p>Bytes are read as ISO 8859-1, which has a character for each, so different bytes never become one field, whatever
 * the encoding of the file; it must only leave ASCII as it is.
 */
final class CsvSplitter {
    private static final char[] EMPTY_FIELD = {};

    private final CsvReader.CsvReaderBuilder csv;

    /** Takes the fields of a record, one after the other. */
    interface Fields {
        /** Takes a field: its index from 0, and its characters, which are bytes. */
        void add(int index, char[] latin1, int offset, int length);
    }

    CsvSplitter(byte delimiter) {
        csv = CsvReader.builder()
                .fieldSeparator((char) delimiter)
                .commentStrategy(CommentStrategy.NONE)
                .skipEmptyLines(false)
                .extraFieldStrategy(FieldMismatchStrategy.IGNORE) // the caller counts
                .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
                .allowExtraCharsAfterClosingQuote(false)
                .allowUnclosedQuote(false);
    }

    /**
     * Splits a record.
     *
     * @return the number of its fields, at least 1
     * @throws MalformedRecordException if quotes or line ends are not as they should be, or it is too long
     */
    int split(byte[] bytes, int start, int length, Fields fields) throws MalformedRecordException {
        if (length > CsvRecordReader.MAX_RECORD_BYTES) {
            throw new MalformedRecordException("has " + length + " bytes, more than the "
                    + CsvRecordReader.MAX_RECORD_BYTES + " of the longest CSV record; is a quote missing?");
        }
        if (length == 0) {
            fields.add(0, EMPTY_FIELD, 0, 0);
            return 1;
        }
        Handler handler = new Handler(fields);
        String text = new String(bytes, start, length, StandardCharsets.ISO_8859_1);
        try {
            Iterator<Integer> records = csv.build(handler, text).iterator();
            int count = records.next();
            if (bytes[start + length - 1] == '\r' || records.hasNext()) {
                throw new MalformedRecordException("has a carriage return outside quotes that ends no line; put it"
                        + " between quotes, or take it out");
            }
            return count;
        } catch (CsvParseException e) {
            throw new MalformedRecordException("has a quote in field " + (handler.getFieldCount() + 1)
                    + " that nothing closes, or text after the quote that closes it; double every quote inside quotes");
        }
    }

    private static final class Handler extends AbstractBaseCsvCallbackHandler<Integer> {
        private final Fields fields;

        Handler(Fields fields) {
            this.fields = fields;
        }

        @Override
        protected int getFieldCount() {
            return super.getFieldCount();
        }

        @Override
        protected void handleField(int fieldIdx, char[] buf, int offset, int len, boolean quoted) {
            fields.add(fieldIdx, buf, offset, len);
        }

        @Override
        protected void handleEmpty() {
            fields.add(0, EMPTY_FIELD, 0, 0);
        }

        @Override
        protected Integer buildRecord() {
            return getFieldCount();
        }
    }
}
