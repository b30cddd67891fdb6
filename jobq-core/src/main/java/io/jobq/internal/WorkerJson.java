package io.jobq.internal;

import io.jobq.WorkerInfo;
import io.jobq.spi.Registry;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** How workers are written into the registry. */
final class WorkerJson {
    static final String KIND = "worker";
    private final JsonMapper mapper = JsonMapper.builder().build();

    Registry.Entry entry(WorkerInfo info) {
        return new Registry.Entry(KIND, info.id(), mapper.writeValueAsString(info), 0);
    }

    /** All workers of the storage; entries that this version can't read are left out. */
    List<WorkerInfo> list(Registry registry) {
        return registry.list(KIND).stream()
                .flatMap(entry -> read(entry).stream())
                .toList();
    }

    private java.util.Optional<WorkerInfo> read(Registry.Entry entry) {
        try {
            return java.util.Optional.of(mapper.readValue(entry.json(), WorkerInfo.class));
        } catch (JacksonException ofAnotherVersion) {
            return java.util.Optional.empty();
        }
    }
}
