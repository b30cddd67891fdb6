package io.jobq.system;

/**
 * One entry of a configuration as somebody wrote it.
 *
 * @param key its full name, with dots
 * @param text its value
 * @param source a file's name, an environment variable, or empty for a map
 * @param line in the file, 1-based; 0 where there are no lines
 */
record Setting(String key, String text, String source, int line) {
    String origin() {
        return line == 0 ? source : source + ":" + line;
    }
}
