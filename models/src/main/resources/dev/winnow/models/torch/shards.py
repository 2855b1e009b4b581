  # Packs w [out, in] in shards of so many rows each; the bias, if any, likewise.
  def pack(self, w: Tensor, bias: Tensor, rotation: Tensor, rows: List[int]) -> List[MATRIX]:
    shards = annotate(List[MATRIX], [])
    parts = torch.split_with_sizes(w, rows, 0)
    for i in range(torch.len(rows)):
      if torch.gt(torch.numel(bias), 0):
        b = torch.split_with_sizes(bias, rows, 0)[i]
      else:
        b = bias
      s = torch.append(shards, (self).pack_one(torch.contiguous(parts[i]), b, rotation))
    return shards

  # One of the shards, for a thread of its own.
  def shard(self, shards: List[MATRIX], i: int) -> List[MATRIX]:
    return [shards[i]]
