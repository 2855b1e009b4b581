  # Offline work on a piece of a matrix w [out, in], whose memory is only lent: fold the gain of the norm before it, rotate
  # its input by the block rotation r (r = r', r r = 1) and its output likewise. Empty tensors mean "not".
  def prepare(self, w: Tensor, gain: Tensor, rotate_in: Tensor, rotate_out: Tensor) -> Tensor:
    if torch.gt(torch.numel(gain), 0):
      a = torch.mul(w, gain)
    else:
      a = torch.clone(w)
    if torch.gt(torch.numel(rotate_in), 0):
      b = torch.reshape(torch.matmul(torch.reshape(a, [torch.size(a, 0), -1, torch.size(rotate_in, 0)]), rotate_in), [torch.size(a, 0), -1])
    else:
      b = a
    if torch.gt(torch.numel(rotate_out), 0):
      c = torch.reshape(torch.matmul(rotate_out, torch.reshape(b, [-1, torch.size(rotate_out, 0), torch.size(b, 1)])), [torch.size(b, 0), -1])
    else:
      c = b
    return c

  # Whether every element is a number.
  def finite(self, w: Tensor) -> bool:
    return bool(torch.isfinite(torch.sum(torch.abs(w))))

  def join(self, pieces: List[Tensor]) -> Tensor:
    return torch.cat(pieces, 0)
