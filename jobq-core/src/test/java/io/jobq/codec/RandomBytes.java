package io.jobq.codec;

import io.jobq.PayloadCodec;
import java.lang.reflect.Type;
import java.util.Random;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Data of all sizes and kinds for codecs, and a codec that leaves bytes as they are. */
final class RandomBytes {
    /** Bytes are their own encoding. */
    static final PayloadCodec AS_THEY_ARE = new PayloadCodec() {
        @Override
        public byte[] encode(@Nullable Object value) {
            return (byte[]) value;
        }

        @Override
        public @Nullable Object decode(byte[] data, Type type) {
            return data;
        }
    };

    private static final int[] ALPHABETS = {1, 2, 16, 256};

    private RandomBytes() {}

    /** Calls the check with data of 0 to 1 MiB, mostly small; {@code -Djobq.seed} repeats a run. */
    static void forMany(int times, byte[] marker, Consumer<byte[]> check) {
        long seed = Long.getLong("jobq.seed", System.nanoTime());
        Random random = new Random(seed);
        for (int i = 0; i < times; i++) {
            byte[] data = next(random, marker);
            try {
                check.accept(data);
            } catch (RuntimeException | AssertionError wrong) {
                throw new AssertionError(
                        "case " + i + " of " + data.length + " bytes; repeat with -Djobq.seed=" + seed, wrong);
            }
        }
    }

    private static byte[] next(Random random, byte[] marker) {
        byte[] data = new byte[(int) (Math.pow(2, random.nextDouble() * 20) - 1 + random.nextInt(2))];
        int alphabet = ALPHABETS[random.nextInt(ALPHABETS.length)];
        for (int i = 0; i < data.length; i++) {
            data[i] = (byte) random.nextInt(alphabet);
        }
        if (random.nextInt(4) == 0) { // looks as if it were wrapped, or nearly
            System.arraycopy(marker, 0, data, 0, Math.min(data.length, marker.length));
        }
        return data;
    }
}
