package io.jobq.codec;

import io.jobq.PayloadCodec;
import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.ProviderException;
import java.security.SecureRandom;
import java.util.Objects;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import org.jspecify.annotations.Nullable;

/**
 * Encrypts what another codec writes, by AES-256-GCM, and refuses to read what was changed since. Safe for use by many
 * threads if the other codec is.
 *
 * <p><b>Encrypted</b> are payloads and results. <b>Not encrypted</b> are everything else about a job: type, queue, tenant,
 * headers, unique and idempotency key, times, progress and log lines, the reasons of outcomes, and messages and stack
 * traces of errors. So a handler must not put secrets there. The size of the data shows too; with a {@link
 * CompressingCodec} inside, it tells something of the content to who can choose a part of it and watch the storage.
 *
 * <p><b>Authenticated</b> are the data, the version of its form, and the id of its key. Not authenticated is where it
 * belongs: who can write to the storage can exchange the encrypted payloads and results of two jobs, or bring old ones back.
 *
 * <p><b>Limit:</b> each encoding takes a random nonce of 96 bits. With such nonces a key may encrypt at most 2<sup>32</sup>
 * times, in all processes together (<a href="https://doi.org/10.6028/NIST.SP.800-38D">NIST SP 800-38D</a>, section 8.3);
 * nobody counts here, so rotate in time. A job takes one for its payload, one for its result, and one for each attempt that
 * reads an older version through upcasters.
 *
 * <p>Errors never quote data or keys. For that, the message and cause of an error of the other codec are left out as well,
 * since JobQ stores them in clear text; its class and stack trace stay.
 *
 * <p>Encrypted data is the marker {@code 8A 4A 51 45}, version 1, the length of the key id and the id, 12 bytes of nonce,
 * and what GCM made of the other codec's bytes, 16 bytes longer than those: 34 bytes and the id in all.
 */
public final class EncryptingCodec implements PayloadCodec {
    private static final int MARKER = 0x8A4A5145; // 8A "JQE"
    private static final byte VERSION = 1;
    private static final int BEFORE_ID = Integer.BYTES + 2;
    private static final int NONCE = 12;
    private static final int TAG = 16;

    private final PayloadCodec codec;
    private final EncryptionKeys keys;
    private final boolean plaintextAccepted;
    private final SecureRandom random = new SecureRandom();

    /**
     * Reads encrypted data only.
     *
     * @param codec writes and reads what is encrypted here
     * @param keys one to encrypt, all to decrypt
     */
    public EncryptingCodec(PayloadCodec codec, EncryptionKeys keys) {
        this(codec, keys, false);
    }

    private EncryptingCodec(PayloadCodec codec, EncryptionKeys keys, boolean plaintextAccepted) {
        this.codec = Objects.requireNonNull(codec, "codec");
        this.keys = Objects.requireNonNull(keys, "keys");
        this.plaintextAccepted = plaintextAccepted;
    }

    /**
     * This codec, but it also reads what was written before encryption was switched on. It still encrypts whatever it
     * writes. While it is used, who can write to the storage can pass off any data; so use it until old jobs are gone.
     */
    public EncryptingCodec acceptingPlaintext() {
        return new EncryptingCodec(codec, keys, true);
    }

    /**
     * Encodes by the other codec and encrypts with the current key. Null is encrypted like any value. Encoding the same
     * value twice gives different bytes.
     *
     * @throws io.jobq.JobQException if the other codec can't encode, or the key can't be used
     */
    @Override
    public byte[] encode(@Nullable Object value) {
        return encrypt(encoded(value));
    }

    private byte[] encoded(@Nullable Object value) {
        try {
            return codec.encode(value);
        } catch (RuntimeException wrong) {
            String what = value == null ? "null" : value.getClass().getName();
            throw concealed("can't write " + what, wrong);
        }
    }

    /**
     * Decrypts with the key that the data names, and decodes by the other codec.
     *
     * @throws io.jobq.JobQException if the data is not encrypted, unless that is accepted; if its key is unknown; if it was
     *     changed or encrypted with another key of that id; or if the other codec can't decode it
     */
    @Override
    public @Nullable Object decode(byte[] data, Type type) {
        byte[] plain = isMarked(data) ? decrypt(data) : plaintext(data);
        try {
            return codec.decode(plain, type);
        } catch (RuntimeException wrong) {
            throw concealed("can't read data as " + type.getTypeName(), wrong);
        }
    }

    private static EnvelopeException concealed(String what, RuntimeException wrong) {
        if (wrong instanceof EnvelopeException quotesNothing) {
            return quotesNothing;
        }
        Throwable cause = wrong.getCause() == null ? wrong : wrong.getCause();
        EnvelopeException concealed = new EnvelopeException(
                what + ": " + cause.getClass().getName() + ", whose message is left out because it may quote the data");
        concealed.setStackTrace(wrong.getStackTrace());
        return concealed;
    }

    private static boolean isMarked(byte[] data) {
        return data.length >= Integer.BYTES && ByteBuffer.wrap(data).getInt() == MARKER;
    }

    private byte[] plaintext(byte[] data) {
        if (plaintextAccepted) {
            return data;
        }
        throw new EnvelopeException(
                "data is not encrypted, but must be; if it was written before encryption was switched"
                        + " on, use EncryptingCodec.acceptingPlaintext() until such jobs are gone");
    }

    private byte[] encrypt(byte[] plain) {
        byte[] id = keys.current().getBytes(StandardCharsets.US_ASCII);
        byte[] nonce = new byte[NONCE];
        random.nextBytes(nonce);
        int header = BEFORE_ID + id.length;
        ByteBuffer out = ByteBuffer.allocate(header + NONCE + plain.length + TAG);
        out.putInt(MARKER).put(VERSION).put((byte) id.length).put(id).put(nonce);
        try {
            Cipher cipher = cipher(Cipher.ENCRYPT_MODE, key(keys.current()), out.array(), header);
            cipher.doFinal(ByteBuffer.wrap(plain), out);
            return out.array();
        } catch (GeneralSecurityException | ProviderException unusable) {
            throw new EnvelopeException("can't encrypt with key '" + keys.current() + "'", unusable);
        }
    }

    private byte[] decrypt(byte[] data) {
        int header = headerLength(data);
        String id = new String(data, BEFORE_ID, header - BEFORE_ID, StandardCharsets.US_ASCII);
        if (!EncryptionKeys.isId(id)) {
            throw new EnvelopeException("encrypted data is damaged: it names no key");
        }
        SecretKey key = key(id);
        try {
            int from = header + NONCE;
            return cipher(Cipher.DECRYPT_MODE, key, data, header).doFinal(data, from, data.length - from);
        } catch (AEADBadTagException notAuthentic) {
            throw new EnvelopeException(
                    "data does not decrypt with key '" + id
                            + "': it was changed, or encrypted with another key of that id",
                    notAuthentic);
        } catch (GeneralSecurityException | ProviderException unusable) {
            throw new EnvelopeException("can't decrypt with key '" + id + "'", unusable);
        }
    }

    private static int headerLength(byte[] data) {
        if (data.length > Integer.BYTES && data[Integer.BYTES] != VERSION) {
            throw new EnvelopeException("encrypted data is of form " + data[Integer.BYTES]
                    + ", but this version of JobQ knows form " + VERSION + " only");
        }
        int header = data.length < BEFORE_ID ? BEFORE_ID : BEFORE_ID + (data[BEFORE_ID - 1] & 0xFF);
        if (data.length < header + NONCE + TAG) {
            throw new EnvelopeException("encrypted data is damaged: it ends too early");
        }
        return header;
    }

    private SecretKey key(String id) {
        SecretKey key = keys.keys().get(id);
        if (key == null) {
            throw new EnvelopeException("data is encrypted with key '" + id + "', which is not among " + keys
                    + "; add it, then replay the job if it is a dead letter");
        }
        return key;
    }

    /** For data that begins with a header, which is authenticated, and a nonce. */
    private static Cipher cipher(int mode, SecretKey key, byte[] data, int header) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key, new GCMParameterSpec(TAG * 8, data, header, NONCE));
        cipher.updateAAD(data, 0, header);
        return cipher;
    }
}
