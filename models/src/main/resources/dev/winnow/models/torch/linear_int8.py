  # A matrix as int8 with a scale per output channel, applied to activations that are quantised per row after a block
  # Hadamard rotation: (packed weight, bias [out] or empty, rotation [b, b] to apply at run time or empty).
  def pack(self, w: Tensor, bias: Tensor, had: Tensor) -> Tuple[__torch__.torch.classes.quantized.LinearPackedParamsBase, Tensor, Tensor]:
    largest = torch.amax(torch.abs(w), [1])
    scales = torch.to(torch.clamp_min(torch.div(largest, 127.0), 1e-12), 7)
    zeros = torch.to(torch.zeros_like(largest), 4)
    q = torch.quantize_per_channel(w, scales, zeros, 0, 12)
    return (ops.quantized.linear_prepack(q, None), bias.clone(), had)

  def linear(self, x: Tensor, m: Tuple[__torch__.torch.classes.quantized.LinearPackedParamsBase, Tensor, Tensor]) -> Tensor:
    w, bias, had, = m
    if torch.gt(torch.numel(had), 0):
      x0 = torch.reshape(torch.matmul(torch.reshape(x, [torch.size(x, 0), -1, torch.size(had, 0)]), had), [torch.size(x, 0), -1])
    else:
      x0 = x
    if torch.gt(torch.size(x0, 0), 1):
      largest = torch.clamp_min(torch.amax(torch.abs(x0), [1], True), 1e-30)
      y = torch.mul_(ops.quantized.linear_dynamic(torch.div(x0, largest), w, REDUCE_RANGE), largest)
    else:
      y = ops.quantized.linear_dynamic(x0, w, REDUCE_RANGE)
    if torch.gt(torch.numel(bias), 0):
      y0 = torch.add_(y, bias)
    else:
      y0 = y
    return y0
