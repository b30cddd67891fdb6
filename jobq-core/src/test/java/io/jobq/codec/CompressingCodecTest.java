package io.jobq.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jobq.JacksonCodec;
import io.jobq.JobQException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.Test;

class CompressingCodecTest {
    private static final byte[] MARKER = {(byte) 0x8A, 'J', 'Q', 'Z'};

    private final JacksonCodec json = new JacksonCodec();
    private final CompressingCodec codec = new CompressingCodec(json, 100);

    @Test
    void roundTripsAnyBytesAtAnyThreshold() {
        for (int threshold : new int[] {0, 1, 1_000, Integer.MAX_VALUE}) {
            CompressingCodec raw = new CompressingCodec(RandomBytes.AS_THEY_ARE, threshold, 2 << 20);
            RandomBytes.forMany(250, MARKER, data -> {
                byte[] stored = raw.encode(data);
                assertThat((byte[]) raw.decode(stored, byte[].class)).isEqualTo(data);
                assertThat(stored.length).isLessThanOrEqualTo(data.length + 9);
            });
        }
    }

    @Test
    void staysJsonBelowTheThresholdAndWhereNothingIsGained() {
        assertThat(codec.encode("x".repeat(97))).isEqualTo(json.encode("x".repeat(97)));
        assertThat(codec.encode("x".repeat(98))).startsWith(MARKER).hasSizeLessThan(40);
        byte[] noise = new byte[1_000];
        new Random(7).nextBytes(noise);
        assertThat(new CompressingCodec(RandomBytes.AS_THEY_ARE, 0).encode(noise))
                .isEqualTo(noise);
    }

    @Test
    void readsTheseVeryBytes() {
        byte[] stored = HexFormat.of().parseHex("8a4a515a" + "01" + "00000008" + "789c53aa000325000de20315");
        assertThat(codec.decode(stored, String.class)).isEqualTo("xxxxxx");
    }

    @Test
    void readsWhatWasWrittenBeforeAndWhatOthersCompress() {
        String text = "ada ".repeat(100);
        CompressingCodec never = new CompressingCodec(json, Integer.MAX_VALUE);
        assertThat(codec.decode(json.encode(text), String.class)).isEqualTo(text);
        assertThat(never.encode(text)).isEqualTo(json.encode(text));
        assertThat(never.decode(codec.encode(text), String.class)).isEqualTo(text);
    }

    @Test
    void nullsAreThoseOfTheCodecInside() {
        assertThat(codec.decode(codec.encode(null), String.class)).isNull();
        assertThatThrownBy(() -> new CompressingCodec(null, 1)).hasMessage("codec");
        assertThatThrownBy(() -> codec.decode(null, String.class)).isInstanceOf(NullPointerException.class);
    }

    @Test
    void numbersOutOfRangeAreRefused() {
        assertThatThrownBy(() -> new CompressingCodec(json, -1)).hasMessageContaining("thresholdBytes");
        assertThatThrownBy(() -> new CompressingCodec(json, 1, 0)).hasMessageContaining("maxDecodedBytes");
        assertThatThrownBy(() -> new CompressingCodec(json, 1, (1 << 30) + 1)).hasMessageContaining("maxDecodedBytes");
    }

    @Test
    void aBombIsRefusedWhateverItSaysOfItself() throws IOException {
        byte[] honest = packed(new byte[64 << 20]);
        assertThat(honest).hasSizeLessThan(100_000);
        assertRefused(honest, "67108864 bytes before compression", "at most 16777216", "maxDecodedBytes");
        byte[] liar = honest.clone();
        ByteBuffer.wrap(liar).putInt(5, 10);
        assertRefused(liar, "does not have the 10 bytes");
        ByteBuffer.wrap(liar).putInt(5, -1);
        assertRefused(liar, "4294967295 bytes");
    }

    @Test
    void isNotWrittenWhereItCouldNotBeRead() {
        CompressingCodec small = new CompressingCodec(json, 100, 1_000);
        String fits = "x".repeat(998);
        assertThat(small.decode(small.encode(fits), String.class)).isEqualTo(fits);
        assertThatThrownBy(() -> small.encode(fits + "x"))
                .isInstanceOf(JobQException.class)
                .hasMessageContaining("1001 bytes")
                .hasMessageContaining("at most 1000");
    }

    @Test
    void damageIsNoticedOrHarmlessAtEveryByte() {
        String text = "ada and bob ".repeat(20);
        byte[] stored = codec.encode(text);
        for (int at = MARKER.length; at < stored.length; at++) {
            for (int bit = 0; bit < 8; bit++) {
                byte[] damaged = stored.clone();
                damaged[at] ^= (byte) (1 << bit);
                assertSameOrRefused(damaged, text);
            }
        }
        for (int length = 0; length < stored.length; length++) {
            assertRefused(Arrays.copyOf(stored, length), "");
        }
        assertRefused(Arrays.copyOf(stored, stored.length + 1), "damaged");
    }

    @Test
    void worksFromManyThreads() {
        List<Integer> sizes = new Random(7).ints(2_000, 0, 5_000).boxed().toList();
        assertThat(sizes.parallelStream().allMatch(size -> {
                    Map<String, Object> value = Map.of("text", "x".repeat(size), "size", size);
                    return value.equals(codec.decode(codec.encode(value), Map.class));
                }))
                .isTrue();
    }

    /** Some bits between the end of the stream and its checksum mean nothing. */
    private void assertSameOrRefused(byte[] damaged, String text) {
        try {
            assertThat(codec.decode(damaged, String.class)).isEqualTo(text);
        } catch (JobQException noticed) {
            assertThat(noticed).hasMessageNotContaining("bob");
        }
    }

    private void assertRefused(byte[] stored, String... parts) {
        assertThatThrownBy(() -> codec.decode(stored, String.class))
                .isInstanceOf(JobQException.class)
                .hasMessageContainingAll(parts);
    }

    private static byte[] packed(byte[] data) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(MARKER);
        out.writeBytes(ByteBuffer.allocate(5).put((byte) 1).putInt(data.length).array());
        try (DeflaterOutputStream deflater = new DeflaterOutputStream(out)) {
            deflater.write(data);
        } catch (IOException impossible) {
            throw new AssertionError(impossible);
        }
        return out.toByteArray();
    }
}
