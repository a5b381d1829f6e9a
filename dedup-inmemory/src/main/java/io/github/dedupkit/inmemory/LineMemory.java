package io.github.dedupkit.inmemory;

import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import javax.management.JMException;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;

/** Memory for lines, outside the heap, aligned to lines, zeroed; it returns when nothing refers to it any more. */
final class LineMemory {
    /** The most lines in one of several chunks: 1 GiB. */
    static final int LARGEST_SHIFT = 24;

    /** The most lines in a chunk that is the only one: just below the 2 GiB of a buffer. */
    private static final int ALL_IN_ONE = (1 << 25) - 2;

    private static final long MIB = 1L << 20;
    private static final long WORTH_ASKING = 64 * MIB;

    private LineMemory() {}

    /** The logarithm of the lines in a chunk of so many: in one chunk they are found fastest. */
    static int shiftFor(long lines) {
        return lines <= ALL_IN_ONE ? LARGEST_SHIFT + 1 : LARGEST_SHIFT;
    }

    /**
     * Allocates chunks of 2^shift lines, the last one perhaps shorter.
     *
     * @throws OutOfMemoryError if the JVM's limit on direct memory is reached
     */
    static ByteBuffer[] allocate(long lines, int shift) {
        long perChunk = 1L << shift;
        ByteBuffer[] chunks = new ByteBuffer[Math.toIntExact((lines + perChunk - 1) / perChunk)];
        long largest = lines <= ALL_IN_ONE ? ALL_IN_ONE : 1L << LARGEST_SHIFT;
        int next = 0;
        for (long done = 0; done < lines; done += largest) {
            long count = Math.min(largest, lines - done);
            ByteBuffer block = block(count);
            for (long from = 0; from < count; from += perChunk) {
                int length = (int) Math.min(perChunk, count - from) * Line.BYTES;
                chunks[next++] = block.slice((int) from * Line.BYTES, length).order(ByteOrder.LITTLE_ENDIAN);
            }
        }
        return chunks;
    }

    /**
     * Refuses a table that the machine cannot hold. To ask takes longer than to allocate a small one, which is tried.
     *
     * @throws IllegalArgumentException naming the need, the limit and the remedy
     */
    static void requireRoomFor(long bytes) {
        if (bytes < WORTH_ASKING) {
            return;
        }
        if (bytes > directMemoryLimit()) {
            throw noDirectMemory(bytes);
        }
        long memory = machineMemory();
        if (bytes > memory) {
            throw new IllegalArgumentException("the table needs " + bytes + " bytes, and the machine or container has "
                    + memory + "; expect fewer keys, shorten the window, or give it more memory");
        }
    }

    /** What to throw when the JVM refused to allocate a table. */
    static IllegalArgumentException noDirectMemory(long bytes) {
        long limit = directMemoryLimit();
        return new IllegalArgumentException("the table needs " + bytes + " bytes outside the heap, and the JVM allows "
                + limit + " in all; start it with -XX:MaxDirectMemorySize=" + (bytes + limit + MIB - 1) / MIB
                + "m, or expect fewer keys");
    }

    /** The JVM's bound; it is the heap's unless set. */
    static long directMemoryLimit() {
        Object[] arguments = {"MaxDirectMemorySize"};
        String[] types = {String.class.getName()};
        try {
            Object option = ManagementFactory.getPlatformMBeanServer()
                    .invoke(
                            new ObjectName("com.sun.management:type=HotSpotDiagnostic"),
                            "getVMOption",
                            arguments,
                            types);
            long set = Long.parseLong(String.valueOf(((CompositeData) option).get("value")));
            return set == 0 ? Runtime.getRuntime().maxMemory() : set;
        } catch (JMException | RuntimeException e) {
            return Runtime.getRuntime().maxMemory(); // not every JVM can tell
        }
    }

    private static long machineMemory() {
        try {
            return (long) ManagementFactory.getPlatformMBeanServer()
                    .getAttribute(new ObjectName("java.lang:type=OperatingSystem"), "TotalMemorySize");
        } catch (JMException | RuntimeException e) {
            return Long.MAX_VALUE; // not every JVM can tell
        }
    }

    /** The chunks and one more. The last of them must be a whole one. */
    static ByteBuffer[] append(ByteBuffer[] chunks, int shift) {
        ByteBuffer[] longer = Arrays.copyOf(chunks, chunks.length + 1);
        longer[chunks.length] = block(1L << shift).order(ByteOrder.LITTLE_ENDIAN);
        return longer;
    }

    private static ByteBuffer block(long lines) {
        ByteBuffer aligned =
                ByteBuffer.allocateDirect((int) (lines + 1) * Line.BYTES).alignedSlice(Line.BYTES);
        return aligned.slice(0, (int) lines * Line.BYTES);
    }
}
