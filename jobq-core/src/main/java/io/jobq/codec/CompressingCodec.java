package io.jobq.codec;

import io.jobq.PayloadCodec;
import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * Compresses what another codec writes, from a size on, if that makes it smaller; everything else is stored as the other
 * codec wrote it. Reads both, so also what was written before compression was switched on. Safe for use by many threads
 * if the other codec is.
 *
 * <p>Compressed data is a header of 9 bytes (the marker {@code 8A 4A 51 5A}, the method, the length before compression)
 * and a zlib stream (<a href="https://www.rfc-editor.org/rfc/rfc1950">RFC 1950</a>), whose checksum finds damage. Data of
 * the other codec that happens to begin with the marker is wrapped at any size, so that it is not mistaken; only such data
 * written before compression was switched on can't be read.
 *
 * <p>The system's {@code maxPayloadBytes} counts what is stored, so compressed bytes. The limit given here counts bytes
 * before compression, and guards workers from small data that would fill their memory.
 */
public final class CompressingCodec implements PayloadCodec {
    private static final int DEFAULT_MAX_DECODED = 16 << 20;
    private static final int LARGEST_MAX_DECODED = 1 << 30;
    private static final int MARKER = 0x8A4A515A; // 8A "JQZ"
    private static final int HEADER = Integer.BYTES + 1 + Integer.BYTES;
    private static final byte AS_IS = 0;
    private static final byte DEFLATED = 1;

    private final PayloadCodec codec;
    private final int thresholdBytes;
    private final int maxDecodedBytes;

    /**
     * With a limit of 16 MiB before compression.
     *
     * @param codec writes and reads what is compressed here
     * @param thresholdBytes smallest size to compress, 0 or more; below about 200 bytes there is little to gain. With
     *     {@link Integer#MAX_VALUE} nothing is compressed, but all is read: for the time until every reader has this codec
     */
    public CompressingCodec(PayloadCodec codec, int thresholdBytes) {
        this(codec, thresholdBytes, DEFAULT_MAX_DECODED);
    }

    /**
     * With a limit of your own.
     *
     * @param codec writes and reads what is compressed here
     * @param thresholdBytes smallest size to compress, 0 or more
     * @param maxDecodedBytes most bytes before compression, 1 to 1 GiB. More is neither compressed nor decompressed; each
     *     slot of a worker may need this much memory, and more for the objects made of it
     * @throws IllegalArgumentException if a number is out of range
     */
    public CompressingCodec(PayloadCodec codec, int thresholdBytes, int maxDecodedBytes) {
        if (thresholdBytes < 0) {
            throw new IllegalArgumentException("thresholdBytes must not be negative, but is " + thresholdBytes);
        }
        if (maxDecodedBytes < 1 || maxDecodedBytes > LARGEST_MAX_DECODED) {
            throw new IllegalArgumentException(
                    "maxDecodedBytes must be 1 to " + LARGEST_MAX_DECODED + ", but is " + maxDecodedBytes);
        }
        this.codec = Objects.requireNonNull(codec, "codec");
        this.thresholdBytes = thresholdBytes;
        this.maxDecodedBytes = maxDecodedBytes;
    }

    /**
     * Encodes by the other codec, then compresses if that pays; null as the other codec does.
     *
     * @throws io.jobq.JobQException if the other codec can't encode, or if there is more to compress than the limit
     */
    @Override
    public byte[] encode(@Nullable Object value) {
        byte[] data = codec.encode(value);
        boolean marked = isMarked(data);
        if (data.length < thresholdBytes && !marked) {
            return data;
        }
        if (data.length > maxDecodedBytes) {
            throw tooLarge(data.length);
        }
        byte[] smaller = deflate(data);
        if (smaller != null) {
            return smaller;
        }
        return marked ? wrap(data) : data;
    }

    /**
     * Decompresses what is compressed, then decodes by the other codec.
     *
     * @throws io.jobq.JobQException if the data is damaged, is larger than the limit, or the other codec can't decode it
     */
    @Override
    public @Nullable Object decode(byte[] data, Type type) {
        return codec.decode(isMarked(data) ? unwrap(data) : data, type);
    }

    private static boolean isMarked(byte[] data) {
        return data.length >= Integer.BYTES && ByteBuffer.wrap(data).getInt() == MARKER;
    }

    private static byte @Nullable [] deflate(byte[] data) {
        if (data.length <= HEADER) {
            return null;
        }
        byte[] out = new byte[data.length - 1]; // what does not fit is not worth it
        Deflater deflater = new Deflater();
        try {
            deflater.setInput(data);
            deflater.finish();
            int size = deflater.deflate(out, HEADER, out.length - HEADER);
            if (!deflater.finished()) {
                return null;
            }
            putHeader(out, DEFLATED, data.length);
            return Arrays.copyOf(out, HEADER + size);
        } finally {
            deflater.end();
        }
    }

    private static byte[] wrap(byte[] data) {
        byte[] out = new byte[HEADER + data.length];
        putHeader(out, AS_IS, data.length);
        System.arraycopy(data, 0, out, HEADER, data.length);
        return out;
    }

    private static void putHeader(byte[] out, byte method, int length) {
        ByteBuffer.wrap(out).putInt(MARKER).put(method).putInt(length);
    }

    private byte[] unwrap(byte[] data) {
        if (data.length < HEADER) {
            throw new EnvelopeException("compressed data ends within its header");
        }
        byte method = data[Integer.BYTES];
        int length = ByteBuffer.wrap(data).getInt(Integer.BYTES + 1);
        if (length < 0 || length > maxDecodedBytes) {
            throw tooLarge(length);
        }
        return switch (method) {
            case AS_IS -> Arrays.copyOfRange(data, HEADER, data.length);
            case DEFLATED -> inflate(data, length);
            default ->
                throw new EnvelopeException(
                        "data is compressed by method " + method + ", which this version of JobQ does not know");
        };
    }

    private static byte[] inflate(byte[] data, int length) {
        Inflater inflater = new Inflater();
        try {
            inflater.setInput(data, HEADER, data.length - HEADER);
            byte[] out = new byte[length + 1]; // one more, to notice a stream that is longer than it says
            int size = inflater.inflate(out);
            if (size != length || !inflater.finished() || inflater.getRemaining() > 0) {
                throw new EnvelopeException("compressed data is damaged: it does not have the " + length
                        + " bytes that its header announces");
            }
            return Arrays.copyOf(out, length);
        } catch (DataFormatException damaged) {
            throw new EnvelopeException("compressed data is damaged: " + damaged.getMessage(), damaged);
        } finally {
            inflater.end();
        }
    }

    private EnvelopeException tooLarge(int length) {
        return new EnvelopeException("data has " + Integer.toUnsignedString(length)
                + " bytes before compression, but at most " + maxDecodedBytes
                + " are allowed; store large data elsewhere and pass a reference, or raise maxDecodedBytes of"
                + " CompressingCodec");
    }
}
