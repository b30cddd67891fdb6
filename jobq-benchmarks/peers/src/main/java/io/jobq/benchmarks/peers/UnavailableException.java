package io.jobq.benchmarks.peers;

/** Something can't be measured here; the reason stands in the table. */
final class UnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String reason;

    UnavailableException(String reason) {
        super(reason);
        this.reason = reason;
    }

    String reason() {
        return reason;
    }
}
