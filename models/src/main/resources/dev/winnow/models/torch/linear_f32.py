  # A matrix as float32: (weight [out, in], bias [out] or empty, unused).
  def pack_one(self, w: Tensor, bias: Tensor, rotation: Tensor) -> MATRIX:
    return (torch.clone(w), bias, rotation)

  # What the shards of a matrix share: nothing to do.
  def ready(self, x: Tensor, m: MATRIX) -> Tuple[Tensor, Tensor]:
    return (x, x)

  # y [rows, out] = x [rows, in] w' + bias
  def product(self, x: Tensor, scale: Tensor, m: MATRIX) -> Tensor:
    w, bias, rotation, = m
    y = torch.linear(x, w)
    if torch.gt(torch.numel(bias), 0):
      z = torch.add_(y, bias)
    else:
      z = y
    return z
