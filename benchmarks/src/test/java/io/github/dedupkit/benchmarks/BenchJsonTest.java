package io.github.dedupkit.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class BenchJsonTest {
    @Test
    void anObjectOnOneLine() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("text", "a \"quoted\"\nline");
        fields.put("whole", 1L << 40);
        fields.put("share", 0.25);
        fields.put("right", true);
        fields.put("known", OptionalLong.of(7));
        fields.put("unknown", OptionalLong.empty());
        fields.put("ratio", OptionalDouble.of(0.5));
        fields.put("unjudged", OptionalDouble.empty());
        fields.put("nested", Map.of("list", List.of(1, Map.of(), List.of())));
        assertEquals(
                "{\"text\":\"a \\\"quoted\\\"\\nline\",\"whole\":1099511627776,\"share\":0.25,\"right\":true,\"known\":7,"
                        + "\"unknown\":null,\"ratio\":0.5,\"unjudged\":null,\"nested\":{\"list\":[1,{},[]]}}",
                BenchJson.line(fields));
    }

    @Test
    void whatJsonDoesNotKnowIsRefused() {
        assertThrows(IllegalStateException.class, () -> BenchJson.line(Map.of("at", Instant.EPOCH)));
    }
}
