package io.github.dedupkit.testkit;

import io.github.dedupkit.Claim;
import io.github.dedupkit.ClaimRequest;
import io.github.dedupkit.ClaimRequest.Intent;
import io.github.dedupkit.ClaimRequest.OwnerGone;
import io.github.dedupkit.DedupKey;
import io.github.dedupkit.IdempotencyStore;
import io.github.dedupkit.Lease;
import io.github.dedupkit.Outcome;
import io.github.dedupkit.testkit.ClaimStep.Call;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The table of {@link IdempotencyStore} written a second time, to judge the answers of a store. It shares no code with the
 * stores, counts time from 0, and takes fences as they come if they rise.
 *
 * <p>A store that cannot tell how long it was down may count what is left of a retention anew when it is opened: until then the
 * record may be there or not, and the next answer tells.
 */
final class ClaimModel {
    private final Map<DedupKey, Entry> entries = new HashMap<>();
    private final Map<DedupKey, Long> fences = new HashMap<>();
    private final ClaimCounts counts = new ClaimCounts();
    private long now;

    /** What is known of a key that is not ABSENT. */
    private static final class Entry {
        private final DedupKey fingerprint;
        private UUID owner;
        private long fence;
        private int attempt;
        private OwnerGone ownerGone;
        private long leaseEnd;
        private long claimKept;
        private boolean parked;
        private long parkedAt;
        private @Nullable Outcome outcome;
        private long outcomeEnd;
        private long openedAt = Long.MIN_VALUE;

        Entry(ClaimRequest request, long fence, int attempt, long now) {
            fingerprint = request.fingerprint();
            owner = request.owner();
            ownerGone = request.ownerGone();
            own(request, fence, attempt, now);
        }

        /** Becomes the claim of a request. */
        void own(ClaimRequest request, long newFence, int newAttempt, long now) {
            owner = request.owner();
            ownerGone = request.ownerGone();
            fence = newFence;
            attempt = newAttempt;
            leaseEnd = now + request.lease().toNanos();
            claimKept = request.retention().toNanos();
            parked = false;
            openedAt = Long.MIN_VALUE;
        }

        boolean runs(long now) {
            return outcome == null && !parked && now < leaseEnd;
        }

        /** When the record may be gone, or never. */
        long end() {
            if (outcome != null) {
                return outcomeEnd;
            }
            return parked || ownerGone == OwnerGone.PARK ? Long.MAX_VALUE : leaseEnd + claimKept;
        }

        /** When it must be gone. */
        long latestEnd(long kept) {
            return end() == Long.MAX_VALUE || openedAt == Long.MIN_VALUE ? end() : Math.max(end(), openedAt + kept);
        }
    }

    ClaimCounts counts() {
        return counts;
    }

    void pass(Duration time) {
        now += time.toNanos();
    }

    /** Another life of the store begins; in a store of one process, the owners of the last one are gone. */
    void reopened(boolean ownersAreGone) {
        for (Entry entry : entries.values()) {
            entry.openedAt = now;
            if (ownersAreGone && entry.runs(now)) {
                entry.leaseEnd = now;
            }
        }
    }

    /** The moments ahead at which something ends by itself, as times from now. */
    List<Duration> borders() {
        List<Duration> borders = new ArrayList<>();
        for (Entry entry : entries.values()) {
            if (entry.runs(now)) {
                borders.add(Duration.ofNanos(entry.leaseEnd - now));
            }
            if (entry.end() != Long.MAX_VALUE && entry.end() > now) {
                borders.add(Duration.ofNanos(entry.end() - now));
            }
        }
        return borders;
    }

    /** Judges the answer to a claim. */
    @Nullable
    String claimed(ClaimRequest request, Claim answer, long wallMicros) {
        Entry entry = find(request.key());
        if (entry != null && mayBeOver(entry) && isNew(answer, entry)) {
            entries.remove(request.key());
            entry = null;
        }
        counts.enter(answer, false);
        String violation;
        if (entry == null) {
            violation = grant(request, answer, null, 1, wallMicros);
        } else if (!entry.fingerprint.equals(request.fingerprint())) {
            violation = expect("FingerprintMismatch", answer);
        } else if (entry.outcome != null) {
            violation = expect(IdempotencyContractSupport.completed(entry.outcome), answer);
        } else if (!entry.parked && entry.owner.equals(request.owner())) {
            violation = grantAgain(request, answer, entry);
        } else if (entry.runs(now)) {
            violation = expect("InProgress for " + Duration.ofNanos(entry.leaseEnd - now), answer);
        } else if ((!entry.parked && entry.ownerGone == OwnerGone.RETRY) || request.intent() == Intent.RESOLVE) {
            counts.takenOver++;
            violation = grant(request, answer, entry, entry.attempt + 1, wallMicros);
        } else {
            if (!entry.parked) {
                entry.parked = true;
                entry.parkedAt = entry.leaseEnd;
            }
            violation = expect("Parked for " + Duration.ofNanos(now - entry.parkedAt), answer);
        }
        return violation;
    }

    private static boolean isNew(Claim answer, Entry entry) {
        return answer instanceof Claim.Granted granted
                && granted.lease().attempt() == 1
                && granted.lease().fence() != entry.fence;
    }

    private @Nullable String grant(
            ClaimRequest request, Claim answer, @Nullable Entry entry, int attempt, long wallMicros) {
        String violation = expect("Granted, attempt " + attempt, answer);
        if (violation != null) {
            return violation;
        }
        Lease lease = ((Claim.Granted) answer).lease();
        long last = fences.getOrDefault(request.key(), Long.MIN_VALUE);
        if (lease.fence() <= last) {
            return "rule 8: fence " + lease.fence() + " after fence " + last;
        }
        if (lease.fence() < wallMicros) {
            return "rule 8: fence " + lease.fence() + " is behind the wall clock, " + wallMicros;
        }
        fences.put(request.key(), lease.fence());
        if (entry == null) {
            entries.put(request.key(), new Entry(request, lease.fence(), attempt, now));
        } else {
            entry.own(request, lease.fence(), attempt, now);
        }
        return null;
    }

    private @Nullable String grantAgain(ClaimRequest request, Claim answer, Entry entry) {
        String violation = expect("Granted, attempt " + entry.attempt, answer);
        if (violation != null) {
            return violation;
        }
        long fence = ((Claim.Granted) answer).lease().fence();
        if (fence != entry.fence) {
            return "rule 8: claimed again with the own token: fence " + fence + " instead of " + entry.fence;
        }
        entry.own(request, fence, entry.attempt, now);
        return null;
    }

    private static @Nullable String expect(String expected, Claim answer) {
        String words = IdempotencyContractSupport.describe(answer);
        return words.equals(expected) ? null : "rule 8: told " + words + " instead of " + expected;
    }

    /** Judges whether a call with a lease was accepted, as {@code complete} with an outcome, or refused. */
    @Nullable
    String shown(Call call, Lease lease, Outcome outcome, Duration retention, boolean accepted) {
        counts.leasesLost += accepted ? 0 : 1;
        Entry entry = find(lease.key());
        boolean owns = entry != null && entry.fence == lease.fence() && entry.owner.equals(lease.owner());
        if (entry != null && owns && accepts(entry, call)) {
            if (accepted) {
                apply(entry, call, lease, outcome, retention);
                return null;
            }
            if (mayBeOver(entry)) {
                entries.remove(lease.key());
                return null;
            }
            return "rule 8: " + call + " was refused to the owner";
        }
        return accepted ? "rule 8: " + call + " with a lease that is not the owner's changed something" : null;
    }

    private static boolean accepts(Entry entry, Call call) {
        return switch (call) {
            case COMPLETE -> true;
            case RENEW -> entry.outcome == null && !entry.parked;
            case RELEASE, PARK -> entry.outcome == null;
        };
    }

    private void apply(Entry entry, Call call, Lease lease, Outcome outcome, Duration retention) {
        switch (call) {
            case COMPLETE -> {
                if (entry.outcome == null) {
                    entry.outcome = outcome;
                    entry.outcomeEnd = now + retention.toNanos();
                    entry.claimKept = retention.toNanos();
                    entry.openedAt = Long.MIN_VALUE;
                }
            }
            case RENEW -> {
                entry.leaseEnd = now + lease.duration().toNanos();
                entry.openedAt = Long.MIN_VALUE;
            }
            case RELEASE -> entries.remove(lease.key());
            case PARK -> {
                if (!entry.parked) {
                    entry.parked = true;
                    entry.parkedAt = now;
                }
            }
        }
    }

    private @Nullable Entry find(DedupKey key) {
        Entry entry = entries.get(key);
        if (entry != null && now >= entry.latestEnd(entry.claimKept)) {
            entries.remove(key);
            return null;
        }
        return entry;
    }

    private boolean mayBeOver(Entry entry) {
        return now >= entry.end();
    }
}
