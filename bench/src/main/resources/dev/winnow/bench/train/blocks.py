  # What decoders are made of. HEAD_DIM and EPSILON are replaced by numbers.

  def normalized(self, x: Tensor, gain: Tensor) -> Tensor:
    scale = torch.rsqrt(torch.add(torch.mean(torch.mul(x, x), [-1], True), EPSILON))
    return torch.mul(torch.mul(x, scale), gain)

  def heads(self, x: Tensor) -> Tensor:
    return torch.transpose(torch.view(x, [torch.size(x, 0), torch.size(x, 1), -1, HEAD_DIM]), 1, 2)

  def rotated(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    a, b, = torch.chunk(x, 2, -1)
    return torch.add(torch.mul(x, cos), torch.mul(torch.cat([torch.neg(b), a], -1), sin))

  # Every key and value head once for each of its query heads.
  def spread(self, x: Tensor, heads: int) -> Tensor:
    kv = torch.size(x, 1)
    wide = torch.expand(torch.unsqueeze(x, 2), [torch.size(x, 0), kv, torch.floordiv(heads, kv), torch.size(x, 2), HEAD_DIM])
    return torch.reshape(wide, [torch.size(x, 0), heads, torch.size(x, 2), HEAD_DIM])
