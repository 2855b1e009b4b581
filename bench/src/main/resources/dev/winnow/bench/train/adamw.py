  # One step. settings: learning rate, beta 1, beta 2, 1 - beta 1 ^ step, 1 - beta 2 ^ step, weight decay of matrices.
  def adamw(self, settings: List[Tensor], weights: List[Tensor], grads: List[Tensor], first: List[Tensor], second: List[Tensor]) -> List[Tensor]:
    rate = settings[0]
    for i in range(torch.len(weights)):
      w = weights[i]
      g = grads[i]
      m = torch.add_(torch.mul_(first[i], settings[1]), torch.mul(g, torch.rsub(settings[1], 1)))
      v = torch.add_(torch.mul_(second[i], settings[2]), torch.mul(torch.mul(g, g), torch.rsub(settings[2], 1)))
      if torch.gt(torch.dim(w), 1):
        d = torch.mul_(w, torch.rsub(torch.mul(rate, settings[5]), 1))
      else:
        d = w
      root = torch.add(torch.sqrt(torch.div(v, settings[4])), 0.00000001)
      s = torch.sub_(w, torch.mul(torch.div(torch.div(m, settings[3]), root), rate))
    return [rate]
