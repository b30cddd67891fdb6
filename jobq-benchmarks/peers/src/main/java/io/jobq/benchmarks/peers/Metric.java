package io.jobq.benchmarks.peers;

/**
 * A row of the table.
 *
 * @param label what it is, with its unit
 * @param figure the name under which a trial reports it
 */
record Metric(String label, String figure, Better better) {
    /** What is better, if the rows may be compared at all. */
    enum Better {
        MORE,
        LESS,
        NEITHER
    }

    static Metric more(String label, String figure) {
        return new Metric(label, figure, Better.MORE);
    }

    static Metric less(String label, String figure) {
        return new Metric(label, figure, Better.LESS);
    }

    static Metric neither(String label, String figure) {
        return new Metric(label, figure, Better.NEITHER);
    }

    /** How many times better ours is than theirs; NaN if that can't be said. */
    double ratio(double ours, double theirs) {
        if (better == Better.NEITHER || ours <= 0 || theirs <= 0) {
            return Double.NaN;
        }
        return better == Better.MORE ? ours / theirs : theirs / ours;
    }
}
