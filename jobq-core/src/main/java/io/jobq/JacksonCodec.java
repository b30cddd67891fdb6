package io.jobq;

import java.lang.reflect.Type;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.cfg.DateTimeFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * The default codec: JSON by Jackson 3. Unknown properties are ignored, so that old code reads what newer code wrote;
 * missing primitives and trailing data are errors; times are ISO 8601 strings. Polymorphic typing is off, as in every
 * mapper that does not ask for it, and must stay off.
 */
public final class JacksonCodec implements PayloadCodec {
    private final JsonMapper mapper;
    private final Map<Type, ObjectReader> readers = new ConcurrentHashMap<>();

    /** With JobQ's settings, each stated so that no default of a Jackson version can change the wire format. */
    public JacksonCodec() {
        this(JsonMapper.builder()
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                .disable(DateTimeFeature.WRITE_DATES_AS_TIMESTAMPS)
                .disable(DateTimeFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
                .build());
    }

    /** With a mapper of your own. It decides what is in storage, so change it with the same care as a schema. */
    public JacksonCodec(JsonMapper mapper) {
        this.mapper = mapper;
    }

    @Override
    public byte[] encode(@Nullable Object value) {
        try {
            return mapper.writeValueAsBytes(value);
        } catch (JacksonException | StackOverflowError unwritable) {
            String what = value == null ? "null" : value.getClass().getName();
            throw new JobQException("can't write " + what + " as JSON: " + firstLine(unwritable), unwritable);
        }
    }

    @Override
    public @Nullable Object decode(byte[] data, Type type) {
        try {
            return readers.computeIfAbsent(type, this::reader).readValue(data);
        } catch (JacksonException | StackOverflowError unreadable) {
            throw new JobQException(
                    "can't read JSON as " + type.getTypeName() + ": " + firstLine(unreadable), unreadable);
        }
    }

    private ObjectReader reader(Type type) {
        return mapper.readerFor(mapper.constructType(type));
    }

    private static String firstLine(Throwable error) {
        return String.valueOf(error.getMessage()).lines().findFirst().orElse("");
    }
}
