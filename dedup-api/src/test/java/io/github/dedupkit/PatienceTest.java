package io.github.dedupkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PatienceTest {
    private final AtomicInteger calls = new AtomicInteger();

    private static Patience patience(long millis) {
        return new Patience(Duration.ofMillis(millis));
    }

    /** A call that answers after some that did not. */
    private Supplier<String> answersAfter(int losses) {
        return () -> {
            if (calls.incrementAndGet() <= losses) {
                throw new StoreUnavailableException("call " + calls);
            }
            return "answer";
        };
    }

    @AfterEach
    void clearInterrupt() {
        Thread.interrupted();
    }

    @Test
    void anAnswerIsAskedForOnce() {
        assertEquals("answer", patience(10).get(answersAfter(0)));
        assertEquals(1, calls.get());
    }

    @Test
    void withoutPatienceACallIsRepeatedOnce() {
        assertEquals("answer", patience(0).get(answersAfter(1)));
        assertEquals(2, calls.get());
        calls.set(0);
        Throwable thrown =
                assertThrows(StoreUnavailableException.class, () -> patience(0).get(answersAfter(2)));
        assertEquals("call 2", thrown.getMessage(), "the last failure is thrown");
    }

    @Test
    void pausesDoubleUntilTheyAddUpToTheLimit() {
        long began = System.nanoTime();
        assertThrows(StoreUnavailableException.class, () -> patience(10).get(answersAfter(1000)));
        long millis = (System.nanoTime() - began) / 1_000_000;
        assertEquals(6, calls.get(), "at once twice, then after 1, 2, 4 and the 3 milliseconds that are left");
        assertTrue(millis >= 9, "it paused for " + millis + " milliseconds"); // a park may end early by a clock tick
    }

    @Test
    void pausesGrowToATenthOfASecond() {
        assertThrows(StoreUnavailableException.class, () -> patience(300).get(answersAfter(1000)));
        assertEquals(11, calls.get(), "twice; after 1 to 64 doubling: 7; then 100, and the 73 that are left");
    }

    @Test
    void otherExceptionsPassAtOnce() {
        LeaseLostException lost = new LeaseLostException("by hand");
        Throwable thrown = assertThrows(
                LeaseLostException.class,
                () -> patience(10).run(() -> {
                    calls.incrementAndGet();
                    throw lost;
                }));
        assertSame(lost, thrown);
        assertEquals(1, calls.get());
    }

    @Test
    void anInterruptEndsThePausesButNotTheFirstRepetition() {
        Thread.currentThread().interrupt();
        assertEquals("answer", patience(10_000).get(answersAfter(1)));
        calls.set(0);
        assertThrows(StoreUnavailableException.class, () -> patience(10_000).get(answersAfter(1000)));
        assertEquals(2, calls.get());
        assertTrue(Thread.currentThread().isInterrupted(), "the interrupt status stays set");
    }
}
