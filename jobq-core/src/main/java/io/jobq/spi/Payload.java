package io.jobq.spi;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * An encoded input or result. The array is shared, not copied: nobody changes it.
 *
 * @param version which shape of the type's payload this is, 1-based; 1 for results
 * @param data what the codec wrote
 */
@SuppressWarnings("ArrayRecordComponent") // compared by content below, and copying would cost on the hot path
public record Payload(int version, byte[] data) {
    @Override
    public boolean equals(Object other) {
        return other instanceof Payload that && version == that.version && Arrays.equals(data, that.data);
    }

    @Override
    public int hashCode() {
        return 31 * version + Arrays.hashCode(data);
    }

    /** The data as text, readable with the default JSON codec. */
    @Override
    public String toString() {
        return new String(data, StandardCharsets.UTF_8);
    }
}
