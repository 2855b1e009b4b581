package dev.winnow.bench.train;

import dev.winnow.models.torch.TorchScript;
import dev.winnow.models.torch.TorchTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Numbers as tensors without dimensions, for the length of one call. */
final class Scalars {
  private Scalars() {}

  /** Makes a call for its effect on its arguments. */
  static void run(
      TorchScript script, Function<List<TorchTensor>, List<TorchTensor>> call, float... values) {
    List<TorchTensor> scalars = new ArrayList<>();
    try {
      for (float value : values) {
        scalars.add(script.floats(new float[] {value}));
      }
      call.apply(scalars).forEach(TorchTensor::close);
    } finally {
      scalars.forEach(TorchTensor::close);
    }
  }
}
