  # x / rms(x) over the last dimension. The gain is folded into the matrix behind, offline.
  def normalized(self, x: Tensor, eps: float) -> Tensor:
    return torch.rms_norm(x, [torch.size(x, -1)], None, eps)

  # Final norm and output head: out [rows, vocab] from hidden [rows, hidden].
  def logits(self, hidden: Tensor, head: HEAD_MATRIX, eps: float, out: Tensor) -> int:
    y = torch.copy_(out, (self).linear_head((self).normalized(hidden, eps), head))
    return 0
