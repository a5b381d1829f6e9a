package io.github.dedupkit.cli;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A set of JSON Pointers (RFC 6901), merged into a tree that is walked along with a document. Each pointer has a slot, equal
 * ones the same. Not thread-safe.
 */
final class JsonPointers {
    private static final Pattern INDEX = Pattern.compile("0|[1-9][0-9]{0,8}");

    private final Node root = new Node("", 0);
    private final List<String> targets = new ArrayList<>();
    private int depth;

    /** A place that a pointer goes to, or through. */
    static final class Node {
        private final String through;
        private final int length;
        private final Map<String, Node> members = new HashMap<>();
        private final Map<Integer, Node> elements = new HashMap<>();
        private int slot = -1;
        private long visited;

        /** A place at the end of the first characters of a pointer. */
        private Node(String through, int length) {
            this.through = through;
            this.length = length;
        }

        /** The pointer to this place. */
        String pointer() {
            return through.substring(0, length);
        }

        /** Whether the value at this place was asked for, and not only something in it. */
        boolean isTarget() {
            return slot >= 0;
        }

        /** The slot of the pointer to a target. */
        int slot() {
            return slot;
        }

        /** Whether a pointer goes to something in the value. */
        boolean leadsOn() {
            return !members.isEmpty();
        }

        /** The place of an object's member, or null if no pointer goes there. */
        @Nullable
        Node member(String name) {
            return members.get(name);
        }

        /** The place of an array's element, or null if no pointer goes there. */
        @Nullable
        Node element(int index) {
            return elements.get(index);
        }

        private Node child(String name, String pointer, int end) {
            Node child = members.computeIfAbsent(name, n -> new Node(pointer, end));
            if (INDEX.matcher(name).matches()) {
                elements.put(Integer.valueOf(name), child);
            }
            return child;
        }

        /** Notes a visit; returns whether it is the first one in this document. */
        boolean visit(long document) {
            boolean first = visited != document;
            visited = document;
            return first;
        }
    }

    /** The whole document. */
    Node root() {
        return root;
    }

    /** How many steps the longest pointer takes. */
    int depth() {
        return depth;
    }

    /** The number of slots. */
    int slots() {
        return targets.size();
    }

    /** The pointer of a slot. */
    String pointer(int slot) {
        return targets.get(slot);
    }

    /**
     * Adds a pointer, at least one step long.
     *
     * @return its slot
     * @throws CliException if the text is no pointer, or points to the whole document
     */
    int add(String pointer) {
        if (!pointer.startsWith("/")) {
            throw CliException.usage("the field " + Excerpt.of(pointer)
                    + " is no JSON Pointer, which begins with a slash; give for example /user/id, or leave it out for"
                    + " the whole line");
        }
        Node node = root;
        int steps = 0;
        for (int from = 1; from <= pointer.length(); steps++) {
            int slash = pointer.indexOf('/', from);
            int to = slash < 0 ? pointer.length() : slash;
            node = node.child(unescape(pointer, from, to), pointer, to);
            from = to + 1;
        }
        depth = Math.max(depth, steps);
        if (!node.isTarget()) {
            node.slot = targets.size();
            targets.add(pointer);
        }
        return node.slot;
    }

    private static String unescape(String pointer, int from, int to) {
        StringBuilder name = new StringBuilder();
        for (int i = from; i < to; i++) {
            char c = pointer.charAt(i);
            if (c == '~') {
                i++;
                char escaped = i < to ? pointer.charAt(i) : ' ';
                if (escaped != '0' && escaped != '1') {
                    throw CliException.usage("the field " + Excerpt.of(pointer)
                            + " is no JSON Pointer: a ~ must be written ~0, and a / in a name ~1");
                }
                c = escaped == '0' ? '~' : '/';
            }
            name.append(c);
        }
        return name.toString();
    }
}
