  # Weighted sum of cross-entropies; batch[4]: targets; batch[5]: a weight for each.
  def loss(self, batch: List[Tensor], w: List[Tensor]) -> Tensor:
    each = torch.cross_entropy_loss((self).logits(batch, w), batch[4], None, 0)
    return torch.sum(torch.mul(each, batch[5]))
