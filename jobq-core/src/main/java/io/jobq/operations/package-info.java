/** The operator's hand on jobs, queues and workers: opt-in, over the operator's side of the storage and its registry. */
@NullMarked
package io.jobq.operations;

import org.jspecify.annotations.NullMarked;
