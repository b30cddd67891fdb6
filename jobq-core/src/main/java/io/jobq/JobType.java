package io.jobq;

import java.util.Objects;

/**
 * A job type with the Java type of its payload, for a constant that producer and handler share:
 *
 * <pre>{@code static final JobType<SendEmail> SEND_EMAIL = JobType.of("send_email", SendEmail.class);}</pre>
 *
 * @param <P> the payload
 * @param name the stable string that storage knows the type by; never a class name
 * @param payloadType what the payload is read as
 */
public record JobType<P>(String name, Class<P> payloadType) {
    /** Rejects empty and overlong names. */
    public JobType {
        Names.require("job type", name);
        Objects.requireNonNull(payloadType, "payloadType");
    }

    /** A type by name and payload class. */
    public static <P> JobType<P> of(String name, Class<P> payloadType) {
        return new JobType<>(name, payloadType);
    }
}
