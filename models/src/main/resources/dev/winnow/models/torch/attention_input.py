  # Norm and fused projection: outs, together [rows, (heads + 2 kvHeads) headDim]. No gains.
  def attention_input(self, hidden: Tensor, qkv: List[MATRIX], gains: List[Tensor], eps: float, outs: List[Tensor]) -> int:
    a, scale, = (self).ready((self).normalized(hidden, eps), qkv[0])
    for i in range(torch.len(qkv)):
      t = torch.copy_(outs[i], (self).product(a, scale, qkv[i]))
    return 0
