package io.github.dedupkit.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Refuses outputs that would destroy an input or another output, before any is opened. Two names of one file are found
 * out through links of either kind, and also where the shell has redirected a standard stream.
 */
final class OutputCheck {
    private static final Path STANDARD_INPUT = Path.of("/dev/stdin");
    private static final Path STANDARD_OUTPUT = Path.of("/dev/stdout");
    private static final Path DEVICES = Path.of("/dev");
    private static final int MOST_LINKS = 40;

    private final List<Named> inputs = new ArrayList<>();
    private final List<Named> outputs = new ArrayList<>();

    private record Named(String name, Path path) {}

    /**
     * Takes in the inputs, and the standard output.
     *
     * @param streams the standard streams, looked at if they are the process's own
     * @param inputNames files, or {@code -}
     */
    OutputCheck(StandardStreams streams, List<String> inputNames) {
        boolean ofProcess = streams.areOfProcess();
        for (String name : inputNames) {
            if (!name.equals("-")) {
                addInput(name);
            } else if (ofProcess) {
                inputs.add(new Named("standard input", STANDARD_INPUT));
            }
        }
        if (ofProcess) {
            requireNoInput(new Named("standard output", STANDARD_OUTPUT));
            outputs.add(new Named("standard output", STANDARD_OUTPUT));
        }
    }

    /**
     * Checks an output.
     *
     * @param option that names it
     * @param name the file's name; null for none
     * @throws CliException if it must not be written to
     */
    void require(String option, @Nullable String name) {
        if (name == null) {
            return;
        }
        Named output = new Named(option + " " + name, path(option, name));
        if (Files.isDirectory(output.path)) {
            throw CliException.failed(output.name + " is a directory; name a file in it");
        }
        requireWritable(output);
        requireNoInput(output);
        for (Named other : outputs) {
            if (!isDevice(output.path) && areSame(output.path, other.path)) {
                throw CliException.usage(output.name + " is also " + other.name
                        + ", and records of two kinds would mix; name another file");
            }
        }
        outputs.add(output);
    }

    private void addInput(String name) {
        try {
            inputs.add(new Named(name, Path.of(name)));
        } catch (InvalidPathException e) {
            // It has no path in this locale, and so is no output either.
        }
    }

    private void requireNoInput(Named output) {
        for (Named input : inputs) {
            if (Files.isRegularFile(output.path) && areSame(output.path, input.path)) {
                throw CliException.usage(output.name + " is also the input " + input.name
                        + ", which would be overwritten while it is read; name another file");
            }
        }
    }

    private static void requireWritable(Named output) {
        if (Files.exists(output.path)) {
            if (!Files.isWritable(output.path)) {
                throw CliException.failed(
                        output.name + " may not be written by this user; change its mode, or choose another file");
            }
            return;
        }
        try {
            Path directory = target(output.path).getParent();
            if (directory != null && !Files.isWritable(directory)) {
                throw CliException.failed(output.name + " cannot be made by this user in " + directory
                        + "; change its mode, or choose another place");
            }
        } catch (IOException e) {
            throw CliException.failed(output.name + " cannot be made: there is no such directory; make it first");
        }
    }

    private static Path path(String option, String name) {
        if (name.isEmpty() || name.equals("-")) {
            throw CliException.usage(
                    option + " '" + name + "' names no file; standard output holds the records that are kept");
        }
        try {
            return Path.of(name);
        } catch (InvalidPathException e) {
            throw CliException.usage(option + " " + name + " is no file name: " + e.getReason());
        }
    }

    /** A terminal or /dev/null: may be written to under two names. */
    private static boolean isDevice(Path path) {
        try {
            return !Files.isRegularFile(path) && path.toRealPath().startsWith(DEVICES);
        } catch (IOException e) {
            return false; // a pipe has no path
        }
    }

    private static boolean areSame(Path a, Path b) {
        try {
            boolean exist = Files.exists(a) && Files.exists(b);
            return exist ? Files.isSameFile(a, b) : target(a).equals(target(b));
        } catch (IOException e) {
            return false; // one of them cannot be reached, which is told when it is opened
        }
    }

    /** The file that opening a path would make, for paths that lead to none. */
    private static Path target(Path path) throws IOException {
        Path end = path.toAbsolutePath();
        for (int links = 0; Files.isSymbolicLink(end) && links < MOST_LINKS; links++) {
            end = end.resolveSibling(Files.readSymbolicLink(end));
        }
        Path parent = end.getParent();
        return parent == null ? end : parent.toRealPath().resolve(end.getFileName());
    }
}
