package io.github.dedupkit.cli;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** The columns of a CSV header. Their names are bytes, kept as ISO 8859-1 text. */
final class CsvColumns {
    private static final int SHOWN = 20;

    private final List<String> names;

    CsvColumns(List<String> names) {
        this.names = List.copyOf(names);
    }

    /**
     * The number of a column, from 1.
     *
     * @param nameOrNumber its name, or its number if no column has that name
     * @throws CliException if there is no such column, or more than one
     */
    int number(String nameOrNumber) {
        String wanted = new String(nameOrNumber.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        int first = names.indexOf(wanted);
        if (first != names.lastIndexOf(wanted)) {
            throw CliException.failed("there is more than one column " + shown(wanted)
                    + "; name the one you mean by its number, such as " + (first + 1));
        }
        if (first >= 0) {
            return first + 1;
        }
        int number = FieldNumber.parse(wanted);
        if (number == FieldNumber.NONE || number > names.size()) {
            throw CliException.failed("there is no column " + shown(wanted) + " in the header; its columns are "
                    + list() + "; give one of these names, or a number from 1 to " + names.size());
        }
        return number;
    }

    private String list() {
        StringBuilder list = new StringBuilder();
        for (String name : names.subList(0, Math.min(SHOWN, names.size()))) {
            list.append(list.length() == 0 ? "" : ", ").append(shown(name));
        }
        if (names.size() > SHOWN) {
            list.append(" and ").append(names.size() - SHOWN).append(" more");
        }
        return list.toString();
    }

    private static String shown(String latin1) {
        byte[] bytes = latin1.getBytes(StandardCharsets.ISO_8859_1);
        return Excerpt.of(bytes, 0, bytes.length);
    }
}
