  # Output projection, residual, norm, SwiGLU MLP, residual; hidden [rows, hidden] is updated in place.
  def attention_output(self, hidden: Tensor, attended: Tensor, o: MATRIX, gate_up: MATRIX, down: MATRIX, gains: List[Tensor], eps: float) -> int:
    h = torch.add_(hidden, (self).linear(attended, o))
    gate, up, = torch.chunk((self).linear((self).normalized(h, eps), gate_up), 2, -1)
    y = torch.add_(hidden, (self).linear(torch.mul_(torch.silu(gate), up), down))
    return 0
