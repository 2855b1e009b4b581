package dev.winnow.models.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class TorchScriptTest {
  private static final String SLOPE =
      """
        # The gradient of the sum of the cubes.
        def slope(self, x: List[Tensor]) -> List[Tensor]:
          leaf = torch.requires_grad_(torch.detach(x[0]), True)
          found = torch.grad([torch.sum(torch.pow(leaf, 3))], [leaf])
          return [torch._unwrap_optional(found[0])]

        def add(self, x: List[Tensor], y: List[Tensor]) -> List[Tensor]:
          sums = annotate(List[Tensor], [])
          for i in range(torch.len(x)):
            a = torch.append(sums, torch.add_(x[i], y[i]))
          return sums
      """;

  @Test
  void a_script_can_differentiate() {
    try (TorchScript script = TorchScript.load(SLOPE, 1);
        TorchTensor x = script.floats(new float[] {1, -2, 3}, 3)) {
      List<TorchTensor> slope = script.call("slope", List.of(x));

      assertThat(slope).hasSize(1);
      assertThat(slope.getFirst().toFloats()).containsExactly(3, 12, 27);
      slope.forEach(TorchTensor::close);
    }
  }

  @Test
  void lists_keep_their_order_and_tensors_can_be_changed_in_place() {
    try (TorchScript script = TorchScript.load(SLOPE, 1)) {
      TorchTensor a = script.longs(new long[] {1, 2}, 2);
      TorchTensor b = script.longs(new long[] {10}, 1);
      List<TorchTensor> sums =
          script.call(
              "add",
              List.of(a, b),
              List.of(script.longs(new long[] {3, 4}, 2), script.longs(new long[] {5}, 1)));

      assertThat(sums).hasSize(2);
      assertThat(a.toLongs()).containsExactly(4, 6);
      assertThat(sums.get(1).toLongs()).containsExactly(15);
    }
  }

  @Test
  void text_that_is_not_torchscript_is_refused_with_the_reason() {
    assertThatThrownBy(() -> TorchScript.load("  def f(self: return\n", 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("libtorch refused the script");
  }

  @Test
  void a_failing_call_names_the_method() {
    try (TorchScript script = TorchScript.load(SLOPE, 1)) {
      TorchTensor two = script.floats(new float[2], 2);
      TorchTensor three = script.floats(new float[3], 3);

      assertThatThrownBy(() -> script.call("add", List.of(two), List.of(three)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageStartingWith("add failed");
    }
  }

  @Test
  void threads_out_of_range_are_refused() {
    assertThatThrownBy(() -> TorchScript.load(SLOPE, 0)).hasMessageContaining("[1, 1024], got 0");
  }
}
