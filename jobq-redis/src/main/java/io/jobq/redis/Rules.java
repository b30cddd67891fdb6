package io.jobq.redis;

import io.jobq.limits.Limit;
import io.jobq.limits.Rate;
import io.jobq.spi.Rule;
import io.jobq.spi.Rule.Target;
import io.jobq.spi.StorageException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** Rules as {@code common.lua} reads them: a name that begins with a letter for the target, and terms as JSON. */
final class Rules {
    private static final JsonFactory JSON = new JsonFactory();

    private Rules() {}

    /** The name, with texts as they stand in heads. */
    static String name(Rule rule) {
        return name(rule.target(), rule.name());
    }

    /** The name of what a rule is about. */
    static String name(Target target, String name) {
        return letter(target) + Records.unquoted(name);
    }

    private static String letter(Target target) {
        return switch (target) {
            case QUEUE -> "q";
            case TYPE -> "y";
            case TENANT -> "t";
            case TENANT_CLASS -> "c";
            case KEY -> "k";
            case LEVEL -> "l";
        };
    }

    private static Target target(String name) {
        for (Target target : Target.values()) {
            if (name.startsWith(letter(target))) {
                return target;
            }
        }
        throw new StorageException("rule '" + name + "' was written by a newer version of JobQ; update this process");
    }

    /** The terms; empty for a rule that says nothing. */
    static String terms(Rule rule) {
        if (rule.isEmpty()) {
            return "";
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), out)) {
            json.writeStartObject();
            write(json, rule.limit());
            if (rule.weight() > 0) {
                json.writeNumberProperty("weight", rule.weight());
            }
            if (rule.longestWait() != null) {
                json.writeNumberProperty("wait", rule.longestWait().toMillis());
            }
            if (rule.tenantClass() != null) {
                json.writeStringProperty("class", Records.unquoted(rule.tenantClass()));
            }
            json.writeEndObject();
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    private static void write(JsonGenerator json, Limit limit) {
        if (limit.concurrency() != Limit.UNLIMITED) {
            json.writeNumberProperty("concurrency", limit.concurrency());
        }
        Rate rate = limit.rate();
        if (rate != null) {
            json.writeNumberProperty("permits", rate.permits());
            json.writeNumberProperty("period", rate.period().toMillis());
            json.writeNumberProperty("burst", rate.burst());
        }
    }

    /** What {@code rules.lua} answers. */
    static List<Rule> decode(Reply reply) {
        List<Rule> rules = new ArrayList<>();
        for (int i = 0; i < reply.size(); i += 2) {
            rules.add(decode(reply.text(i), reply.text(i + 1)));
        }
        rules.sort(Comparator.comparing(Rule::target).thenComparing(Rule::name));
        return rules;
    }

    private static Rule decode(String name, String terms) {
        Terms read = new Terms();
        try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), terms)) {
            json.nextToken();
            while (json.nextToken() == JsonToken.PROPERTY_NAME) {
                read.read(json);
            }
        }
        Limit limit = new Limit(read.concurrency, read.rate());
        return new Rule(target(name), plain(name.substring(1)), limit, read.weight, read.tenantClass, read.longestWait);
    }

    private static String plain(String unquoted) {
        return Records.unquote('"' + unquoted + '"');
    }

    /** What has been read so far. */
    private static final class Terms {
        private int concurrency = Limit.UNLIMITED;
        private int permits;
        private long period;
        private int burst;
        private int weight;
        private @Nullable String tenantClass;
        private @Nullable Duration longestWait;

        void read(JsonParser json) {
            String name = json.currentName();
            json.nextToken();
            switch (name) {
                case "concurrency" -> concurrency = json.getIntValue();
                case "permits" -> permits = json.getIntValue();
                case "period" -> period = json.getLongValue();
                case "burst" -> burst = json.getIntValue();
                case "weight" -> weight = json.getIntValue();
                case "wait" -> longestWait = Duration.ofMillis(json.getLongValue());
                case "class" -> tenantClass = plain(json.getString());
                default -> json.skipChildren(); // written by a newer version
            }
        }

        @Nullable
        Rate rate() {
            return permits == 0 ? null : new Rate(permits, Duration.ofMillis(period), burst);
        }
    }
}
