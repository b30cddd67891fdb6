package io.jobq.system;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.constructor.BaseConstructor;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * Settings in the form of YAML: the names on the way to a value, joined by dots, are its key. Values are taken as they are
 * written, so {@code 010} stays that, and no object of any class is made.
 */
final class YamlText {
    /** What aliases within aliases may blow up; files have a few hundred at most. */
    private static final int NODES_AT_MOST = 20_000;

    private static final int DEPTH_AT_MOST = 20;

    /** Makes nothing of the nodes, which know their lines; the library's own way to get them is not open to modules. */
    private static final class NodesAsTheyAre extends BaseConstructor {
        NodesAsTheyAre(LoadSettings settings) {
            super(settings);
        }

        @Override
        public @Nullable Object constructSingleDocument(Optional<Node> document) {
            return document.orElse(null);
        }
    }

    private final String source;
    private final Problems problems;
    private final List<Setting> settings = new ArrayList<>();
    private int nodes;

    YamlText(String source, Problems problems) {
        this.source = source;
        this.problems = problems;
    }

    /** Call once. */
    List<Setting> settings(String text) {
        Optional<Node> root = compose(text);
        if (root.isPresent() && !isNothing(root.get())) {
            flatten("", root.get(), 0);
        }
        return settings;
    }

    private Optional<Node> compose(String text) {
        LoadSettings loading = LoadSettings.builder().setLabel(source).build();
        try {
            return Optional.ofNullable((Node) new Load(loading, new NodesAsTheyAre(loading)).loadFromString(text));
        } catch (MarkedYamlEngineException wrong) { // its message would quote the line, and a password with it
            problems.addLine(line(wrong.getProblemMark()), "is not YAML: " + wrong.getProblem());
        } catch (YamlEngineException wrong) {
            problems.addLine(
                    0,
                    "is not usable YAML: "
                            + String.valueOf(wrong.getMessage())
                                    .lines()
                                    .findFirst()
                                    .orElse(""));
        }
        problems.throwIfAny();
        return Optional.empty();
    }

    private void flatten(String key, Node node, int depth) {
        if (++nodes > NODES_AT_MOST || depth > DEPTH_AT_MOST) {
            problems.addLine(line(node.getStartMark()), "is too large or too deep");
            problems.throwIfAny();
        }
        if (node instanceof ScalarNode scalar && depth > 0) {
            add(key, isNothing(scalar) ? "" : scalar.getValue(), node);
        } else if (Keys.SCHEDULE_PAYLOAD.nameIn(key) != null) {
            addPayload(key, node);
        } else if (Keys.EXCEPT.nameIn(key) != null && node instanceof SequenceNode dates) {
            addDates(key, dates);
        } else if (node instanceof MappingNode mapping) {
            flatten(key, mapping, depth);
        } else {
            String what = depth == 0 ? "the file must be a mapping, as of 'jobq:'" : key + ": a list can't stand here";
            problems.addLine(line(node.getStartMark()), what);
        }
    }

    private void flatten(String key, MappingNode mapping, int depth) {
        if (mapping.getValue().isEmpty() && depth > 0) {
            add(key, "", mapping);
        }
        for (NodeTuple entry : mapping.getValue()) {
            if (entry.getKeyNode() instanceof ScalarNode name) {
                String inner = key.isEmpty() ? name.getValue() : key + "." + name.getValue();
                flatten(inner, entry.getValueNode(), depth + 1);
            } else {
                problems.addLine(line(entry.getKeyNode().getStartMark()), "a name must be a plain text");
            }
        }
    }

    private void addPayload(String key, Node node) {
        try {
            add(key, YamlJson.of(node), node);
        } catch (IllegalArgumentException notJson) {
            problems.addLine(line(node.getStartMark()), key + ": " + notJson.getMessage());
        }
    }

    private void addDates(String key, SequenceNode dates) {
        List<String> texts = new ArrayList<>();
        for (Node each : dates.getValue()) {
            texts.add(each instanceof ScalarNode date ? date.getValue() : "");
        }
        add(key, String.join(", ", texts), dates);
    }

    private void add(String key, String text, Node node) {
        settings.add(new Setting(key, text, source, line(node.getStartMark())));
    }

    private static boolean isNothing(Node node) {
        return node.getTag().equals(Tag.NULL);
    }

    private static int line(Optional<Mark> mark) {
        return mark.map(each -> each.getLine() + 1).orElse(0);
    }
}
