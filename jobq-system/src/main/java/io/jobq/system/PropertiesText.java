package io.jobq.system;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/**
 * Settings in the form of {@link Properties}. That tells no lines and keeps the last of two equal keys, so it is given one
 * logical line at a time.
 */
final class PropertiesText {
    private final String source;
    private final Problems problems;

    PropertiesText(String source, Problems problems) {
        this.source = source;
        this.problems = problems;
    }

    List<Setting> settings(String text) {
        List<Setting> settings = new ArrayList<>();
        List<String> lines = text.lines().toList();
        for (int first = 0, next; first < lines.size(); first = next) {
            next = endOf(lines, first);
            String entry = String.join("\n", lines.subList(first, next));
            read(entry, first + 1, settings);
        }
        return settings;
    }

    /** Where the next entry begins; a line goes on in the next if it ends with an odd number of backslashes. */
    private static int endOf(List<String> lines, int first) {
        int last = first;
        boolean comment = lines.get(first).matches("\\s*[#!].*");
        while (!comment && goesOn(lines.get(last)) && last + 1 < lines.size()) {
            last++;
        }
        return last + 1;
    }

    private static boolean goesOn(String line) {
        int end = line.length();
        while (end > 0 && line.charAt(end - 1) == '\\') {
            end--;
        }
        return (line.length() - end) % 2 == 1;
    }

    private void read(String entry, int line, List<Setting> settings) {
        Properties one = new Properties();
        try {
            one.load(new StringReader(entry));
        } catch (IllegalArgumentException badEscape) {
            problems.addLine(line, "an escape is not \\u and four hexadecimal digits");
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        one.forEach((key, value) -> settings.add(new Setting(key.toString(), value.toString(), source, line)));
    }
}
