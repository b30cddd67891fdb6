package io.jobq.system;

import io.jobq.JobQException;
import java.util.List;

/**
 * A configuration that can't be used. It tells everything that is wrong at once; each problem names the file and line as far
 * as they are known, the key, the value, and what is allowed. Passwords in addresses are not shown.
 */
public final class InvalidConfigException extends JobQException {
    private static final long serialVersionUID = 1L;

    @SuppressWarnings("serial") // an immutable list of strings
    private final List<String> problems;

    InvalidConfigException(List<String> problems) {
        super(
                problems.size() == 1
                        ? problems.get(0)
                        : problems.size() + " problems in the configuration:\n  " + String.join("\n  ", problems));
        this.problems = List.copyOf(problems);
    }

    /** One sentence for each thing that is wrong, in the order of the file; never empty. */
    public List<String> problems() {
        return problems;
    }
}
