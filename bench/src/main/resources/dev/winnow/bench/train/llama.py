  # A Llama decoder with tied embeddings, differentiated. HEAD_DIM and CAUSAL are replaced by values.
  # weights: embedding; nine per layer: norm, q, k, v, o, norm, gate, up, down; final norm.
  # batch: ids [rows, tokens]; cos, sin [tokens, HEAD_DIM]; positions of predicted tokens in the flattened ids; what the loss wants.

  def attention(self, x: Tensor, cos: Tensor, sin: Tensor, w: List[Tensor], i: int) -> Tensor:
    h = (self).normalized(x, w[i])
    q = (self).rotated((self).heads(torch.linear(h, w[torch.add(i, 1)])), cos, sin)
    k = (self).rotated((self).heads(torch.linear(h, w[torch.add(i, 2)])), cos, sin)
    v = (self).heads(torch.linear(h, w[torch.add(i, 3)]))
    n = torch.size(q, 1)
    a = torch.scaled_dot_product_attention(q, (self).spread(k, n), (self).spread(v, n), None, 0., CAUSAL)
    return torch.reshape(torch.transpose(a, 1, 2), [-1, torch.mul(n, HEAD_DIM)])

  def logits(self, batch: List[Tensor], w: List[Tensor]) -> Tensor:
    ids = batch[0]
    positions = batch[3]
    x = torch.embedding(w[0], ids)
    layers = torch.floordiv(torch.sub(torch.len(w), 2), 9)
    for layer in range(layers):
      i = torch.add(torch.mul(layer, 9), 1)
      a = (self).attention(x, batch[1], batch[2], w, i)
      flat = torch.reshape(x, [-1, torch.size(x, 2)])
      # Behind the last attention only the predicted positions matter.
      if torch.eq(layer, torch.sub(layers, 1)):
        a0, flat0 = torch.index_select(a, 0, positions), torch.index_select(flat, 0, positions)
      else:
        a0, flat0 = a, flat
      y = torch.add(flat0, torch.linear(a0, w[torch.add(i, 4)]))
      h = (self).normalized(y, w[torch.add(i, 5)])
      inner = torch.mul(torch.silu(torch.linear(h, w[torch.add(i, 6)])), torch.linear(h, w[torch.add(i, 7)]))
      y0 = torch.add(y, torch.linear(inner, w[torch.add(i, 8)]))
      if torch.eq(layer, torch.sub(layers, 1)):
        x0 = y0
      else:
        x0 = torch.view_as(y0, x)
      x = x0
    return torch.linear((self).normalized(x, w[-1]), w[0])

  # The most likely token at each predicted position.
  def predict(self, batch: List[Tensor], weights: List[Tensor]) -> List[Tensor]:
    return [torch.argmax((self).logits(batch, weights), -1)]
