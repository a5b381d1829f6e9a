package io.github.dedupkit.cli;

import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The standard output of the process, unbuffered, as a stream that says in English when its reader is gone.
 *
 * <p>Java reports a closed pipe by the text of the system's error alone, and that text is in the user's language. A write
 * to a pipe fails for no other reason.
 */
final class StandardOutput extends OutputStream {
    private static final int FIRST_RUNTIME_WITH_IS_TERMINAL = 22;

    private final FileOutputStream out = new FileOutputStream(FileDescriptor.out);

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        try {
            out.write(bytes, offset, length);
        } catch (IOException e) {
            throw isPipe() ? new IOException("Broken pipe", e) : e;
        }
    }

    /** Whether a person watches: output and input are a terminal. */
    @SuppressWarnings("SystemConsoleNull") // null before 22; from 22 on the console is asked
    static boolean isTerminal() {
        Console console = System.console();
        if (console == null || Runtime.version().feature() < FIRST_RUNTIME_WITH_IS_TERMINAL) {
            return console != null;
        }
        try {
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (ReflectiveOperationException e) {
            return false;
        }
    }

    private static boolean isPipe() {
        try {
            return Files.readSymbolicLink(Path.of("/proc/self/fd/1")).toString().startsWith("pipe:");
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }
}
