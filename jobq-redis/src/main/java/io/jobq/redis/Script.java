package io.jobq.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The Lua scripts: one file each, those that work on a queue behind what they share. */
enum Script {
    INSERT("insert", true),
    EXCHANGE("exchange", true),
    RENEW("renew", true),
    SWEEP("sweep", true),
    STATS("stats", true),
    FIND("find", true),
    LIST("list", true),
    ACT("act", true),
    ADOPT("adopt", true),
    PAUSE("pause", true),
    FEED("feed", true),
    RULE("rule", true),
    RULES("rules", true),
    NOW("now", true),
    REGISTRY_PUT("registry_put", false),
    REGISTRY_LIST("registry_list", false),
    IDEMPOTENCY_BEGIN("idempotency_begin", false),
    IDEMPOTENCY_COMPLETE("idempotency_complete", false),
    IDEMPOTENCY_ABANDON("idempotency_abandon", false);

    private final String text;
    private final String sha;

    Script(String name, boolean ofQueue) {
        String own = read(name);
        this.text = ofQueue ? read("common") + read("fair") + read("limits") + own : own;
        this.sha = sha1(text);
    }

    private static String read(String name) {
        try (InputStream in = Script.class.getResourceAsStream(name + ".lua")) {
            if (in == null) {
                throw new IllegalStateException(name + ".lua is missing beside " + Script.class.getName());
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String sha1(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-1").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-1", e);
        }
    }

    String text() {
        return text;
    }

    /** The name under which Redis keeps it once it has seen the text. */
    String sha() {
        return sha;
    }
}
