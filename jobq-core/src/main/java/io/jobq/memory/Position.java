package io.jobq.memory;

/** A point in a line: the keys of an entry that stands, or stood, there. Entries are compared by it. */
class Position implements Comparable<Position> {
    long major;
    long minor;

    Position(long major, long minor) {
        this.major = major;
        this.minor = minor;
    }

    /** Before all entries. */
    static Position start() {
        return new Position(Long.MIN_VALUE, Long.MIN_VALUE);
    }

    @Override
    public final int compareTo(Position other) {
        int byMajor = Long.compare(major, other.major);
        return byMajor != 0 ? byMajor : Long.compare(minor, other.minor);
    }
}
