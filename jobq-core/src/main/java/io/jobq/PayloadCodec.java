package io.jobq;

import java.lang.reflect.Type;
import org.jspecify.annotations.Nullable;

/**
 * Turns payloads and results into bytes and back. Implementations are thread-safe, and must never let the data choose
 * the class that is instantiated: the type always comes from the registered handler. A codec may go around another, as
 * those of {@link io.jobq.codec} do.
 */
public interface PayloadCodec {
    /**
     * Encodes a value; null encodes as the codec's "nothing".
     *
     * @throws JobQException if the value can't be encoded
     */
    byte[] encode(@Nullable Object value);

    /**
     * Decodes as a type.
     *
     * @return null for "nothing"
     * @throws JobQException if the data is not a value of the type
     */
    @Nullable
    Object decode(byte[] data, Type type);
}
