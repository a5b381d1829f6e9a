package io.github.dedupkit.cli;

import java.lang.management.ManagementFactory;
import java.lang.management.PlatformManagedObject;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What this process can hold outside the heap, and how to ask for more. */
final class DirectMemory {
    private static final long MIB = 1L << 20;
    private static final int DEFAULT_SHARE = 4;

    /** A 16th of what the JVM allows is for rounding up, and for others. */
    private static final int SPARE_SHARE = 16;

    private DirectMemory() {}

    /** A quarter of the memory of the machine or container, within {@link #usable}. */
    static long defaultBytes() {
        return Math.min(machineBytes() / DEFAULT_SHARE, usable());
    }

    /** The memory of the machine or container. */
    static long machineBytes() {
        Object total = ask("OperatingSystemMXBean", "getTotalMemorySize");
        return total == null ? Long.MAX_VALUE : (long) total;
    }

    /** Refuses a {@code --memory} that this JVM does not allow. */
    static void requireAllowed(long bytes) {
        long usable = usable();
        if (bytes > usable) {
            throw CliException.usage("--memory " + Amount.text(bytes) + " is more than the " + usable
                    + " bytes that Java may use for it outside its heap; allow it with"
                    + " DEDUP_JAVA_OPTS=-XX:MaxDirectMemorySize=" + (bytes / MIB + bytes / MIB / SPARE_SHARE + 2)
                    + "m");
        }
    }

    /** The flag MaxDirectMemorySize, or as much as the heap where it is not set, less what is spare. */
    private static long usable() {
        Object option = ask("HotSpotDiagnosticMXBean", "getVMOption", "MaxDirectMemorySize");
        Object value = option == null ? null : call(option, option.getClass(), "getValue");
        long flag = value == null ? 0 : Long.parseLong(value.toString());
        long limit = flag > 0 ? flag : Runtime.getRuntime().maxMemory();
        return limit - limit / SPARE_SHARE;
    }

    /**
     * Asks the JVM about itself; null if it cannot tell. By reflection, for not every JVM has these beans. To ask through
     * the bean server would take longer than to filter a small file.
     */
    private static @Nullable Object ask(String bean, String method, String... arguments) {
        try {
            Class<? extends PlatformManagedObject> type =
                    Class.forName("com.sun.management." + bean).asSubclass(PlatformManagedObject.class);
            PlatformManagedObject found = ManagementFactory.getPlatformMXBean(type);
            return found == null ? null : call(found, type, method, arguments);
        } catch (ClassNotFoundException | IllegalArgumentException e) {
            return null;
        }
    }

    private static @Nullable Object call(Object target, Class<?> type, String method, String... arguments) {
        Class<?>[] types = new Class<?>[arguments.length];
        Arrays.fill(types, String.class);
        try {
            return type.getMethod(method, types).invoke(target, (Object[]) arguments);
        } catch (ReflectiveOperationException e) {
            return null;
        }
    }
}
