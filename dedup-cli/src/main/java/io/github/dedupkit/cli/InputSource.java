package io.github.dedupkit.cli;

import java.io.Closeable;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collections;
import java.util.List;

/**
 * One input of the command line: a file, or {@code -} for standard input. Decompressed if it begins like gzip data,
 * whatever its name.
 */
final class InputSource implements Closeable {
    private static final String STANDARD_INPUT = "-";
    private static final char UNDECODABLE = '\uFFFD';

    private final String name;
    private final RawInput raw;
    private final InputStream stream;

    private InputSource(String name, RawInput raw, InputStream stream) {
        this.name = name;
        this.raw = raw;
        this.stream = stream;
    }

    /**
     * Refuses names that cannot be read, all of them in one message, without opening any: to open a named pipe and close
     * it again would disturb its writer. Standard input named twice is bad usage.
     */
    static void requireReadable(List<String> names) {
        if (Collections.frequency(names, STANDARD_INPUT) > 1) {
            throw CliException.usage("- stands for standard input, which can be read once; name it once");
        }
        StringBuilder problems = new StringBuilder();
        for (String name : names) {
            String problem = problem(name);
            if (!problem.isEmpty()) {
                problems.append(problems.length() == 0 ? "" : System.lineSeparator() + "dedup: ")
                        .append(problem);
            }
        }
        if (problems.length() > 0) {
            throw CliException.failed(problems.toString());
        }
    }

    /**
     * Opens an input. May wait for its first two bytes.
     *
     * @param name a file's name, or {@code -}
     * @param streams holds the standard input
     * @param beforeWaiting is called before every read that would wait
     */
    static InputSource open(String name, StandardStreams streams, Runnable beforeWaiting) {
        boolean standard = name.equals(STANDARD_INPUT);
        String shown = standard ? "standard input" : name;
        try {
            return open(shown, new RawInput(standard ? streams.in() : new FileInputStream(name), beforeWaiting));
        } catch (FileNotFoundException e) {
            throw CliException.failed(
                    String.valueOf(e.getMessage()) + "; check the file, it could be read a moment ago");
        } catch (IOException e) {
            throw CliException.failed(shown + ": " + e.getMessage() + "; nothing of it was read");
        }
    }

    private static InputSource open(String shown, RawInput raw) throws IOException {
        try {
            return new InputSource(shown, raw, raw.isGzip() ? new GzipInput(raw) : raw);
        } catch (Throwable e) {
            try {
                raw.close();
            } catch (IOException closing) {
                e.addSuppressed(closing);
            }
            throw e;
        }
    }

    /** The name for messages. */
    String name() {
        return name;
    }

    /** The decompressed bytes. */
    InputStream stream() {
        return stream;
    }

    /** The bytes read so far, compressed as they are. */
    long position() {
        return raw.position();
    }

    @Override
    public void close() throws IOException {
        stream.close();
    }

    private static String problem(String name) {
        if (name.equals(STANDARD_INPUT)) {
            return "";
        }
        File file = new File(name);
        if (file.isDirectory()) {
            return name + " is a directory; name the files in it, for example " + name
                    + (name.endsWith("/") ? "*" : "/*");
        }
        if (!file.exists()) {
            return name + " does not exist; check the name"
                    + (file.isAbsolute() ? "" : ", it is looked for in " + System.getProperty("user.dir"))
                    + (name.indexOf(UNDECODABLE) < 0 ? "" : "; its letters need a locale, such as LC_ALL=C.UTF-8");
        }
        return file.canRead() ? "" : name + " may not be read by this user; change its mode, or read it as its owner";
    }
}
