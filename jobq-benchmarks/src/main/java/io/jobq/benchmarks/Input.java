package io.jobq.benchmarks;

import io.jobq.JacksonCodec;

/**
 * The payload of every benchmark job.
 *
 * @param number carries a time where one is needed
 * @param text fills up to the size wanted
 */
public record Input(long number, String text) {
    /** Has as many digits as the numbers of the next nine billion jobs. */
    private static final long FIRST = 1_000_000_000L;

    /** Makes inputs whose JSON has a size. */
    static final class Maker {
        private final String text;

        /**
         * For one size.
         *
         * @throws UsageException if the size is too small for the record itself
         */
        Maker(int bytes) {
            int frame = new JacksonCodec().encode(new Input(FIRST, "")).length;
            if (bytes < frame) {
                throw new UsageException("option --payload must be at least " + frame + ", but is '" + bytes + "'");
            }
            this.text = "x".repeat(bytes - frame);
        }

        /** The input of the n-th job. */
        Input number(long n) {
            return new Input(FIRST + n, text);
        }

        /** An input that carries a time. */
        Input at(long time) {
            return new Input(time, text);
        }
    }
}
