package io.jobq.examples;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The regular files of a directory and its subdirectories. Symbolic links are not followed, directories called {@code
 * .git} are left out.
 *
 * @param files what was found
 * @param unreadable what could not be looked into, with the reason
 */
record FileTree(List<Path> files, List<String> unreadable) {
    /** Looks for files below a directory, one file left out. */
    static FileTree below(Path directory, Path leftOut) throws IOException {
        FileTree tree = new FileTree(new ArrayList<>(), new ArrayList<>());
        Files.walkFileTree(directory, tree.new Visitor(directory, leftOut));
        return tree;
    }

    private final class Visitor extends SimpleFileVisitor<Path> {
        private final Path root;
        private final Path leftOut;

        Visitor(Path root, Path leftOut) {
            this.root = root;
            this.leftOut = leftOut;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
            boolean git = directory.endsWith(".git") && !directory.equals(root);
            return git ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isRegularFile() && !file.equals(leftOut)) {
                files.add(file);
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException failure) {
            unreadable.add(failure.toString());
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure) {
            if (failure != null) {
                unreadable.add(failure.toString());
            }
            return FileVisitResult.CONTINUE;
        }
    }
}
