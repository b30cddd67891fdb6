package io.jobq.system;

import java.util.List;

/** What only a configuration and its handlers together tell. */
record CrossCheck(SystemConfig config, HandlerAnnotations handlers) {
    /**
     * Throws for what could not work.
     *
     * @throws InvalidConfigException names all of it
     */
    void refuse() {
        Problems problems = new Problems("");
        config.findStrayQueues(problems);
        new ConfiguredSchedules(config.scheduler()).findNamesakes(handlers.schedules(), problems);
        problems.throwIfAny();
    }

    /**
     * Configured types that no handler here is for. They may be of other processes that read the same file, so they are not
     * wrong. None where the handlers are not known.
     */
    List<String> typesWithoutHandler() {
        return config.types().keySet().stream()
                .filter(each -> !handlers.types().isEmpty() && !handlers.types().contains(each))
                .map(each -> each + NearestKey.among(handlers.types(), each).orElse(""))
                .toList();
    }
}
