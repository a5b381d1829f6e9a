package io.github.dedupkit.benchmarks;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.SetArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One Redis command per id, by hand: a batch is one pipeline, a single call one round trip. Each thread has a
 * connection. Neither command expires an id when its event time says so: those that leave the window are deleted off
 * the clock.
 */
final class HotPathRedis implements HotPathSubject {
    private static final byte[] NOTHING = {};
    private static final String USED_MEMORY = "used_memory:";
    private static final int PIPELINE = 1024;

    private final HotPathId id;
    private final long retained;
    private final Command command;
    private final byte[] prefix;
    private final HotPathRedisServer server;
    private final RedisClient client;
    private final Pipeline housekeeping;
    private final long usedBefore;

    private HotPathRedis(HotPathSetting setting, Command command) {
        setting.workload().requireForgotten("Redis", 1);
        this.command = command;
        id = setting.id();
        retained = setting.workload().retained();
        // A server that serves others too may hold what an earlier run has left.
        prefix =
                ("d" + Long.toString(System.nanoTime(), Character.MAX_RADIX) + ":").getBytes(StandardCharsets.US_ASCII);
        server = HotPathRedisServer.open();
        client = client(server);
        try {
            housekeeping = new Pipeline();
        } catch (RedisConnectionException e) {
            client.shutdown(0, 1, TimeUnit.SECONDS);
            server.close();
            throw new IllegalStateException(
                    "no Redis server answers at " + server.uri() + " (" + e.getMessage() + "); start one there, or name"
                            + " another by " + HotPathRedisServer.NAMED,
                    e);
        }
        usedBefore = usedMemory();
    }

    private static RedisClient client(HotPathRedisServer server) {
        try {
            return RedisClient.create(server.uri());
        } catch (IllegalArgumentException e) {
            server.close();
            throw new IllegalStateException(
                    server.uri() + " is no address of a Redis server; give " + HotPathRedisServer.NAMED, e);
        }
    }

    static HotPathSubject setNxPx(HotPathSetting setting) {
        return new HotPathRedis(setting, new SetNxPx());
    }

    static HotPathSubject sadd(HotPathSetting setting) {
        return new HotPathRedis(setting, new Sadd());
    }

    @Override
    public Caller caller(int batch) {
        Pipeline pipeline = new Pipeline();
        return (chunk, from, to, tally) -> {
            for (int i = from; i < to; i++) {
                pipeline.add(command.mark(pipeline.redis, prefix, id.sent(chunk, i)));
            }
            List<@Nullable Object> replies = pipeline.run();
            for (int i = from; i < to; i++) {
                tally.enter(chunk.duplicates[i], !command.isNew(replies.get(i - from)));
            }
        };
    }

    @Override
    public void settle(HotPathChunk chunk) {
        synchronized (housekeeping) {
            for (int i = 0; i < HotPathWorkload.CHUNK; i++) {
                if (chunk.isNewAgain(i)) {
                    forget(chunk.ids[i]); // it does not come a third time
                } else if (!chunk.repeats[i] && chunk.ids[i] >= retained) {
                    forget(chunk.ids[i] - retained);
                }
            }
            housekeeping.run();
        }
    }

    private void forget(long number) {
        housekeeping.add(command.forget(housekeeping.redis, prefix, id.sent(number)));
        if (housekeeping.size() == PIPELINE) {
            housekeeping.run();
        }
    }

    /** What the server uses more than before: right if nobody else has written to it. */
    @Override
    public OptionalLong bytes() {
        return OptionalLong.of(usedMemory() - usedBefore);
    }

    private long usedMemory() {
        synchronized (housekeeping) {
            housekeeping.add(housekeeping.redis.info("memory"));
            return String.valueOf(housekeeping.run().get(0))
                    .lines()
                    .filter(line -> line.startsWith(USED_MEMORY))
                    .mapToLong(line -> Long.parseLong(line.substring(USED_MEMORY.length())))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Override
    public void close() {
        synchronized (housekeeping) {
            housekeeping.add(housekeeping.redis.del(prefix)); // SADD's set; the keys of SET expire
            housekeeping.run();
        }
        client.shutdown(0, 1, TimeUnit.SECONDS);
        server.close();
    }

    /** A connection, and the commands that are to leave it together. */
    private final class Pipeline {
        private final RedisAsyncCommands<byte[], byte[]> redis;
        private final StatefulRedisConnection<byte[], byte[]> connection;
        private final List<RedisFuture<?>> pending = new ArrayList<>();

        Pipeline() {
            connection = client.connect(ByteArrayCodec.INSTANCE);
            connection.setAutoFlushCommands(false);
            redis = connection.async();
        }

        void add(RedisFuture<?> reply) {
            pending.add(reply);
        }

        int size() {
            return pending.size();
        }

        /** Sends the commands, and waits for their replies. */
        List<@Nullable Object> run() {
            connection.flushCommands();
            List<@Nullable Object> replies = new ArrayList<>(pending.size());
            for (RedisFuture<?> reply : pending) {
                await(reply);
                replies.add(reply.toCompletableFuture().join());
            }
            pending.clear();
            return replies;
        }

        private void await(RedisFuture<?> reply) {
            try {
                if (reply.await(1, TimeUnit.MINUTES)) {
                    return;
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            throw new IllegalStateException(
                    "Redis at " + server.uri() + " gave no answer for a minute, or the thread was"
                            + " interrupted; see whether the server is alive");
        }
    }

    private interface Command {
        RedisFuture<?> mark(RedisAsyncCommands<byte[], byte[]> redis, byte[] prefix, byte[] id);

        boolean isNew(@Nullable Object reply);

        RedisFuture<?> forget(RedisAsyncCommands<byte[], byte[]> redis, byte[] prefix, byte[] id);
    }

    private static final class SetNxPx implements Command {
        private final SetArgs ifAbsent = SetArgs.Builder.nx().px(HotPathWorkload.WINDOW_MILLIS);

        @Override
        public RedisFuture<?> mark(RedisAsyncCommands<byte[], byte[]> redis, byte[] prefix, byte[] id) {
            return redis.set(key(prefix, id), NOTHING, ifAbsent);
        }

        @Override
        public boolean isNew(@Nullable Object reply) {
            return "OK".equals(reply);
        }

        @Override
        public RedisFuture<?> forget(RedisAsyncCommands<byte[], byte[]> redis, byte[] prefix, byte[] id) {
            return redis.del(key(prefix, id));
        }

        private static byte[] key(byte[] prefix, byte[] id) {
            byte[] key = new byte[prefix.length + id.length];
            System.arraycopy(prefix, 0, key, 0, prefix.length);
            System.arraycopy(id, 0, key, prefix.length, id.length);
            return key;
        }
    }

    private static final class Sadd implements Command {
        @Override
        public RedisFuture<?> mark(RedisAsyncCommands<byte[], byte[]> redis, byte[] set, byte[] id) {
            return redis.sadd(set, id);
        }

        @Override
        public boolean isNew(@Nullable Object reply) {
            return Long.valueOf(1).equals(reply);
        }

        @Override
        public RedisFuture<?> forget(RedisAsyncCommands<byte[], byte[]> redis, byte[] set, byte[] id) {
            return redis.srem(set, id);
        }
    }
}
