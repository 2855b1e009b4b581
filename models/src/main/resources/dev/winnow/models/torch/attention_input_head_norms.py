  # As attention_input, then a norm on each query and key head: gains[0] is [heads + kvHeads, headDim].
  def attention_input(self, hidden: Tensor, qkv: MATRIX, gains: List[Tensor], eps: float, out: Tensor) -> int:
    y = (self).linear((self).normalized(hidden, eps), qkv)
    normed = torch.size(gains[0], 0)
    width = torch.size(gains[0], 1)
    z = torch.reshape(y, [torch.size(y, 0), -1, width])
    qk = torch.mul((self).normalized(torch.narrow(z, 1, 0, normed), eps), gains[0])
    v = torch.narrow(z, 1, normed, torch.sub(torch.size(z, 1), normed))
    o = torch.copy_(out, torch.reshape(torch.cat([qk, v], 1), [torch.size(y, 0), -1]))
    return 0
