  # A matrix as float16 in the layout of the fp16 GEMM, which computes in float32: (packed, bias [out] or empty, unused).
  def pack_one(self, w: Tensor, bias: Tensor, rotation: Tensor) -> MATRIX:
    return (ops.quantized.linear_prepack_fp16(w, None), bias, rotation)

  # What the shards of a matrix share: nothing to do.
  def ready(self, x: Tensor, m: MATRIX) -> Tuple[Tensor, Tensor]:
    return (x, x)

  # y [rows, out] = x [rows, in] w' + bias
  def product(self, x: Tensor, scale: Tensor, m: MATRIX) -> Tensor:
    w, bias, rotation, = m
    y = ops.quantized.linear_dynamic_fp16(x, w)
    if torch.gt(torch.numel(bias), 0):
      z = torch.add_(y, bias)
    else:
      z = y
    return z
