package io.jobq.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jobq.JacksonCodec;
import io.jobq.Job;
import io.jobq.JobHandle;
import io.jobq.JobQ;
import io.jobq.JobSnapshot;
import io.jobq.PayloadCodec;
import io.jobq.dlq.DeadLetterQueue;
import io.jobq.memory.InMemoryStorage;
import io.jobq.spi.Payload;
import io.jobq.spi.Storage;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.node.JsonNodeFactory;

/** Compression and encryption in a running system: payloads, results, upcasters, rotation. */
@Timeout(30)
class CodecsEndToEndTest {
    record Letter(String to, String text) {}

    private static final SecretKey OLD = new SecretKeySpec(new byte[32], "AES");
    private static final SecretKey NEW =
            new SecretKeySpec("0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.UTF_8), "AES");
    private static final String SECRET = "the secret ".repeat(500);

    private final Storage storage = new InMemoryStorage();

    private static PayloadCodec codec(EncryptionKeys keys) {
        return new EncryptingCodec(new CompressingCodec(new JacksonCodec(), 1_024), keys);
    }

    private JobQ producer(PayloadCodec codec) {
        return JobQ.builder().storage(storage).codec(codec).build();
    }

    private JobQ worker(PayloadCodec codec) {
        return JobQ.builder()
                .storage(storage)
                .codec(codec)
                .compute("send", Letter.class, (letter, job) -> letter.to() + ": " + letter.text())
                .type(
                        "send",
                        type -> type.withVersion(2)
                                .withUpcaster(
                                        1,
                                        json -> JsonNodeFactory.instance
                                                .objectNode()
                                                .put("to", "ada")
                                                .put("text", json.asString())))
                .start();
    }

    private static void assertHidden(Payload stored) {
        assertThat(new String(stored.data(), StandardCharsets.ISO_8859_1))
                .startsWith("\u008aJQE")
                .doesNotContain("secret")
                .hasSizeLessThan(300);
    }

    @Test
    void payloadsResultsAndUpcastersWorkAndNothingIsStoredInTheClear() {
        PayloadCodec codec = codec(new EncryptionKeys("old", Map.of("old", OLD)));
        JobHandle first;
        try (JobQ version1 = producer(codec)) {
            first = version1.enqueue(Job.of("send", SECRET));
        }
        try (JobQ version2 = worker(codec)) {
            JobHandle second = version2.enqueue(Job.of("send", new Letter("bob", SECRET)));
            assertThat(version2.job(first.id()).result(String.class).join()).isEqualTo("ada: " + SECRET);
            assertThat(second.result(String.class).join()).isEqualTo("bob: " + SECRET);
            for (JobHandle each : new JobHandle[] {version2.job(first.id()), second}) {
                JobSnapshot job = each.find().orElseThrow();
                assertHidden(job.job().payload());
                assertHidden(job.result());
            }
        }
    }

    @Test
    void compressionAloneKeepsSmallPayloadsReadable() {
        PayloadCodec codec = new CompressingCodec(new JacksonCodec(), 1_024);
        JobHandle before;
        try (JobQ plain = producer(new JacksonCodec())) {
            before = plain.enqueue(Job.of("send", SECRET));
        }
        try (JobQ jobq = worker(codec)) {
            JobHandle small = jobq.enqueue(Job.of("send", new Letter("bob", "hello")));
            assertThat(jobq.job(before.id()).result(String.class).join()).isEqualTo("ada: " + SECRET);
            assertThat(small.result(String.class).join()).isEqualTo("bob: hello");
            assertThat(small.find().orElseThrow().result()).hasToString("\"bob: hello\"");
            assertThat(jobq.job(before.id()).find().orElseThrow().result().data())
                    .hasSizeLessThan(200);
        }
    }

    @Test
    void compressedPayloadsMayBeLargerThanWhatMayBeStored() {
        try (JobQ jobq = worker(new CompressingCodec(new JacksonCodec(), 1_024))) {
            String large = "x".repeat(5 << 20);
            JobHandle job = jobq.enqueue(Job.of("send", new Letter("bob", large)));
            assertThat(job.result(String.class).join()).hasSize(large.length() + "bob: ".length());
            assertThatThrownBy(() -> jobq.enqueue(Job.of("send", new Letter("bob", large.repeat(4)))))
                    .hasMessageContaining("'send'")
                    .hasMessageContaining("maxDecodedBytes");
        }
    }

    @Test
    void aJobWhoseKeyIsMissingIsADeadLetterUntilTheKeyIsThere() {
        EncryptionKeys both = new EncryptionKeys("new", Map.of("old", OLD, "new", NEW));
        JobHandle job;
        try (JobQ rotated = producer(codec(both))) {
            job = rotated.enqueue(Job.of("send", SECRET));
        }
        try (JobQ behind = worker(codec(new EncryptionKeys("old", Map.of("old", OLD))))) {
            assertThatThrownBy(() -> behind.job(job.id()).result(String.class).join())
                    .hasMessageContaining("encrypted with key 'new'");
            assertThat(behind.job(job.id()).find().orElseThrow().errors().toString())
                    .doesNotContain("the secret");
        }
        try (JobQ repaired = worker(codec(both))) {
            DeadLetterQueue.of(repaired).replayAll(DeadLetterQueue.Filter.ALL);
            assertThat(repaired.job(job.id()).result(String.class).join()).isEqualTo("ada: " + SECRET);
        }
    }
}
