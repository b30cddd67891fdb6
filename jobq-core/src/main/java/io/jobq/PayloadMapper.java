package io.jobq;

import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.StreamWriteConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.cfg.DateTimeFeature;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;

/**
 * Jackson with JobQ's settings, each stated so that no default of a Jackson version can change the wire format. What it
 * writes it reads back as it was, or it refuses to write it.
 */
final class PayloadMapper extends JsonMapper {
    private static final long serialVersionUID = 1L;
    /** For the writer as for the reader: a stack holds so many levels on any thread. */
    private static final int MAX_DEPTH = 500;

    private PayloadMapper(Builder builder) {
        super(builder);
    }

    static JsonMapper make() {
        PayloadMapper[] made = new PayloadMapper[1];
        SimpleModule refusing = new SimpleModule("jobq");
        refusing.setSerializerModifier(new WayBack(() -> made[0]._deserializationContext()));
        made[0] = new PayloadMapper(settings().addModule(refusing));
        return made[0];
    }

    private static Builder settings() {
        return JsonMapper.builder(factory())
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                .enable(MapperFeature.ALLOW_FINAL_FIELDS_AS_MUTATORS, MapperFeature.INFER_PROPERTY_MUTATORS)
                .enable(MapperFeature.INFER_RECORD_GETTERS_FROM_COMPONENTS_ONLY)
                .disable(MapperFeature.REQUIRE_TYPE_ID_FOR_SUBTYPES) // where a concrete one is declared
                .disable(MapperFeature.USE_GETTERS_AS_SETTERS) // a getter may answer a copy
                .disable(EnumFeature.WRITE_ENUMS_USING_TO_STRING, EnumFeature.READ_ENUMS_USING_TO_STRING)
                .disable(DateTimeFeature.ADJUST_DATES_TO_CONTEXT_TIME_ZONE)
                .disable(DateTimeFeature.NORMALIZE_DESERIALIZED_ZONE_ID)
                .enable(DateTimeFeature.WRITE_DATES_WITH_ZONE_ID)
                .disable(DateTimeFeature.WRITE_DATES_AS_TIMESTAMPS)
                .disable(DateTimeFeature.WRITE_DURATIONS_AS_TIMESTAMPS);
    }

    /** The size of a payload is limited by {@code maxPayloadBytes}, so that no part of it needs a limit of its own. */
    private static JsonFactory factory() {
        return JsonFactory.builder()
                .enable(StreamReadFeature.USE_FAST_BIG_NUMBER_PARSER)
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(MAX_DEPTH)
                        .maxNumberLength(Integer.MAX_VALUE)
                        .maxStringLength(Integer.MAX_VALUE)
                        .maxNameLength(Integer.MAX_VALUE)
                        .build())
                .streamWriteConstraints(StreamWriteConstraints.builder()
                        .maxNestingDepth(MAX_DEPTH)
                        .build())
                .build();
    }
}
