package io.github.dedupkit.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code dedup} without a subcommand: says how to use it. */
@Command(
        name = "dedup",
        mixinStandardHelpOptions = true,
        versionProvider = DedupCommand.Version.class,
        description = "Tells events seen for the first time from copies.",
        synopsisSubcommandLabel = "COMMAND",
        footerHeading = "%nStart here:%n",
        footer = {
            "  dedup demo                 what is lost and what is not, in seconds",
            "  dedup filter access.log    each line once",
            "  dedup bench day            a billion events, every wrong answer counted",
            "",
            "Exit codes: 0 done; 1 input, output or memory failed; 2 usage;",
            "70 internal error; 141 output closed; 128 + n stopped by signal n.",
            "",
            "The launcher itself exits with 69 when Java is missing or too old, or when the",
            "JDK or the Maven to build with is missing, and with 70 when the build failed.",
            "Options for the JVM: DEDUP_JAVA_OPTS, for example DEDUP_JAVA_OPTS=-Xmx8g."
        })
final class DedupCommand implements Callable<Integer> {
    @Spec
    CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        CommandLine command = spec.commandLine();
        command.usage(command.getErr());
        return ExitCode.USAGE;
    }

    /** The version in the manifest, and the Java it runs on. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = DedupMain.class.getPackage().getImplementationVersion();
            return new String[] {
                "dedup " + (version == null ? "(not built into a jar)" : version),
                "Java " + System.getProperty("java.version") + ", " + System.getProperty("java.vm.name")
            };
        }
    }
}
