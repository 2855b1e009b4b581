package dev.winnow.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.winnow.kernels.Buffer;
import dev.winnow.kernels.DType;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class HalfFloatsTest {

  @ParameterizedTest
  @EnumSource(names = {"F16", "BF16"})
  void everyBitPatternWidensToTheNumberItStandsFor(DType dtype) {
    int count = 1 << 16;
    float[] widened = new float[count];
    try (Buffer all = Buffer.allocate(dtype, count)) {
      for (int i = 0; i < count; i++) {
        all.segment().set(ValueLayout.JAVA_SHORT_UNALIGNED, 2L * i, (short) i);
      }
      HalfFloats.widen(dtype, all.segment(), 0, widened, 0, count);
      for (int i = 0; i < count; i++) {
        float expected = all.getFloat(i);
        if (Float.floatToIntBits(widened[i]) != Float.floatToIntBits(expected)) {
          assertThat(widened[i]).as("pattern 0x%04x", i).isEqualTo(expected);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"F16", "BF16"})
  void everyNumberSurvivesBeingNarrowedAgain(DType dtype) {
    int count = 1 << 16;
    float[] widened = new float[count];
    try (Buffer all = Buffer.allocate(dtype, count);
        Buffer back = Buffer.allocate(dtype, count)) {
      for (int i = 0; i < count; i++) {
        all.segment().set(ValueLayout.JAVA_SHORT_UNALIGNED, 2L * i, (short) i);
      }
      HalfFloats.widen(dtype, all.segment(), 0, widened, 0, count);
      HalfFloats.narrow(widened, 0, dtype, back.segment(), 0, count);
      for (int i = 0; i < count; i++) {
        assertThat(Float.compare(back.getFloat(i), widened[i])).as("pattern 0x%04x", i).isZero();
      }
    }
  }
}
