package io.jobq;

import java.util.List;

/**
 * Whether this system works, for a health endpoint.
 *
 * @param up whether nothing is wrong
 * @param problems what is wrong, one sentence each; empty when up
 * @param workers the workers of this system
 */
public record Health(boolean up, List<String> problems, List<WorkerInfo> workers) {}
