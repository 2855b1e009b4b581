  # The orthogonal matrix nearest to g, approximately, by five Newton-Schulz steps.
  def orthogonal(self, g: Tensor) -> Tensor:
    tall = torch.gt(torch.size(g, 0), torch.size(g, 1))
    if tall:
      x0 = torch.t(g)
    else:
      x0 = g
    x = torch.div(x0, torch.add(torch.sqrt(torch.sum(torch.mul(x0, x0))), 0.0000001))
    for i in range(5):
      a = torch.mm(x, torch.t(x))
      b = torch.add(torch.mul(a, -4.7750), torch.mul(torch.mm(a, a), 2.0315))
      x = torch.add(torch.mul(x, 3.4445), torch.mm(b, x))
    if tall:
      y = torch.t(x)
    else:
      y = x
    return y

  # One step with Nesterov momentum. settings: learning rate, momentum, weight decay.
  def muon(self, settings: List[Tensor], weights: List[Tensor], grads: List[Tensor], momenta: List[Tensor]) -> List[Tensor]:
    rate = settings[0]
    for i in range(torch.len(weights)):
      w = weights[i]
      m = torch.add_(torch.mul_(momenta[i], settings[1]), grads[i])
      u = (self).orthogonal(torch.add(grads[i], torch.mul(m, settings[1])))
      aspect = torch.div(torch.size(w, 0), torch.size(w, 1))
      if torch.gt(aspect, 1.):
        scale = torch.sqrt(aspect)
      else:
        scale = 1.
      d = torch.mul_(w, torch.rsub(torch.mul(rate, settings[2]), 1))
      s = torch.sub_(w, torch.mul(u, torch.mul(rate, scale)))
    return [rate]
