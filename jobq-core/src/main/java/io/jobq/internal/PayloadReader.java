package io.jobq.internal;

import io.jobq.JobQException;
import io.jobq.PayloadCodec;
import io.jobq.spi.NewJob;
import io.jobq.spi.Payload;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reads a stored payload as the type its handler takes, lifting older versions first. */
record PayloadReader(PayloadCodec codec) {
    @Nullable
    Object read(NewJob job, TypeDefinition type) {
        try {
            Object payload = codec.decode(current(job, type), type.payloadType());
            if (payload == null && type.payloadType() != Void.class && type.payloadType() != Object.class) {
                throw new JobQException("it is null, but the handler takes "
                        + type.payloadType().getTypeName());
            }
            return payload;
        } catch (RuntimeException wrong) {
            throw new UnusablePayloadException(
                    "payload of version " + job.payload().version() + " is unusable: " + wrong.getMessage(), wrong);
        }
    }

    private byte[] current(NewJob job, TypeDefinition type) {
        Payload payload = job.payload();
        int version = payload.version();
        int wanted = type.options().version();
        if (version >= wanted || type.options().upcasters().isEmpty()) {
            return payload.data();
        }
        JsonNode tree = (JsonNode) codec.decode(payload.data(), JsonNode.class);
        for (int from = version; from < wanted && tree != null; from++) {
            UnaryOperator<JsonNode> step = type.options().upcasters().get(from);
            tree = step == null ? tree : step.apply(tree);
        }
        return codec.encode(tree);
    }
}
