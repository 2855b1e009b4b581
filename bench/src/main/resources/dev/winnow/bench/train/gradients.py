  # The loss; then its gradients, scaled down together if their norm is above limit.
  def gradients(self, batch: List[Tensor], weights: List[Tensor], limit: List[Tensor]) -> List[Tensor]:
    leaves = annotate(List[Tensor], [])
    for i in range(torch.len(weights)):
      a = torch.append(leaves, torch.requires_grad_(torch.detach(weights[i]), True))
    loss = (self).loss(batch, leaves)
    found = torch.grad([loss], leaves)
    total = torch.zeros_like(limit[0])
    grads = annotate(List[Tensor], [])
    for i in range(torch.len(found)):
      g = torch._unwrap_optional(found[i])
      b = torch.append(grads, g)
      total = torch.add(total, torch.sum(torch.mul(g, g)))
    factor = torch.clamp_max(torch.div(limit[0], torch.add(torch.sqrt(total), 0.000001)), 1)
    result = [torch.detach(loss)]
    for i in range(torch.len(grads)):
      c = torch.append(result, torch.mul(grads[i], factor))
    return result
