  # x / rms(x); the gain is folded into the matrix behind.
  def normalized(self, x: Tensor, eps: float) -> Tensor:
    return torch.rms_norm(x, [torch.size(x, 1)], None, eps)

  def attention_input(self, hidden: Tensor, qkv: MATRIX, eps: float, out: Tensor) -> int:
    y = torch.copy_(out, (self).linear((self).normalized(hidden, eps), qkv))
    return 0

  def attention_output(self, hidden: Tensor, attended: Tensor, o: MATRIX, gate_up: MATRIX, down: MATRIX, eps: float) -> int:
    h = torch.add_(hidden, (self).linear(attended, o))
    gate, up, = torch.chunk((self).linear((self).normalized(h, eps), gate_up), 2, -1)
    h0 = torch.add_(hidden, (self).linear(torch.mul_(torch.silu(gate), up), down))
    return 0

  def logits(self, hidden: Tensor, head: MATRIX, eps: float, out: Tensor) -> int:
    y = torch.copy_(out, (self).linear((self).normalized(hidden, eps), head))
    return 0
