package io.jobq.spi;

import org.jspecify.annotations.Nullable;

/**
 * How far a bulk action has come.
 *
 * @param count jobs changed by this call
 * @param next where to go on; null when all matching jobs are done
 */
public record Applied(int count, @Nullable String next) {}
