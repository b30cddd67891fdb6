package io.jobq.scheduler;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.json.JsonMapper;

/** Writes and reads the forms in which this package's types are stored. Forms hold texts and numbers only. */
final class Json {
    static final int LONGEST = 300_000;
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES) // a newer form may mean other ticks
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .changeDefaultPropertyInclusion(old -> old.withValueInclusion(JsonInclude.Include.NON_NULL))
            .build();

    private Json() {}

    static String write(Object form) {
        return MAPPER.writeValueAsString(form);
    }

    static <F, T> T read(String what, String json, Class<F> type, Function<F, T> value) {
        if (json.length() > LONGEST) {
            throw new IllegalArgumentException(
                    "a stored " + what + " has at most " + LONGEST + " characters, not " + json.length());
        }
        try {
            @Nullable F form = MAPPER.readValue(json, type);
            return value.apply(required(what, form));
        } catch (IllegalArgumentException refused) {
            throw refused;
        } catch (RuntimeException unusable) { // whatever a record refuses, such as null in a list
            throw new IllegalArgumentException("not a stored " + what + ": " + Words.quote(json), unusable);
        }
    }

    static <T> T required(String what, @Nullable T value) {
        if (value == null) {
            throw new IllegalArgumentException(what + " is missing");
        }
        return value;
    }
}
