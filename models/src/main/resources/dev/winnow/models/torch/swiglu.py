  # Norm and gated MLP input: inner = silu(gate) * up; a shard holds rows of gate, then the same rows of up.
  def gated(self, hidden: Tensor, gate_up: List[MATRIX], eps: float, inner: List[Tensor]) -> int:
    a, scale, = (self).ready((self).normalized(hidden, eps), gate_up[0])
    for i in range(torch.len(gate_up)):
      gate, up, = torch.chunk((self).product(a, scale, gate_up[i]), 2, -1)
      t = torch.copy_(inner[i], torch.mul_(torch.silu(gate), up))
    return 0
