  # As swiglu with tanh GELU, and a norm behind attention (gains[0]) and behind the MLP (gains[1]).
  def attention_output(self, hidden: Tensor, attended: Tensor, o: MATRIX, gate_up: MATRIX, down: MATRIX, gains: List[Tensor], eps: float) -> int:
    a = (self).normalized((self).linear(attended, o), eps)
    h = torch.add_(hidden, torch.mul(a, gains[0]))
    gate, up, = torch.chunk((self).linear((self).normalized(h, eps), gate_up), 2, -1)
    m = (self).linear(torch.mul_(torch.gelu(gate, approximate="tanh"), up), down)
    y = torch.add_(hidden, torch.mul((self).normalized(m, eps), gains[1]))
    return 0
