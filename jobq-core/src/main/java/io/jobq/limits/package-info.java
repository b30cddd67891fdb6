/** How much of what may run at once, how often it may start, and who shares with whom in which proportion. */
@NullMarked
package io.jobq.limits;

import org.jspecify.annotations.NullMarked;
