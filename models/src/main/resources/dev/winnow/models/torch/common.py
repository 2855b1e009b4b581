  # Matrices come as lists of shards, each with some of the output columns, and so do the tensors they write to, so that the
  # same methods serve one thread with all shards or several threads with one shard each.

  # x / rms(x) over the last dimension. The gain is folded into the matrix behind, offline.
  def normalized(self, x: Tensor, eps: float) -> Tensor:
    return torch.rms_norm(x, [torch.size(x, -1)], None, eps)

  # targets += x m', column shard by column shard: output projections onto the residual stream.
  def add_products(self, x: Tensor, m: List[MATRIX], targets: List[Tensor]) -> int:
    a, scale, = (self).ready(x, m[0])
    for i in range(torch.len(m)):
      t = torch.add_(targets[i], (self).product(a, scale, m[i]))
    return 0

  # As add_products, but targets = x m'.
  def set_products(self, x: Tensor, m: List[MATRIX], targets: List[Tensor]) -> int:
    a, scale, = (self).ready(x, m[0])
    for i in range(torch.len(m)):
      t = torch.copy_(targets[i], (self).product(a, scale, m[i]))
    return 0

  # hidden += gain * projected / rms(projected), for families that norm the output of their half layers.
  def add_normalized(self, hidden: Tensor, projected: Tensor, gain: Tensor, eps: float) -> int:
    h = torch.add_(hidden, torch.mul((self).normalized(projected, eps), gain))
    return 0

  # Final norm and output head: out [rows, vocab] from hidden [rows, hidden].
  def logits(self, hidden: Tensor, head: List[HEAD_MATRIX], eps: float, out: List[Tensor]) -> int:
    a, scale, = (self).ready_head((self).normalized(hidden, eps), head[0])
    for i in range(torch.len(head)):
      t = torch.copy_(out[i], (self).product_head(a, scale, head[i]))
    return 0

  # Views of the columns of x, as many as widths says.
  def columns(self, x: Tensor, widths: List[int]) -> List[Tensor]:
    return torch.split_with_sizes(x, widths, 1)

  def pick(self, x: List[Tensor], i: int) -> List[Tensor]:
    return [x[i]]
