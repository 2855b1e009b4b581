  # Mean cross-entropy; batch[4]: targets.
  def loss(self, batch: List[Tensor], w: List[Tensor]) -> Tensor:
    return torch.cross_entropy_loss((self).logits(batch, w), batch[4])
