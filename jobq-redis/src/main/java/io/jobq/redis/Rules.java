package io.jobq.redis;

import io.jobq.limits.Limit;
import io.jobq.limits.Rate;
import io.jobq.spi.HoldingRule;
import io.jobq.spi.Rule;
import io.jobq.spi.Rule.Part;
import io.jobq.spi.Rule.Target;
import io.jobq.spi.StorageException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** Rules as {@code common.lua} reads them: a name that begins with a letter for the target, and terms as JSON. */
final class Rules {
    static final Comparator<Rule> ORDER = Comparator.comparing(Rule::target).thenComparing(Rule::name);
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

    /** The names of the terms that make up parts of a rule. */
    static List<String> fields(Set<Part> parts) {
        return parts.stream()
                .flatMap(part -> switch (part) {
                    case LIMIT -> Stream.of("concurrency", "permits", "period", "burst");
                    case WEIGHT -> Stream.of("weight");
                    case TENANT_CLASS -> Stream.of("class");
                    case LONGEST_WAIT -> Stream.of("wait");
                    case PAUSE -> Stream.of("paused");
                })
                .toList();
    }

    /** The terms, without those that say nothing. */
    static String terms(Rule rule) {
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
            if (rule.paused()) {
                json.writeBooleanProperty("paused", true);
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
        return rules;
    }

    private static Rule decode(String name, String terms) {
        Terms read = Terms.of(terms);
        return new Rule(
                target(name),
                plain(name.substring(1)),
                read.limit(),
                read.weight,
                read.tenantClass,
                read.longestWait,
                read.paused);
    }

    /** A rule that holds jobs back, by its name and the terms that hold for it. */
    static HoldingRule holding(String name, String terms, long jobs, @Nullable Instant until) {
        return new HoldingRule(
                target(name), plain(name.substring(1)), Terms.of(terms).limit(), jobs, until);
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
        private boolean paused;

        static Terms of(String text) {
            Terms terms = new Terms();
            try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), text)) {
                json.nextToken();
                while (json.nextToken() == JsonToken.PROPERTY_NAME) {
                    terms.read(json);
                }
            }
            return terms;
        }

        private void read(JsonParser json) {
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
                case "paused" -> paused = json.getBooleanValue();
                default -> json.skipChildren(); // written by a newer version
            }
        }

        Limit limit() {
            return new Limit(concurrency, permits == 0 ? null : new Rate(permits, Duration.ofMillis(period), burst));
        }
    }
}
