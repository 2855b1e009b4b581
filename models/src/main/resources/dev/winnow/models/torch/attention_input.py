  # Norm and fused projection: out [rows, (heads + 2 kvHeads) headDim]. No gains.
  def attention_input(self, hidden: Tensor, qkv: MATRIX, gains: List[Tensor], eps: float, out: Tensor) -> int:
    y = torch.copy_(out, (self).linear((self).normalized(hidden, eps), qkv))
    return 0
