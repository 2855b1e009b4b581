  # A matrix as float32: (weight [out, in], bias [out] or empty, unused).
  def pack(self, w: Tensor, bias: Tensor, rotation: Tensor) -> MATRIX:
    return (w, bias, rotation)

  # y [rows, out] = x [rows, in] w' + bias
  def linear(self, x: Tensor, m: MATRIX) -> Tensor:
    w, bias, rotation, = m
    y = torch.linear(x, w)
    if torch.gt(torch.numel(bias), 0):
      z = torch.add_(y, bias)
    else:
      z = y
    return z
