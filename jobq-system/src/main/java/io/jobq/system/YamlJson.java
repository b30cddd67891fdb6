package io.jobq.system;

import java.math.BigDecimal;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A payload that is written as YAML, as JSON. */
final class YamlJson {
    private static final int NODES_AT_MOST = 20_000;
    private static final int DEPTH_AT_MOST = 100;

    private final JsonNodeFactory json = new JsonNodeFactory();
    private int nodes;

    private YamlJson() {}

    /**
     * @throws IllegalArgumentException if it has no form in JSON
     */
    static String of(Node node) {
        return new YamlJson().json(node, 0).toString();
    }

    private JsonNode json(Node node, int depth) {
        if (++nodes > NODES_AT_MOST || depth > DEPTH_AT_MOST) {
            throw new IllegalArgumentException("is too large or too deep");
        }
        if (node instanceof MappingNode mapping) {
            ObjectNode object = json.objectNode();
            mapping.getValue().forEach(entry -> put(object, entry, depth));
            return object;
        } else if (node instanceof SequenceNode sequence) {
            ArrayNode array = json.arrayNode();
            sequence.getValue().forEach(each -> array.add(json(each, depth + 1)));
            return array;
        }
        return scalar((ScalarNode) node);
    }

    private void put(ObjectNode object, NodeTuple entry, int depth) {
        if (!(entry.getKeyNode() instanceof ScalarNode name)) {
            throw new IllegalArgumentException("has a name that is no text");
        }
        if (object.has(name.getValue())) {
            throw new IllegalArgumentException("has '" + name.getValue() + "' twice");
        }
        object.set(name.getValue(), json(entry.getValueNode(), depth + 1));
    }

    private JsonNode scalar(ScalarNode scalar) {
        String text = scalar.getValue();
        Tag tag = scalar.getTag();
        if (tag.equals(Tag.NULL)) {
            return json.nullNode();
        } else if (tag.equals(Tag.BOOL)) {
            return json.booleanNode(text.equals("true"));
        } else if (tag.equals(Tag.INT) || tag.equals(Tag.FLOAT)) {
            return number(text);
        }
        return json.stringNode(text);
    }

    private JsonNode number(String text) {
        try {
            return json.numberNode(new BigDecimal(text));
        } catch (NumberFormatException infinite) {
            throw new IllegalArgumentException("holds '" + text + "', which is no number in JSON", infinite);
        }
    }
}
