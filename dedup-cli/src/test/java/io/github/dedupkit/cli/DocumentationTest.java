package io.github.dedupkit.cli;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.DeduplicationStore;
import io.github.dedupkit.Guarantees;
import io.github.dedupkit.Retention;
import io.github.dedupkit.bloom.BloomDeduplicationStore;
import io.github.dedupkit.inmemory.CaffeineDeduplicationStore;
import io.github.dedupkit.inmemory.FingerprintDeduplicationStore;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds README and docs to the code: Java snippets compile, links lead somewhere, printed guarantees are the stores'. */
class DocumentationTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern SNIPPET = Pattern.compile("(?ms)^```java\\n(.*?)^```");
    private static final Pattern LINK = Pattern.compile("\\]\\((?!https?:)([^)#]+)[^)]*\\)");

    /** What a snippet may take for granted. */
    private static final String FRAME = """
            import io.github.dedupkit.*;
            import io.github.dedupkit.inmemory.*;
            import java.io.IOException;
            import java.nio.charset.StandardCharsets;
            import java.time.*;
            import java.util.*;
            abstract class Snippet%d {
                record Event(String id, long timestamp, long origin) {}
                record Order(String id, long cents, byte[] body) {}
                interface Provider {
                    String charge(String orderId, long cents, long fence) throws IOException;
                    Optional<String> find(String orderId, long fence) throws IOException;
                }
                static class CardDeclined extends IOException {}
                Order order = new Order("", 0, new byte[0]);
                Provider provider;
                byte[] secret = new byte[16];
                byte[] body = new byte[0];
                String customerId = "", clientId = "", idempotencyKey = "", method = "", path = "", receipt = "";
                abstract void reply(int status, String body);
                String topicId = "";
                int partition;
                long offset;
                abstract List<Event> poll(int atMost);
                abstract void process(Event event);
                abstract void commit(List<Event> done);
                void snippet(%s) throws IOException {
            %s
                }
            }
            """;

    private static List<Path> pages() throws IOException {
        try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
            List<Path> pages = new ArrayList<>(
                    docs.filter(page -> page.toString().endsWith(".md")).toList());
            for (String page : List.of("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md")) {
                pages.add(ROOT.resolve(page));
            }
            return pages;
        }
    }

    @Test
    void javaSnippetsCompile(@TempDir Path classes) throws IOException {
        List<SimpleJavaFileObject> sources = new ArrayList<>();
        for (Path page : pages()) {
            Matcher snippet = SNIPPET.matcher(Files.readString(page));
            while (snippet.find()) {
                sources.add(source(sources.size(), framed(sources.size(), snippet.group(1))));
            }
        }
        assertTrue(sources.size() >= 2, "snippets found: " + sources.size());
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        assertNotNull(compiler, "the tests need a JDK");
        StringWriter messages = new StringWriter();
        List<String> options =
                List.of("-proc:none", "-d", classes.toString(), "-cp", System.getProperty("java.class.path"));
        boolean compiled =
                compiler.getTask(messages, null, null, options, null, sources).call();
        assertTrue(compiled, messages.toString());
    }

    /** A snippet in its frame; what an earlier one of the page made is a parameter of this one. */
    private static String framed(int number, String snippet) {
        List<String> given = new ArrayList<>();
        if (!snippet.contains("KeySpace keys =")) {
            given.add("KeySpace keys");
        }
        if (!snippet.contains("DedupKey key =")) {
            given.add("DedupKey key, DedupKey fingerprint");
        }
        if (!snippet.contains("IdempotencyStore store =") && !snippet.contains("ReplaySafeStore store =")) {
            given.add("IdempotencyStore store");
        }
        return FRAME.formatted(number, String.join(", ", given), snippet);
    }

    private static SimpleJavaFileObject source(int number, String text) {
        URI uri = URI.create("string:///Snippet" + number + ".java");
        return new SimpleJavaFileObject(uri, SimpleJavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return text;
            }
        };
    }

    @Test
    void linksLeadSomewhere() throws IOException {
        for (Path page : pages()) {
            Matcher link = LINK.matcher(Files.readString(page));
            while (link.find()) {
                Path target = page.resolveSibling(link.group(1)).normalize();
                assertTrue(Files.exists(target), page.getFileName() + " links to " + link.group(1));
            }
        }
    }

    @Test
    void printedGuaranteesAreTheStores() throws IOException {
        String page = Files.readString(ROOT.resolve("docs/guarantees.md"));
        Retention retention = Retention.ofWindow(Duration.ofHours(1));
        requirePrinted(
                page,
                "CaffeineDeduplicationStore",
                CaffeineDeduplicationStore.builder(retention, 1).build());
        requirePrinted(
                page,
                "FingerprintDeduplicationStore",
                FingerprintDeduplicationStore.builder(retention, 1).buildNarrow());
        requirePrinted(
                page,
                "FingerprintNearTier",
                FingerprintDeduplicationStore.builder(retention, 1).buildWide());
        requirePrinted(
                page,
                "BloomDeduplicationStore",
                BloomDeduplicationStore.builder(retention, 1).build());
        assertTrue(page.contains(Guarantees.ASSUMPTION), "the assumption stands beside the matrix");
    }

    private static void requirePrinted(String page, String name, DeduplicationStore store) {
        try (store) {
            Guarantees guarantees = store.guarantees();
            String table = guarantees.matrix().substring(0, guarantees.matrix().indexOf("\n\n"));
            assertTrue(page.contains("<!-- matrix: " + name + " -->\n" + table), guarantees.matrix());
            assertTrue(
                    page.contains("## " + name + "\n\nAccuracy " + guarantees.accuracy() + ", durability "
                            + guarantees.durability() + ", scope " + guarantees.scope() + ", atomicity "
                            + guarantees.atomicity()),
                    "the first line of facts");
        }
    }

    @Test
    void theReadmeIsOneScreen() throws IOException {
        int lines = Files.readAllLines(ROOT.resolve("README.md")).size();
        assertTrue(lines <= 70, "README.md has " + lines + " lines");
    }
}
