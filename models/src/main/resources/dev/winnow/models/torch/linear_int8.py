  # A matrix as int8 with a scale per output channel: (packed, bias [out] or empty, rotation [b, b] of the input that has
  # to be done at run time, or empty where it was folded away offline).
  def pack_one(self, w: Tensor, bias: Tensor, rotation: Tensor) -> MATRIX:
    largest = torch.amax(torch.abs(w), [1])
    scales = torch.to(torch.clamp_min(torch.div(largest, 127.), 1e-12), 7)
    zeros = torch.to(torch.zeros_like(largest), 4)
    q = torch.quantize_per_channel(w, scales, zeros, 0, 12)
    return (ops.quantized.linear_prepack(q, None), bias, rotation)

  # What the shards of a matrix share: the rotated input, its rows brought to one size because the quantised product has one
  # activation scale for the whole input, and their sizes. A single row has its own scale anyway.
  def ready(self, x: Tensor, m: MATRIX) -> Tuple[Tensor, Tensor]:
    w, bias, rotation, = m
    if torch.gt(torch.numel(rotation), 0):
      a = torch.reshape(torch.matmul(torch.reshape(x, [torch.size(x, 0), -1, torch.size(rotation, 0)]), rotation), [torch.size(x, 0), -1])
    else:
      a = x
    if torch.gt(torch.size(a, 0), 1):
      scale = torch.clamp_min(torch.amax(torch.abs(a), [1], True), 1e-30)
      b = torch.div(a, scale)
    else:
      scale = a
      b = a
    return (b, scale)

  # y [rows, out] = x [rows, in] w' * scale + bias
  def product(self, x: Tensor, scale: Tensor, m: MATRIX) -> Tensor:
    w, bias, rotation, = m
    y = ops.quantized.linear_dynamic(x, w, REDUCE_RANGE)
    if torch.gt(torch.size(x, 0), 1):
      y0 = torch.mul_(y, scale)
    else:
      y0 = y
    if torch.gt(torch.numel(bias), 0):
      z = torch.add_(y0, bias)
    else:
      z = y0
    return z
