/** The dead letter queue: opt-in, over the operator's side of the storage. */
@NullMarked
package io.jobq.dlq;

import org.jspecify.annotations.NullMarked;
