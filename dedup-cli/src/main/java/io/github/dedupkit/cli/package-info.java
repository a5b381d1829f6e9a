/** The {@code dedup} command. Start at {@link io.github.dedupkit.cli.DedupMain}. */
@NullMarked
package io.github.dedupkit.cli;

import org.jspecify.annotations.NullMarked;
