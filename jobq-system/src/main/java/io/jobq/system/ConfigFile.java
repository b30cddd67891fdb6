package io.jobq.system;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Reads files into settings; which form one has, its ending tells. */
final class ConfigFile {
    private ConfigFile() {}

    /** Reports what is wrong with single lines; what keeps the file from being read at all ends it. */
    static List<Setting> read(Path file, String name, Problems problems) {
        String ending = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        return switch (ending) {
            case "properties" -> new PropertiesText(name, problems).settings(text(file));
            case "yaml", "yml" -> new YamlText(name, problems).settings(text(file));
            default -> throw unreadable(file, "must end in .properties, .yaml or .yml");
        };
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (NoSuchFileException missing) {
            throw unreadable(file, "there is no such file");
        } catch (CharacterCodingException wrong) {
            throw unreadable(file, "is not UTF-8");
        } catch (IOException failed) {
            InvalidConfigException unreadable = unreadable(file, "can't be read: " + failed);
            unreadable.initCause(failed);
            throw unreadable;
        }
    }

    private static InvalidConfigException unreadable(Path file, String why) {
        return new InvalidConfigException(List.of(file + ": " + why));
    }
}
