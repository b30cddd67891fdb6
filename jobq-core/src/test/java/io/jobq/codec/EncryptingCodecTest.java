package io.jobq.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jobq.JacksonCodec;
import io.jobq.JobQException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

class EncryptingCodecTest {
    record Card(String number, int cents) {}

    private static final byte[] MARKER = {(byte) 0x8A, 'J', 'Q', 'E'};
    private static final Card CARD = new Card("4111-1111", 100);

    private final JacksonCodec json = new JacksonCodec();
    private final EncryptingCodec codec = codec("a", "a");

    private static SecretKey key(String id) {
        byte[] bytes = new byte[32];
        Arrays.fill(bytes, (byte) id.hashCode());
        return new SecretKeySpec(bytes, "AES");
    }

    private EncryptingCodec codec(String current, String... ids) {
        Map<String, SecretKey> keys = new TreeMap<>();
        for (String id : ids) {
            keys.put(id, key(id));
        }
        return new EncryptingCodec(json, new EncryptionKeys(current, keys));
    }

    private static void assertRefused(EncryptingCodec codec, byte[] stored, String... parts) {
        assertThatThrownBy(() -> codec.decode(stored, Card.class))
                .isInstanceOf(JobQException.class)
                .hasMessageContainingAll(parts)
                .satisfies(EncryptingCodecTest::quotesNothing);
    }

    private static void quotesNothing(Throwable error) {
        StringWriter all = new StringWriter();
        error.printStackTrace(new PrintWriter(all));
        assertThat(all.toString()).doesNotContain("4111").doesNotContain(hex(key("a")));
    }

    private static String hex(SecretKey key) {
        return HexFormat.of().formatHex(key.getEncoded());
    }

    @Test
    void roundTripsAnyBytesAloneAndAroundCompression() {
        EncryptionKeys keys = new EncryptionKeys("a", Map.of("a", key("a")));
        EncryptingCodec raw = new EncryptingCodec(RandomBytes.AS_THEY_ARE, keys);
        EncryptingCodec both = new EncryptingCodec(new CompressingCodec(RandomBytes.AS_THEY_ARE, 100, 2 << 20), keys);
        RandomBytes.forMany(500, MARKER, data -> {
            byte[] stored = raw.encode(data);
            assertThat(stored).startsWith(MARKER).hasSize(data.length + 34 + 1);
            assertThat((byte[]) raw.decode(stored, byte[].class)).isEqualTo(data);
            assertThat((byte[]) both.decode(both.encode(data), byte[].class)).isEqualTo(data);
        });
    }

    /** Test case 14 of the GCM specification, zeros encrypted with zeros, but for the tag; that was computed by OpenSSL. */
    @Test
    void readsTheseVeryBytes() {
        EncryptionKeys zero = new EncryptionKeys("0", Map.of("0", new SecretKeySpec(new byte[32], "AES")));
        EncryptingCodec raw = new EncryptingCodec(RandomBytes.AS_THEY_ARE, zero);
        byte[] stored = HexFormat.of()
                .parseHex("8a4a5145" + "01" + "01" + "30" + "00".repeat(12) + "cea7403d4d606b6e074ec5d3baf39d18"
                        + "48173b2c21bbca41a640584e79688d43");
        assertThat((byte[]) raw.decode(stored, byte[].class)).isEqualTo(new byte[16]);
    }

    @Test
    void showsNothingAndNeverTheSameTwice() {
        Set<String> stored = IntStream.range(0, 1_000)
                .mapToObj(i -> new String(codec.encode(CARD), StandardCharsets.ISO_8859_1))
                .collect(Collectors.toSet());
        assertThat(stored).hasSize(1_000).noneMatch(each -> each.contains("4111") || each.contains("cents"));
    }

    @Test
    void tamperingIsNoticedAtEveryByte() {
        byte[] stored = codec("a", "a", "b").encode(CARD);
        for (int at = 0; at < stored.length; at++) {
            for (int bit = 0; bit < 8; bit++) {
                byte[] changed = stored.clone();
                changed[at] ^= (byte) (1 << bit);
                assertRefused(codec("a", "a", "b"), changed, "data");
                assertRefused(codec("a", "a", "b").acceptingPlaintext(), changed, "data");
            }
        }
        for (int length = 0; length < stored.length; length++) {
            assertRefused(codec, Arrays.copyOf(stored, length), "data");
        }
        assertRefused(codec, Arrays.copyOf(stored, stored.length + 1), "it was changed");
    }

    @Test
    void theIdOfTheKeyIsAuthenticated() {
        EncryptionKeys twins = new EncryptionKeys("a", Map.of("a", key("a"), "b", key("a")));
        EncryptingCodec twin = new EncryptingCodec(json, twins);
        byte[] stored = twin.encode(CARD);
        stored[6] = 'b';
        assertRefused(twin, stored, "does not decrypt with key 'b'");
    }

    @Test
    void rotates() {
        byte[] old = codec("a", "a").encode(CARD);
        EncryptingCodec both = codec("b", "a", "b");
        byte[] young = both.encode(CARD);
        assertThat(both.decode(old, Card.class)).isEqualTo(CARD);
        assertThat(both.decode(young, Card.class)).isEqualTo(CARD);
        assertThat(codec("a", "a", "b").decode(young, Card.class)).isEqualTo(CARD);
        assertRefused(codec("b", "b"), old, "encrypted with key 'a'", "current=b", "replay");
    }

    @Test
    void aWrongKeyOfTheSameIdIsNoticed() {
        byte[] stored = new EncryptingCodec(json, new EncryptionKeys("a", Map.of("a", key("b")))).encode(CARD);
        assertRefused(codec, stored, "does not decrypt with key 'a'", "another key of that id");
    }

    @Test
    void formsOfLaterVersionsAreNamed() {
        byte[] stored = codec.encode(CARD);
        stored[4] = 2;
        assertRefused(codec, stored, "of form 2");
    }

    @Test
    void plaintextIsReadOnlyWhereThatIsAskedFor() {
        byte[] plain = json.encode(CARD);
        assertRefused(codec, plain, "not encrypted", "acceptingPlaintext()");
        EncryptingCodec migrating = codec.acceptingPlaintext();
        assertThat(migrating.decode(plain, Card.class)).isEqualTo(CARD);
        assertThat(migrating.decode(codec.encode(CARD), Card.class)).isEqualTo(CARD);
        assertThat(codec.decode(migrating.encode(CARD), Card.class)).isEqualTo(CARD);
    }

    @Test
    void errorsOfTheCodecInsideAreReducedToTheirClass() {
        byte[] text = codec.encode(Map.of("number", "1", "cents", "4111-secret"));
        assertRefused(codec, text, "can't read data as", "Card", "InvalidFormatException");
        Iterable<String> broken = () -> {
            throw new IllegalStateException("4111");
        };
        assertThatThrownBy(() -> json.encode(broken)).hasMessageContaining("4111");
        assertThatThrownBy(() -> codec.encode(broken))
                .isInstanceOf(JobQException.class)
                .hasMessageContaining("can't write io.jobq.codec.EncryptingCodecTest")
                .satisfies(EncryptingCodecTest::quotesNothing);
    }

    @Test
    void aBombInsideIsNamed() {
        EncryptionKeys keys = new EncryptionKeys("a", Map.of("a", key("a")));
        byte[] large = new EncryptingCodec(new CompressingCodec(json, 10), keys).encode("x".repeat(10_000));
        EncryptingCodec small = new EncryptingCodec(new CompressingCodec(json, 10, 1_000), keys);
        assertThatThrownBy(() -> small.decode(large, String.class)).hasMessageContaining("at most 1000");
    }

    @Test
    void nullsAreEncryptedOrRefused() {
        byte[] stored = codec.encode(null);
        assertThat(stored).startsWith(MARKER);
        assertThat(codec.decode(stored, Card.class)).isNull();
        assertThatThrownBy(() -> new EncryptingCodec(null, new EncryptionKeys("a", Map.of("a", key("a")))))
                .hasMessage("codec");
        assertThatThrownBy(() -> new EncryptingCodec(json, null)).hasMessage("keys");
        assertThatThrownBy(() -> codec.decode(null, Card.class)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> new EncryptionKeys(null, Map.of("a", key("a"))))
                .isInstanceOf(NullPointerException.class);
    }

    @Test
    void worksFromManyThreads() {
        EncryptingCodec both =
                new EncryptingCodec(new CompressingCodec(json, 100), new EncryptionKeys("a", Map.of("a", key("a"))));
        assertThat(IntStream.range(0, 5_000).parallel().allMatch(i -> {
                    Card card = new Card("x".repeat(i), i);
                    return card.equals(both.decode(both.encode(card), Card.class));
                }))
                .isTrue();
    }

    @Test
    void wrongKeysAreRefusedAndNoKeyIsEverShown() {
        SecretKey good = key("a");
        assertThatThrownBy(() -> new EncryptionKeys("b", Map.of("a", good)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[a]");
        assertThatThrownBy(() -> new EncryptionKeys("a", Map.of("a", new SecretKeySpec(new byte[16], "AES"))))
                .hasMessageContaining("256 bits, but has 128");
        assertThatThrownBy(() -> new EncryptionKeys("a", Map.of("a", new SecretKeySpec(new byte[32], "HmacSHA256"))))
                .hasMessageContaining("not an AES key");
        for (String id : new String[] {"", "ä", "a b", "x".repeat(65), hex(good) + "!"}) {
            assertThatThrownBy(() -> new EncryptionKeys(id, Map.of(id, good)))
                    .hasMessageContaining("1 to 64 characters")
                    .hasMessageNotContaining(hex(good));
        }
        assertThat(new EncryptionKeys("b", Map.of("a", good, "b", key("b"))))
                .hasToString("EncryptionKeys[current=b, ids=[a, b]]");
    }
}
