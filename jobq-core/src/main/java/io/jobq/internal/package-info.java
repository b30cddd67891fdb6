/**
 * The engine: what happens between an enqueue and a settle. Not API; only {@link io.jobq.JobQ} reaches in here.
 *
 * <p>A job takes five hops: {@link io.jobq.internal.Producer} → storage ┊ {@link io.jobq.internal.Fetcher} → {@link
 * io.jobq.internal.Slots} → {@link io.jobq.internal.JobExecutor} → {@link io.jobq.internal.Fetcher} → storage.
 */
@NullMarked
package io.jobq.internal;

import org.jspecify.annotations.NullMarked;
