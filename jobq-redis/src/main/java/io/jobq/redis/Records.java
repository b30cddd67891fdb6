package io.jobq.redis;

import io.jobq.AttemptError;
import io.jobq.JobSnapshot;
import io.jobq.JobSnapshot.Progress;
import io.jobq.JobSnapshot.Times;
import io.jobq.JobState;
import io.jobq.spi.NewJob;
import io.jobq.spi.Payload;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** What has happened to a job: its record and its story, as {@code common.lua} writes them. */
final class Records {
    private static final JsonFactory JSON = new JsonFactory();
    private static final long NEVER = Long.MIN_VALUE;

    private Records() {}

    /** A record as it is read. */
    static final class Fields {
        JobState state = JobState.READY;
        int level;
        long token;
        int attempt = 1;
        int losses;
        long due = NEVER;
        long started = NEVER;
        long finished = NEVER;
        /** When an operator last rescheduled it, in us. */
        long acted = NEVER;

        @Nullable
        String reason;

        /** The rule that holds it back. */
        @Nullable
        String aside;

        /** The queue that it is on its way to. */
        @Nullable
        String moving;

        /** Which of all moves out of its queue that is. */
        long move;

        String startedText() {
            return started == NEVER ? "" : String.valueOf(started);
        }

        private void read(JsonParser json) {
            String name = json.currentName();
            json.nextToken();
            switch (name) {
                case "state" -> state = JobState.valueOf(json.getString());
                case "level" -> level = json.getIntValue();
                case "token" -> token = ByClaim.token(json.getString());
                case "attempt" -> attempt = json.getIntValue();
                case "losses" -> losses = json.getIntValue();
                case "due" -> due = json.getLongValue();
                case "started" -> started = json.getLongValue();
                case "finished" -> finished = json.getLongValue() / 1_000; // us, so that their order is exact
                case "acted" -> acted = json.getLongValue();
                case "reason" -> reason = json.getString();
                case "aside" -> aside = json.getString();
                case "moving" -> moving = json.getString();
                case "move" -> move = json.getLongValue();
                default -> json.skipChildren();
            }
        }
    }

    static Fields decode(byte[] record) {
        Fields fields = new Fields();
        try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), record, 0, record.length)) {
            json.nextToken();
            while (json.nextToken() == JsonToken.PROPERTY_NAME) {
                fields.read(json);
            }
        }
        return fields;
    }

    /** A job that has just been claimed for the first time. */
    static JobSnapshot firstRun(Heads.Stored stored, Instant started) {
        Times times = new Times(stored.enqueued(), stored.due(), started, null);
        return new JobSnapshot(
                stored.job(), JobState.RUNNING, 1, 0, times, Progress.NONE, List.of(), List.of(), null, null, null);
    }

    /** A job that nobody has touched. */
    static JobSnapshot untouched(Heads.Stored stored, JobState state) {
        Times times = new Times(stored.enqueued(), stored.due(), null, null);
        return new JobSnapshot(stored.job(), state, 1, 0, times, Progress.NONE, List.of(), List.of(), null, null, null);
    }

    /** A job with a record; its story is in the reply from {@code story} on: errors, log, progress, result. */
    static JobSnapshot snapshot(Heads.Stored stored, Fields record, Reply story, int at, boolean withResult) {
        NewJob job = stored.job();
        Times times = new Times(
                stored.enqueued(),
                record.due == NEVER ? stored.due() : Instant.ofEpochMilli(record.due),
                instant(record.started),
                instant(record.finished));
        return new JobSnapshot(
                job,
                record.state,
                record.attempt,
                record.losses,
                times,
                progress(story.text(at + 2)),
                errors(story.text(at)),
                lines(story.text(at + 1)),
                withResult && !story.isEmpty(at + 3) ? result(story.bytes(at + 3)) : null,
                record.reason,
                null);
    }

    private static @Nullable Instant instant(long millis) {
        return millis == NEVER ? null : Instant.ofEpochMilli(millis);
    }

    /** A result as it is stored: its version, a space, and what the codec wrote. */
    static byte[] encode(Payload result) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(result.data().length + 4);
        out.writeBytes(QueueKeys.bytes(result.version() + " "));
        out.writeBytes(result.data());
        return out.toByteArray();
    }

    private static Payload result(byte[] stored) {
        int space = 0;
        while (stored[space] != ' ') {
            space++;
        }
        int version = Integer.parseInt(new String(stored, 0, space, StandardCharsets.ISO_8859_1));
        return new Payload(version, Arrays.copyOfRange(stored, space + 1, stored.length));
    }

    private static Progress progress(String text) {
        if (text.isEmpty()) {
            return Progress.NONE;
        }
        int space = text.indexOf(' ');
        String note = text.substring(space + 1);
        return new Progress(Integer.parseInt(text.substring(0, space)), note.isEmpty() ? null : unquote(note));
    }

    private static List<String> lines(String text) {
        List<String> lines = new ArrayList<>();
        if (!text.isEmpty()) {
            for (String line : text.split("\n", -1)) {
                lines.add(unquote(line));
            }
        }
        return lines;
    }

    private static List<AttemptError> errors(String text) {
        List<AttemptError> errors = new ArrayList<>();
        if (!text.isEmpty()) {
            for (String line : text.split("\n", -1)) {
                errors.add(error(line));
            }
        }
        return errors;
    }

    /** A text as JSON. */
    static String quote(String text) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), out)) {
            json.writeString(text);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    /** A text as JSON between its quotes. */
    static String unquoted(String text) {
        String quoted = quote(text);
        return quoted.substring(1, quoted.length() - 1);
    }

    /** A text that was JSON. */
    static String unquote(String quoted) {
        try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), quoted)) {
            json.nextToken();
            return json.getString();
        }
    }

    static String encode(AttemptError error) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), out)) {
            json.writeStartObject();
            json.writeNumberProperty("attempt", error.attempt());
            json.writeStringProperty("class", error.errorClass());
            json.writeStringProperty("message", error.message());
            json.writeStringProperty("stack", error.stack());
            json.writeStringProperty("at", error.at().toString());
            json.writeStringProperty("ran", error.ran().toString());
            json.writeStringProperty("worker", error.worker());
            json.writeEndObject();
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    private static AttemptError error(String line) {
        String[] texts = new String[6];
        int attempt = 0;
        try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), line)) {
            json.nextToken();
            while (json.nextToken() == JsonToken.PROPERTY_NAME) {
                int field = List.of("class", "message", "stack", "at", "ran", "worker")
                        .indexOf(json.currentName());
                json.nextToken();
                if (field >= 0) {
                    texts[field] = json.getString();
                } else {
                    attempt = json.getIntValue();
                }
            }
        }
        return new AttemptError(
                attempt, texts[0], texts[1], texts[2], Instant.parse(texts[3]), Duration.parse(texts[4]), texts[5]);
    }
}
