/** Jobs in Redis: one node, Sentinel or Cluster. Start at {@link io.jobq.redis.RedisStorage}. */
@NullMarked
package io.jobq.redis;

import org.jspecify.annotations.NullMarked;
