package io.jobq.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.stream.Stream;

/** The Lua scripts: one file each, those that work on a queue behind what they share. */
enum Script {
    INSERT(ofQueue("places", "entries", "insert")),
    EXCHANGE(ofQueue("parked", "exchange")),
    RENEW(ofQueue("renew")),
    SWEEP(ofQueue("sweep")),
    STATS(ofQueue("stats")),
    FIND(ofQueue("find")),
    LIST(ofQueue("list")),
    ACT(ofQueue("places", "act")),
    ADOPT(ofQueue("adopt")),
    RIVAL(ofQueue("rival")),
    PAUSE(ofQueue("pause")),
    FEED(ofQueue("feed")),
    HOLDING(ofQueue("holding")),
    RULE(ofQueue("rule")),
    RULES(ofQueue("rules")),
    NOW(ofQueue("now")),
    LOOK(read("many") + read("look")),
    REGISTRY_PUT(read("entries") + read("registry_put")),
    REGISTRY_LIST(read("entries") + read("registry_list")),
    REGISTRY_FIND(read("entries") + read("registry_find")),
    REGISTRY_NOW(read("registry_now")),
    IDEMPOTENCY_BEGIN(read("idempotency_begin")),
    IDEMPOTENCY_COMPLETE(read("idempotency_complete")),
    IDEMPOTENCY_ABANDON(read("idempotency_abandon"));

    private final String text;
    private final String sha;

    Script(String text) {
        this.text = text;
        this.sha = sha1(text);
    }

    private static String ofQueue(String... parts) {
        StringBuilder all = new StringBuilder();
        Stream.concat(Stream.of("common", "moves", "fair", "limits", "returns", "keys"), Stream.of(parts))
                .forEach(part -> all.append(read(part)));
        return all.toString();
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
