package io.jobq;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.cfg.DateTimeFeature;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Names a type with a payload, or with some of its fields, by a hash of canonical JSON. */
final class Fingerprint {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(JsonNodeFeature.WRITE_PROPERTIES_SORTED)
            .disable(DateTimeFeature.WRITE_DATES_AS_TIMESTAMPS)
            .disable(DateTimeFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
            .build();

    private Fingerprint() {}

    static List<String> paths(String first, String... others) {
        List<String> paths = new ArrayList<>(List.of(others));
        paths.add(0, Objects.requireNonNull(first, "field"));
        for (String path : paths) {
            if (path.isEmpty() || path.startsWith(".") || path.endsWith(".") || path.contains("..")) {
                throw new IllegalArgumentException(
                        "a field is named by one or more names with dots between them, but is '" + path + "'");
            }
        }
        return List.copyOf(paths);
    }

    static String of(String type, @Nullable Object payload) {
        return of(type, tree(type, payload));
    }

    static String of(String type, @Nullable Object payload, List<String> paths) {
        JsonNode tree = tree(type, payload);
        ObjectNode fields = JSON.createObjectNode();
        for (String path : paths) {
            fields.set(path, field(type, tree, path));
        }
        return of(type, fields);
    }

    private static JsonNode field(String type, JsonNode tree, String path) {
        JsonNode at = tree;
        for (String name : path.split("\\.", -1)) {
            JsonNode next = at.get(name);
            if (next == null) {
                throw new JobQException("the unique key of job type '" + type + "' has the field '" + path
                        + "', but the payload has no '" + name + "' there");
            }
            at = next;
        }
        return at;
    }

    private static JsonNode tree(String type, @Nullable Object payload) {
        try {
            return JSON.valueToTree(payload);
        } catch (JacksonException | StackOverflowError unwritable) {
            throw new JobQException(
                    "the payload of job type '" + type
                            + "' can't be written as JSON to compute its unique key; give it a"
                            + " key of your own with Unique.key(…)",
                    unwritable);
        }
    }

    private static String of(String type, JsonNode content) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            sha.update(type.getBytes(StandardCharsets.UTF_8));
            sha.update((byte) 0); // no type has one
            return Base64.getUrlEncoder().withoutPadding().encodeToString(sha.digest(JSON.writeValueAsBytes(content)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
