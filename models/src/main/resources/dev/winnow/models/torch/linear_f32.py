  # A matrix as float32: (weight [out, in], bias [out] or empty, unused).
  def pack(self, w: Tensor, bias: Tensor, had: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
    return (w.clone(), bias.clone(), had)

  # y [rows, out] = x [rows, in] w' + bias
  def linear(self, x: Tensor, m: Tuple[Tensor, Tensor, Tensor]) -> Tensor:
    w, bias, had, = m
    y = torch.linear(x, w)
    if torch.gt(torch.numel(bias), 0):
      y = torch.add_(y, bias)
    return y
