package io.jobq.internal;

import io.jobq.ResultHandler;
import io.jobq.TypeOptions;
import java.lang.reflect.Type;
import org.jspecify.annotations.Nullable;

/**
 * A registered job type.
 *
 * @param name its name
 * @param payloadType what payloads are read as
 * @param handler what runs; payloads have been read as {@code payloadType} by then
 * @param origin where it was registered, for error messages
 * @param options the rest
 */
record TypeDefinition(
        String name, Type payloadType, ResultHandler<@Nullable Object> handler, String origin, TypeOptions options) {}
