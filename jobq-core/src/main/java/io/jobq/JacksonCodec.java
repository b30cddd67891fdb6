package io.jobq;

import java.lang.reflect.Type;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.json.JsonMapper;

/**
 * The default codec: JSON by Jackson 3. Unknown properties are ignored, so that old code reads what newer code wrote;
 * missing primitives and trailing data are errors; times are ISO 8601 strings with their offset and zone. Polymorphic typing
 * is off, as in every mapper that does not ask for it, and must stay off.
 *
 * <p>What is written reads back as it was. A class whose properties have no way back is refused by {@link #encode}, with the
 * class and the property. What is declared as {@code Object} arrives as JSON knows it: maps, lists, texts, numbers. Values
 * may be nested 500 levels deep; nothing else is limited but by {@code maxPayloadBytes}.
 */
public final class JacksonCodec implements PayloadCodec {
    private static final int LONGEST_TEXT = 400;

    private final JsonMapper mapper;
    private final Map<Type, ObjectReader> readers = new ConcurrentHashMap<>();

    /** With JobQ's settings, which are a part of the wire format and do not follow the defaults of Jackson. */
    public JacksonCodec() {
        this(PayloadMapper.make());
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

    /** Without the chain of references, which may be a thousand long; its beginning says where. */
    private static String firstLine(Throwable error) {
        String message =
                error instanceof JacksonException ofJackson ? ofJackson.getOriginalMessage() : error.getMessage();
        String where = error instanceof JacksonException ofJackson ? ofJackson.getPathReference() : "";
        String what = shortened(String.valueOf(message).lines().findFirst().orElse(""));
        return where.isEmpty() ? what : what + " (at " + shortened(where) + ")";
    }

    private static String shortened(String text) {
        return text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT - 1) + '…';
    }
}
