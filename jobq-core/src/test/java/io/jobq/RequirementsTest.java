package io.jobq;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What is said on a class path that does not fit. */
class RequirementsTest {
    /** This class path without a class that is too new. */
    private static final class Older extends URLClassLoader {
        private final String missing;

        Older(String missing) {
            super(classPath(), ClassLoader.getPlatformClassLoader());
            this.missing = missing;
        }

        private static URL[] classPath() {
            return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                    .map(each -> {
                        try {
                            return new File(each).toURI().toURL();
                        } catch (MalformedURLException impossible) {
                            throw new AssertionError(impossible);
                        }
                    })
                    .toArray(URL[]::new);
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            if (name.equals(missing)) {
                throw new ClassNotFoundException(name);
            }
            return super.findClass(name);
        }
    }

    @Test
    void annotationsThatAreTooOldForJackson3AreNamed() throws ReflectiveOperationException, IOException {
        try (Older loader = new Older("com.fasterxml.jackson.annotation.JsonSerializeAs")) {
            Method builder = loader.loadClass("io.jobq.JobQ").getMethod("builder");
            assertThatThrownBy(() -> builder.invoke(null))
                    .isInstanceOf(InvocationTargetException.class)
                    .cause()
                    .hasMessageStartingWith(
                            "JobQ needs jackson-annotations 2.21 or newer, since Jackson 3 does, but the class path has ")
                    .hasMessageContaining("com.fasterxml.jackson.core:jackson-annotations")
                    .extracting(each -> each.getClass().getName())
                    .isEqualTo("io.jobq.JobQException");
        }
    }
}
