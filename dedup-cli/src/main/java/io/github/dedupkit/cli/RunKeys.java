package io.github.dedupkit.cli;

import io.github.dedupkit.KeySpace;
import java.security.SecureRandom;

/** Makes key spaces whose keys nobody outside this run can know. */
final class RunKeys {
    private RunKeys() {}

    /** A key space under a secret drawn now, and kept nowhere else. */
    static KeySpace keySpace(String namespace) {
        byte[] secret = new byte[KeySpace.SECRET_BYTES];
        new SecureRandom().nextBytes(secret);
        return KeySpace.keyed(namespace, secret);
    }
}
