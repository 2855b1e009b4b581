  # As attention_input, then a norm on each query and key head: gains[i] is [query and key heads of shard i, headDim], and the
  # value heads come last.
  def attention_input(self, hidden: Tensor, qkv: List[MATRIX], gains: List[Tensor], eps: float, outs: List[Tensor]) -> int:
    a, scale, = (self).ready((self).normalized(hidden, eps), qkv[0])
    for i in range(torch.len(qkv)):
      y = (self).product(a, scale, qkv[i])
      normed = torch.size(gains[i], 0)
      z = torch.reshape(y, [torch.size(y, 0), -1, torch.size(gains[i], 1)])
      qk = torch.mul((self).normalized(torch.narrow(z, 1, 0, normed), eps), gains[i])
      v = torch.narrow(z, 1, normed, torch.sub(torch.size(z, 1), normed))
      t = torch.copy_(outs[i], torch.reshape(torch.cat([qk, v], 1), [torch.size(y, 0), -1]))
    return 0
