/**
 * Codecs around a codec: compression above a size, and encryption with keys that rotate. Compress first, since what is
 * encrypted can't be compressed any more:
 *
 * <pre>{@code
 * new EncryptingCodec(new CompressingCodec(new JacksonCodec(), 1_024), keys)
 * }</pre>
 *
 * <p>Stored data that was wrapped begins with the byte {@code 0x8A}, which no text in UTF-8 does. A worker without the
 * codec can't read it and makes its jobs dead letters, so whoever reads gets the codec before anyone writes with it.
 */
@NullMarked
package io.jobq.codec;

import org.jspecify.annotations.NullMarked;
