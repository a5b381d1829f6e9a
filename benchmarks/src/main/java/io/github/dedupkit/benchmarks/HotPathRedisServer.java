package io.github.dedupkit.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.jspecify.annotations.Nullable;
import redis.embedded.RedisServer;

/** A Redis server: the one that a property names, else one of our own that keeps nothing on disk. */
final class HotPathRedisServer implements AutoCloseable {
    /** The URI of a running server. */
    static final String PROPERTY = "dedup.bench.redis";

    /** How a server is named. */
    static final String NAMED = "-D" + PROPERTY + "=redis://HOST:PORT (to ./dedup by DEDUP_JAVA_OPTS)";

    private static final String LOCALHOST = "127.0.0.1";

    private final String uri;
    private final @Nullable RedisServer own;

    private HotPathRedisServer(String uri, @Nullable RedisServer own) {
        this.uri = uri;
        this.own = own;
    }

    static HotPathRedisServer open() {
        String running = System.getProperty(PROPERTY);
        if (running != null) {
            return new HotPathRedisServer(running, null);
        }
        try {
            int port = freePort();
            RedisServer server = RedisServer.newRedisServer()
                    .port(port)
                    .bind(LOCALHOST)
                    .setting("save \"\"")
                    .setting("appendonly no")
                    .build();
            server.start();
            return new HotPathRedisServer("redis://" + LOCALHOST + ":" + port, server);
        } catch (IOException | RuntimeException e) {
            throw new IllegalStateException(
                    "no Redis server could be started on this machine (" + e.getMessage()
                            + "); start one and name it by " + NAMED + ", or leave this tier out",
                    e);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    String uri() {
        return uri;
    }

    @Override
    public void close() {
        if (own != null) {
            try {
                own.stop();
            } catch (IOException e) {
                throw new IllegalStateException("the Redis server at " + uri + " did not stop: " + e.getMessage(), e);
            }
        }
    }
}
