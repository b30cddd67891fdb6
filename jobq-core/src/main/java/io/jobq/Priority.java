package io.jobq;

/**
 * Which of a queue's lines a job stands in; lines with a lower level are served first. Levels between the named ones
 * are free for use: {@code new Priority(2)} is served after {@link #CRITICAL} and before {@link #HIGH}.
 *
 * @param level 0 (first) to 9 (last)
 */
public record Priority(int level) implements Comparable<Priority> {
    /** Level 1: before everything usual. */
    public static final Priority CRITICAL = new Priority(1);
    /** Level 3. */
    public static final Priority HIGH = new Priority(3);
    /** Level 5: the default. */
    public static final Priority NORMAL = new Priority(5);
    /** Level 7: whatever can wait. */
    public static final Priority LOW = new Priority(7);

    /** How many levels there are. */
    public static final int LEVELS = 10;

    /** Rejects levels out of range. */
    public Priority {
        if (level < 0 || level >= LEVELS) {
            throw new IllegalArgumentException("priority level must be 0 to 9, but is " + level);
        }
    }

    @Override
    public int compareTo(Priority other) {
        return Integer.compare(level, other.level);
    }
}
