package io.jobq.examples;

/** The bank said no, and will say no again: trying the same payment once more is of no use. */
public final class CardDeclinedException extends Exception {
    private static final long serialVersionUID = 1L;

    /** With the bank's reason. */
    public CardDeclinedException(String message) {
        super(message);
    }
}
