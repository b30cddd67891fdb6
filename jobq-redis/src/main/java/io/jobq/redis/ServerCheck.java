package io.jobq.redis;

import io.jobq.spi.StorageException;
import io.lettuce.core.SetArgs;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks at Redis before the first job goes there: what would lose jobs later is refused now. */
final class ServerCheck {
    /** 6.2 has LPOP with a count, which a claim needs to take a batch at once. */
    private static final int OLDEST_MAJOR = 6;

    private static final int OLDEST_MINOR = 2;
    private static final String LAYOUT = "1";
    private static final Logger log = LoggerFactory.getLogger(ServerCheck.class);

    private ServerCheck() {}

    static void run(RedisLink link, String prefix) {
        Map<String, String> info = parse(link.await(link.commands().info()));
        checkVersion(info.getOrDefault("redis_version", "0.0"));
        checkEviction(info.getOrDefault("maxmemory", "0"), info.getOrDefault("maxmemory_policy", "noeviction"));
        // in a Cluster the answer may come from any node, and writes find their primaries
        if ("slave".equals(info.get("role")) && !link.isCluster()) {
            throw new StorageException("this Redis is a read-only replica of " + info.get("master_host") + ":"
                    + info.get("master_port") + "; connect to the primary, or through Sentinel");
        }
        checkLayout(link, QueueKeys.bytes(prefix + ":version"));
    }

    private static Map<String, String> parse(String info) {
        Map<String, String> fields = new HashMap<>();
        info.lines().filter(line -> line.contains(":")).forEach(line -> {
            int colon = line.indexOf(':');
            fields.put(line.substring(0, colon), line.substring(colon + 1).strip());
        });
        return fields;
    }

    private static void checkVersion(String version) {
        String[] parts = version.split("\\.", -1);
        int major = Integer.parseInt(parts[0]);
        int minor = parts.length > 1 ? Integer.parseInt(parts[1]) : 0;
        if (major < OLDEST_MAJOR || (major == OLDEST_MAJOR && minor < OLDEST_MINOR)) {
            throw new StorageException("this Redis is of version " + version + "; JobQ needs 6.2 or newer, or Valkey");
        }
    }

    /** Managed services may hide or fix the policy, so only what would lose jobs for sure is refused. */
    private static void checkEviction(String maxMemory, String policy) {
        if (policy.equals("noeviction")) {
            return;
        }
        String found = "this Redis deletes keys when it is full (maxmemory-policy " + policy + "), jobs too;";
        if (!maxMemory.equals("0")) {
            throw new StorageException(found + " set it to noeviction, so that a full Redis refuses new jobs instead");
        }
        log.warn("{} no maxmemory is set now, but set the policy to noeviction before one is", found);
    }

    private static void checkLayout(RedisLink link, byte[] key) {
        link.await(link.commands().set(key, LAYOUT.getBytes(StandardCharsets.UTF_8), SetArgs.Builder.nx()));
        String found = new String(link.await(link.commands().get(key)), StandardCharsets.UTF_8);
        if (!found.equals(LAYOUT)) {
            throw new StorageException("the jobs under " + new String(key, StandardCharsets.UTF_8)
                    + " are in layout " + found + ", and this JobQ reads layout " + LAYOUT
                    + "; use the JobQ that wrote them, or another prefix");
        }
    }
}
