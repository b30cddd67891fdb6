package io.jobq.system;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The arrows and sizes that the design fixes. */
class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.jobq.system");
    private static final Pattern METHOD = Pattern.compile(
            "(?m)^( {4,8})(?!class |record |enum |interface )[\\w@<>\\[\\]?,. ]+\\([^;{}]*\\)[^;{}]*\\{\\n");

    @Test
    void aSystemIsMadeOfThePublicPartsOfOtherModules() {
        classes()
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "io.jobq",
                        "io.jobq.idempotency",
                        "io.jobq.limits",
                        "io.jobq.memory",
                        "io.jobq.redis",
                        "io.jobq.scheduler",
                        "io.jobq.spi",
                        "io.jobq.system",
                        "java..",
                        "com.sun.net.httpserver",
                        "io.micrometer..",
                        "org.snakeyaml..",
                        "tools.jackson..",
                        "org.slf4j",
                        "org.jspecify..")
                .check(CLASSES);
    }

    @Test
    void onlyOneClassKnowsTheHttpServerAndYamlStaysInside() {
        noClasses()
                .that()
                .doNotHaveSimpleName("MetricsEndpoint")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("com.sun.net.httpserver")
                .check(CLASSES);
        noClasses()
                .that()
                .arePublic()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.snakeyaml..", "tools.jackson..")
                .check(CLASSES);
    }

    @Test
    void onlyValuesArePublicAndTheyAreFinal() {
        List<JavaClass> types = CLASSES.stream()
                .filter(each -> each.isTopLevelClass() && each.getModifiers().contains(JavaModifier.PUBLIC))
                .toList();
        assertThat(types).hasSizeLessThanOrEqualTo(20);
        assertThat(types)
                .allSatisfy(each -> assertThat(
                                each.isInterface() || each.getModifiers().contains(JavaModifier.FINAL))
                        .as(each.getName())
                        .isTrue());
    }

    @Test
    void filesAndMethodsAreShort() throws IOException {
        List<Integer> lengths = new ArrayList<>();
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".java")).toList()) {
                String source = Files.readString(file);
                assertThat(source.lines().count()).as(file.toString()).isLessThanOrEqualTo(500);
                Matcher method = METHOD.matcher(source);
                while (method.find()) {
                    int end = source.indexOf("\n" + method.group(1) + "}", method.end() - 1);
                    lengths.add((int)
                            source.substring(method.end(), end + 1).lines().count());
                }
            }
        }
        lengths.sort(null);
        assertThat(lengths).hasSizeGreaterThan(60);
        assertThat(lengths.get(lengths.size() * 9 / 10))
                .as("90th percentile of method length")
                .isLessThanOrEqualTo(15);
    }
}
