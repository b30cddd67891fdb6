package io.jobq;

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
            .importPackages("io.jobq");
    private static final Pattern METHOD = Pattern.compile(
            "(?m)^( {4,8})(?!class |record |enum |interface )[\\w@<>\\[\\]?,. ]+\\([^;{}]*\\)[^;{}]*\\{\\n");

    @Test
    void onlyTheFrontDoorReachesIntoTheEngine() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.jobq.internal")
                .and()
                .doNotHaveFullyQualifiedName("io.jobq.JobQ")
                .and()
                .doNotHaveFullyQualifiedName("io.jobq.JobQ$Builder")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.jobq.internal")
                .check(CLASSES);
    }

    @Test
    void storagesKnowTheSpiAndItsValuesOnly() {
        classes()
                .that()
                .resideInAPackage("io.jobq.memory")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "io.jobq",
                        "io.jobq.spi",
                        "io.jobq.limits",
                        "io.jobq.memory",
                        "java..",
                        "org.slf4j",
                        "org.jspecify..")
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAPackage("io.jobq.memory")
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("io.jobq.JobQ")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("io.jobq.limits.Limits")
                .check(CLASSES);
    }

    @Test
    void theSpiKnowsNoEngineStorageOrFeature() {
        noClasses()
                .that()
                .resideInAPackage("io.jobq.spi")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.jobq.internal",
                        "io.jobq.memory",
                        "io.jobq.codec",
                        "io.jobq.dlq",
                        "io.jobq.idempotency",
                        "io.jobq.metrics",
                        "io.jobq.operations",
                        "io.jobq.resilience")
                .check(CLASSES);
    }

    @Test
    void featuresKnowTheApiAndTheSpiOnly() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "io.jobq.codec",
                        "io.jobq.dlq",
                        "io.jobq.idempotency",
                        "io.jobq.limits",
                        "io.jobq.metrics",
                        "io.jobq.operations",
                        "io.jobq.resilience")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.jobq.internal", "io.jobq.memory")
                .check(CLASSES);
    }

    @Test
    void theApiIsSmall() {
        List<String> types = CLASSES.stream()
                .filter(each -> each.getPackageName().equals("io.jobq") && each.isTopLevelClass())
                .filter(each -> each.getModifiers().contains(JavaModifier.PUBLIC))
                .map(JavaClass::getSimpleName)
                .filter(name -> !name.equals("package-info"))
                .toList();
        assertThat(types).hasSizeLessThanOrEqualTo(35);
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
        assertThat(lengths).hasSizeGreaterThan(200);
        assertThat(lengths.get(lengths.size() * 9 / 10))
                .as("90th percentile of method length")
                .isLessThanOrEqualTo(15);
    }
}
