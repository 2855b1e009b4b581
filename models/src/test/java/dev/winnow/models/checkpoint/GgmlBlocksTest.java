package dev.winnow.models.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GgmlBlocksTest {

  @SuppressWarnings("ArrayRecordComponent")
  record Case(GgmlType type, byte[] stored, float[] expected) {
    @Override
    public String toString() {
      return type.name();
    }
  }

  static List<Case> cases() throws IOException {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                GgmlBlocksTest.class.getResourceAsStream("/ggml-blocks.txt"),
                StandardCharsets.UTF_8))) {
      return reader
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(GgmlBlocksTest::parse)
          .toList();
    }
  }

  private static Case parse(String line) {
    String[] parts = line.split(" ", -1);
    float[] expected = new float[parts[2].length() / 8];
    ByteBuffer.wrap(HexFormat.of().parseHex(parts[2]))
        .order(ByteOrder.LITTLE_ENDIAN)
        .asFloatBuffer()
        .get(expected);
    return new Case(GgmlType.valueOf(parts[0]), HexFormat.of().parseHex(parts[1]), expected);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void blocksDequantiseBitForBitAsTheReferencePackage(Case test) {
    int blocks = test.stored.length / test.type.blockBytes;
    float[] out = new float[blocks * test.type.blockElements];
    test.type.decoder.decode(MemorySegment.ofArray(test.stored), 0, out, out.length);
    assertThat(out).containsExactly(test.expected);
  }

  @Test
  void everyTypeWithBlocksHasAReference() throws IOException {
    assertThat(cases().stream().map(Case::type))
        .containsAll(Stream.of(GgmlType.values()).filter(t -> t != GgmlType.F32).toList());
  }

  @Test
  void aFourBitBlockByHand() {
    // d = 0.5, m = -1; first byte holds 3 for element 0 and 15 for element 16, the rest 0.
    byte[] block = new byte[20];
    block[1] = 0x38;
    block[2] = 0;
    block[3] = (byte) 0xbc;
    block[4] = (byte) 0xf3;
    float[] out = new float[32];
    GgmlBlocks.q4v1(MemorySegment.ofArray(block), 0, out, 32);
    assertThat(out[0]).isEqualTo(0.5f);
    assertThat(out[1]).isEqualTo(-1f);
    assertThat(out[16]).isEqualTo(6.5f);
  }
}
