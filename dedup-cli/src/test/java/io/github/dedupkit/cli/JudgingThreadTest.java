package io.github.dedupkit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dedupkit.EventBatch;
import io.github.dedupkit.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.function.ToIntFunction;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Blocks go there and back: in order, each judged once, and nothing after a failure. */
@Timeout(60)
class JudgingThreadTest {
    private static final int BLOCK_RECORDS = 600; // three batches, the last one not full
    private static final byte[] BYTES = {'x', '\n'};

    private final List<Long> judged = new ArrayList<>();
    private JudgingThread judging = new JudgingThread(this::markSeen);
    private long next;

    @AfterEach
    void stop() {
        judging.stop();
    }

    /** Delays on both sides, of many lengths; the keys are judged in the order in which they were added. */
    @Test
    void blocksComeBackInOrderAndJudged() {
        Random ofOwner = new Random(1);
        Random ofThread = new Random(2);
        judging = new JudgingThread(batch -> {
            delay(ofThread);
            return markSeen(batch);
        });
        List<RecordBlock> handed = new ArrayList<>();
        List<RecordBlock> spare = new ArrayList<>(List.of(block(0), block(0), block(0)));
        for (int round = 0; round < 2000; round++) {
            delay(ofOwner);
            if (!spare.isEmpty() && (handed.isEmpty() || ofOwner.nextBoolean())) {
                RecordBlock block = spare.remove(0);
                fill(block, ofOwner.nextInt(BLOCK_RECORDS));
                judging.submit(block);
                handed.add(block);
            } else {
                takeBack(handed.remove(0), spare);
            }
        }
        while (!handed.isEmpty()) {
            takeBack(handed.remove(0), spare);
        }
        assertTrue(judging.isIdle());
        assertEquals(LongStream.range(0, next).boxed().toList(), judged);
        assertTrue(next > 100_000, next + " records");
    }

    private void takeBack(RecordBlock expected, List<RecordBlock> spare) {
        RecordBlock block = judging.take();
        assertSame(expected, block);
        assertTrue(block.batches().stream().allMatch(RecordBatch::isJudged));
        block.clear();
        spare.add(block);
    }

    /** Batch n is the first that the store cannot judge, or only in part. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 8})
    void nothingIsJudgedAfterABatchThatIsNot(int failing) {
        judging = new JudgingThread(failAt(failing, batch -> batch.size() - 1));
        judging.submit(block(BLOCK_RECORDS));
        judging.submit(block(BLOCK_RECORDS));
        judging.submit(block(BLOCK_RECORDS));
        for (int first = 0; first < 9; first += 3) {
            List<RecordBatch> batches = judging.take().batches();
            for (int i = 0; i < 3; i++) {
                assertEquals(first + i < failing, batches.get(i).isJudged(), "batch " + (first + i));
            }
        }
        assertEquals(failing / 3 * BLOCK_RECORDS + failing % 3 * 256, judged.size());
        judging.judge(block(1));
        assertEquals(failing / 3 * BLOCK_RECORDS + failing % 3 * 256, judged.size(), "judged by the owner");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 8})
    void whatTheStoreThrowsIsThrownWhenItsBlockIsTaken(int failing) {
        for (Throwable planted :
                new Throwable[] {new IllegalStateException("planted"), new OutOfMemoryError("planted")}) {
            judged.clear();
            JudgingThread thread = new JudgingThread(failAt(failing, batch -> JudgingThreadTest.fail(planted)));
            for (int i = 0; i < 3; i++) {
                thread.submit(block(BLOCK_RECORDS));
            }
            for (int i = 0; i < failing / 3; i++) {
                assertTrue(thread.take().batches().stream().allMatch(RecordBatch::isJudged));
            }
            assertSame(planted, assertThrows(planted.getClass(), thread::take));
            thread.stop();
            assertEquals(failing / 3 * BLOCK_RECORDS + failing % 3 * 256, judged.size());
        }
    }

    @Test
    void theOwnerJudgesWithTheSameStore() {
        RecordBlock first = block(BLOCK_RECORDS);
        judging.submit(first);
        assertSame(first, judging.take());
        RecordBlock second = block(BLOCK_RECORDS);
        judging.judge(second);
        assertTrue(second.batches().stream().allMatch(RecordBatch::isJudged));
        judging.submit(block(BLOCK_RECORDS));
        judging.take();
        assertEquals(LongStream.range(0, 3 * BLOCK_RECORDS).boxed().toList(), judged);
    }

    @Test
    void anInterruptNeitherEndsTheWaitNorIsLost() {
        CountDownLatch goOn = new CountDownLatch(1);
        Thread owner = Thread.currentThread();
        judging = new JudgingThread(batch -> {
            owner.interrupt();
            await(goOn);
            return markSeen(batch);
        });
        judging.submit(block(BLOCK_RECORDS));
        Thread releasing = new Thread(() -> {
            while (owner.getState() != Thread.State.WAITING) {
                Thread.onSpinWait(); // until it waits in spite of the interrupt
            }
            goOn.countDown();
        });
        releasing.start();
        RecordBlock block = judging.take();
        assertTrue(Thread.interrupted(), "the interrupt was lost");
        assertTrue(block.batches().stream().allMatch(RecordBatch::isJudged));
    }

    /** The block that is being judged is waited for, those behind it are dropped. */
    @Test
    void stopDropsWhatIsHandedOver() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        Thread[] thread = new Thread[1];
        judging = new JudgingThread(batch -> {
            thread[0] = Thread.currentThread();
            begun.countDown();
            await(goOn);
            return markSeen(batch);
        });
        for (int i = 0; i < 4; i++) {
            judging.submit(block(BLOCK_RECORDS));
        }
        begun.await();
        Thread stopping = new Thread(judging::stop);
        stopping.start();
        while (stopping.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait(); // until it waits for the block
        }
        goOn.countDown();
        stopping.join();
        thread[0].join();
        assertEquals(BLOCK_RECORDS, judged.size());
        assertTrue(judging.isIdle());
        judging.stop();
    }

    @Test
    void theThreadIsADaemonWithAName() {
        Thread[] thread = new Thread[1];
        judging = new JudgingThread(batch -> {
            thread[0] = Thread.currentThread();
            return batch.size();
        });
        judging.submit(block(1));
        judging.take();
        assertEquals("dedup-judge", thread[0].getName());
        assertTrue(thread[0].isDaemon());
    }

    /** A full block takes the records that a jump of time sets free at once. */
    @Test
    void aFullBlockHasRoomForAFewMore() {
        RecordBlock block = block(16 * 256 - 1);
        assertFalse(block.isFull());
        fill(block, 1);
        assertTrue(block.isFull());
        fill(block, 10);
        assertTrue(block.isFull());
        judging.judge(block);
        assertEquals(16 * 256 + 10, judged.size());
        block.clear();
        assertTrue(block.isEmpty());
        assertFalse(block.isFull());
    }

    private RecordBlock block(int records) {
        RecordBlock block = new RecordBlock(16);
        fill(block, records);
        return block;
    }

    /** Adds records with keys that count. */
    private void fill(RecordBlock block, int records) {
        for (int i = 0; i < records; i++) {
            block.batch().add(BYTES, 0, BYTES.length, next++, 0, 0);
        }
    }

    private int markSeen(EventBatch batch) {
        for (int i = 0; i < batch.size(); i++) {
            judged.add(batch.keyHigh(i));
            batch.judge(i, Verdict.FIRST_SEEN);
        }
        return batch.size();
    }

    /** A store that judges so many batches, and none after one that is not judged. */
    private ToIntFunction<EventBatch> failAt(int number, ToIntFunction<EventBatch> failure) {
        int[] batches = {0};
        return batch -> {
            assertTrue(batches[0] <= number, "a batch follows one that was not judged");
            return batches[0]++ == number ? failure.applyAsInt(batch) : markSeen(batch);
        };
    }

    private static int fail(Throwable planted) {
        if (planted instanceof Error error) {
            throw error;
        }
        throw (RuntimeException) planted;
    }

    private static void delay(Random random) {
        int length = 1 << random.nextInt(14);
        for (int i = random.nextInt(length); i > 0; i--) {
            Thread.onSpinWait();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
