package io.jobq.spi;

import io.jobq.JobSnapshot;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Part of a list.
 *
 * @param jobs what matched, at most the limit asked for
 * @param next where to go on; null when there is no more
 */
public record Page(List<JobSnapshot> jobs, @Nullable String next) {}
