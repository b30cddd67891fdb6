package io.jobq.redis;

import io.jobq.JobId;
import io.jobq.Priority;
import io.jobq.spi.Due;
import io.jobq.spi.JobOptions;
import io.jobq.spi.NewJob;
import io.jobq.spi.Payload;
import io.jobq.spi.UniqueKey;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * A job as it is stored: a JSON object with everything but the payload, a space, and the payload as the codec wrote it,
 * which is JSON too with the default codec. What scripts read stands first, in this order: the numbers {@code at}, {@code
 * due}, {@code priority} and {@code expiresAt}, then {@code tenant}, {@code limit} and {@code type}. The times come from
 * Redis' clock, so the scripts write them; what is optional is left out.
 */
final class Heads {
    private static final JsonFactory JSON = new JsonFactory();
    private static final int USUAL_SIZE = 256;

    private Heads() {}

    /** A stored job without what happened to it since. */
    record Stored(NewJob job, Instant enqueued, Instant due) {}

    /** What follows the times, to the end of the payload. */
    static byte[] encode(NewJob job) {
        ByteArrayOutputStream out =
                new ByteArrayOutputStream(USUAL_SIZE + job.payload().data().length);
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), out)) {
            json.writeStartObject();
            writeOptions(json, job);
            json.writeEndObject();
        }
        out.write(' ');
        out.writeBytes(job.payload().data());
        byte[] all = out.toByteArray();
        return Arrays.copyOfRange(all, 1, all.length); // the script opens the object
    }

    private static void writeOptions(JsonGenerator json, NewJob job) {
        JobOptions options = job.options();
        if (!options.priority().equals(Priority.NORMAL)) {
            json.writeNumberProperty("priority", options.priority().level());
        }
        if (options.expiresAt() != null) {
            json.writeNumberProperty("expiresAt", millis(options.expiresAt()));
        }
        write(json, "tenant", options.tenant());
        write(json, "limit", options.limitKey());
        json.writeStringProperty("type", job.type());
        if (job.payload().version() != 1) {
            json.writeNumberProperty("version", job.payload().version());
        }
        if (options.maxAttempts() != 0) {
            json.writeNumberProperty("maxAttempts", options.maxAttempts());
        }
        if (options.timeout() != null) {
            json.writeStringProperty("timeout", options.timeout().toString());
        }
        write(json, "retry", options.retryPolicy());
        if (options.unique() != null) {
            write(json, options.unique());
        }
        write(json, "idempotency", options.idempotencyKey());
        if (!options.headers().isEmpty()) {
            json.writeObjectPropertyStart("headers");
            options.headers().forEach(json::writeStringProperty);
            json.writeEndObject();
        }
    }

    private static void write(JsonGenerator json, String name, @Nullable String value) {
        if (value != null) {
            json.writeStringProperty(name, value);
        }
    }

    private static void write(JsonGenerator json, UniqueKey unique) {
        json.writeStringProperty("unique", unique.key());
        if (unique.until() != UniqueKey.Until.FINISH) {
            json.writeStringProperty("until", unique.until().name());
        }
        if (unique.window() != null) {
            json.writeNumberProperty("window", unique.window().toMillis());
        }
        if (unique.replaces()) {
            json.writeBooleanProperty("replaces", true);
        }
    }

    /** The unique key that a job wants, as {@code keys.lua} reads it; empty for none. */
    static String wantedKey(JobOptions options) {
        UniqueKey unique = options.unique();
        if (unique == null) {
            return "";
        }
        char letter = unique.until().name().charAt(0);
        String window =
                unique.window() == null ? "" : String.valueOf(unique.window().toMillis());
        return letter + (unique.replaces() ? "r" : "-") + window + ":" + unique.key();
    }

    /** Milliseconds of an instant; the end of time for one beyond it. */
    static long millis(Instant instant) {
        return new Due.At(instant).toEpochMilli(0);
    }

    static Stored decode(JobId id, String queue, byte[] body) {
        Head head = new Head();
        long end;
        try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), body, 0, body.length)) {
            json.nextToken();
            while (json.nextToken() == JsonToken.PROPERTY_NAME) {
                head.read(json);
            }
            end = json.currentLocation().getByteOffset();
        }
        Payload payload = new Payload(head.version, Arrays.copyOfRange(body, (int) end + 1, body.length));
        Instant enqueued = Instant.ofEpochMilli(head.at);
        Instant due = head.due == null ? enqueued : Instant.ofEpochMilli(head.due);
        return new Stored(new NewJob(id, queue, head.type, payload, head.options()), enqueued, due);
    }

    /** What has been read so far. */
    private static final class Head {
        private long at;
        private @Nullable Long due;
        private Priority priority = Priority.NORMAL;
        private @Nullable Instant expiresAt;
        private String type = "";
        private int version = 1;
        private int maxAttempts;
        private @Nullable Duration timeout;
        private @Nullable String retry;
        private @Nullable String tenant;
        private @Nullable String unique;
        private UniqueKey.Until until = UniqueKey.Until.FINISH;
        private @Nullable Duration window;
        private boolean replaces;
        private @Nullable String idempotency;
        private @Nullable String limit;
        private Map<String, String> headers = Map.of();

        void read(JsonParser json) {
            String name = json.currentName();
            json.nextToken();
            switch (name) {
                case "at" -> at = json.getLongValue();
                case "due" -> due = json.getLongValue();
                case "priority" -> priority = new Priority(json.getIntValue());
                case "expiresAt" -> expiresAt = Instant.ofEpochMilli(json.getLongValue());
                case "type" -> type = json.getString();
                case "version" -> version = json.getIntValue();
                case "maxAttempts" -> maxAttempts = json.getIntValue();
                case "timeout" -> timeout = Duration.parse(json.getString());
                case "retry" -> retry = json.getString();
                case "tenant" -> tenant = json.getString();
                case "unique" -> unique = json.getString();
                case "until" -> until = UniqueKey.Until.valueOf(json.getString());
                case "window" -> window = Duration.ofMillis(json.getLongValue());
                case "replaces" -> replaces = json.getBooleanValue();
                case "idempotency" -> idempotency = json.getString();
                case "limit" -> limit = json.getString();
                case "headers" -> headers = readHeaders(json);
                default -> json.skipChildren(); // written by a newer version
            }
        }

        private static Map<String, String> readHeaders(JsonParser json) {
            Map<String, String> headers = new HashMap<>();
            while (json.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = json.currentName();
                json.nextToken();
                headers.put(name, json.getString());
            }
            return headers;
        }

        JobOptions options() {
            Due when = due == null ? Due.In.NOW : new Due.At(Instant.ofEpochMilli(due));
            return new JobOptions(
                    priority,
                    when,
                    expiresAt,
                    maxAttempts,
                    timeout,
                    retry,
                    headers,
                    tenant,
                    unique == null ? null : new UniqueKey(unique, until, window, replaces),
                    idempotency,
                    limit);
        }
    }
}
