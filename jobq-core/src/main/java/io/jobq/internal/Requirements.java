package io.jobq.internal;

import com.fasterxml.jackson.annotation.JacksonAnnotation;
import io.jobq.JobQException;

/** What JobQ needs of the class path, where frameworks decide on versions. */
public final class Requirements {
    /** Jackson 3 can't be loaded without it. */
    private static final String NEEDED = "com.fasterxml.jackson.annotation.JsonSerializeAs";

    private Requirements() {}

    /**
     * Throws if Jackson 3 has been put beside annotations that are too old for it.
     *
     * @throws JobQException says which version is there, where, and what to do
     */
    public static void check() {
        try {
            Class.forName(NEEDED, false, Requirements.class.getClassLoader());
        } catch (ClassNotFoundException tooOld) {
            throw new JobQException(
                    "JobQ needs jackson-annotations 2.21 or newer, since Jackson 3 does, but the class path has "
                            + version()
                            + ", as Spring Boot 3.5 pins it; give com.fasterxml.jackson.core:jackson-annotations"
                            + " a version of your own, 2.21 for example, which Jackson 2 works with as well",
                    tooOld);
        }
    }

    private static String version() {
        String version = JacksonAnnotation.class.getPackage().getImplementationVersion();
        return version == null ? "an older one" : version;
    }
}
