  # A matrix as int8 with a scale per output channel: (packed, bias [out] or empty, rotation [b, b] of the input that has
  # to be done at run time, or empty where it was folded away offline).
  def pack(self, w: Tensor, bias: Tensor, rotation: Tensor) -> MATRIX:
    largest = torch.amax(torch.abs(w), [1])
    scales = torch.to(torch.clamp_min(torch.div(largest, 127.), 1e-12), 7)
    zeros = torch.to(torch.zeros_like(largest), 4)
    q = torch.quantize_per_channel(w, scales, zeros, 0, 12)
    return (ops.quantized.linear_prepack(q, None), bias, rotation)

  # y [rows, out] = x [rows, in] w' + bias. The quantised product has one activation scale for the whole input, so rows are
  # brought to the same size first; a single row has its own scale anyway.
  def linear(self, x: Tensor, m: MATRIX) -> Tensor:
    w, bias, rotation, = m
    if torch.gt(torch.numel(rotation), 0):
      a = torch.reshape(torch.matmul(torch.reshape(x, [torch.size(x, 0), -1, torch.size(rotation, 0)]), rotation), [torch.size(x, 0), -1])
    else:
      a = x
    if torch.gt(torch.size(a, 0), 1):
      largest = torch.clamp_min(torch.amax(torch.abs(a), [1], True), 1e-30)
      y = torch.mul_(ops.quantized.linear_dynamic(torch.div(a, largest), w, REDUCE_RANGE), largest)
    else:
      y = ops.quantized.linear_dynamic(a, w, REDUCE_RANGE)
    if torch.gt(torch.numel(bias), 0):
      z = torch.add_(y, bias)
    else:
      z = y
    return z
