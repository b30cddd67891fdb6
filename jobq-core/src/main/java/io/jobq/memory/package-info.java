/** The in-memory storage: the embedded default, and the reference for every other. */
@NullMarked
package io.jobq.memory;

import org.jspecify.annotations.NullMarked;
