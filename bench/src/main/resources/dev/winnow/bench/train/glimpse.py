  # A decoder that reads projected patches, and what the vision transformer is asked besides.
  # weights: those of the vision transformer; heads of the class token and of patches, each with a bias; two layers of
  # the projector, each with a bias; embedding; nine per layer of the decoder as in Llama; final norm.
  # batch: pixels; numbers of the patches; weights of the losses: class token, patches, centres, centres that are
  # there, answers; pairs of form and colour that are there [rows, pairs]; form, colour and centre of each patch,
  # flattened. Then, if there are questions: ids [rows, 1 + tokens]; cos, sin [rows, 1, 1 + patches + tokens, HEAD_DIM];
  # mask [tokens, 1 + patches + tokens]; positions of predicted tokens in the flattened tokens; targets.

  # The last rows of x behind the layer whose weights start at i.
  def decoder_layer(self, x: Tensor, rows: int, cos: Tensor, sin: Tensor, mask: Tensor, w: List[Tensor], i: int) -> Tensor:
    first = torch.sub(torch.size(x, 1), rows)
    n = (self).normalized(x, w[i])
    q = (self).heads(torch.linear(torch.narrow(n, 1, first, rows), w[torch.add(i, 1)]))
    q0 = (self).rotated(q, torch.narrow(cos, 2, first, rows), torch.narrow(sin, 2, first, rows))
    k = (self).rotated((self).heads(torch.linear(n, w[torch.add(i, 2)])), cos, sin)
    v = (self).heads(torch.linear(n, w[torch.add(i, 3)]))
    k0 = (self).spread(k, torch.size(q, 1))
    v0 = (self).spread(v, torch.size(q, 1))
    if torch.eq(first, 0):
      a = torch.scaled_dot_product_attention(q0, k0, v0, None, 0., True)
    else:
      a = torch.scaled_dot_product_attention(q0, k0, v0, mask, 0., False)
    joined = torch.flatten(torch.transpose(a, 1, 2), 2, 3)
    y = torch.add(torch.narrow(x, 1, first, rows), torch.linear(joined, w[torch.add(i, 4)]))
    h = (self).normalized(y, w[torch.add(i, 5)])
    inner = torch.mul(torch.silu(torch.linear(h, w[torch.add(i, 6)])), torch.linear(h, w[torch.add(i, 7)]))
    return torch.add(y, torch.linear(inner, w[torch.add(i, 8)]))

  # Logits of the predicted tokens. The questions start at batch[at], the projector's weights at w[p].
  def answers(self, seen: Tensor, batch: List[Tensor], at: int, w: List[Tensor], p: int) -> Tensor:
    visual = (self).affine(torch.gelu((self).affine(seen, w, p)), w, torch.add(p, 2))
    text = torch.embedding(w[torch.add(p, 4)], batch[at])
    tokens = torch.sub(torch.size(text, 1), 1)
    x = torch.cat([torch.narrow(text, 1, 0, 1), visual, torch.narrow(text, 1, 1, tokens)], 1)
    first = torch.add(p, 5)
    layers = torch.floordiv(torch.sub(torch.len(w), first), 9)
    for layer in range(layers):
      # Behind the last layer only text matters.
      if torch.eq(layer, torch.sub(layers, 1)):
        rows = tokens
      else:
        rows = torch.size(x, 1)
      i = torch.add(first, torch.mul(layer, 9))
      x = (self).decoder_layer(x, rows, batch[torch.add(at, 1)], batch[torch.add(at, 2)], batch[torch.add(at, 3)], w, i)
    flat = torch.index_select(torch.flatten(x, 0, 1), 0, batch[torch.add(at, 4)])
    return torch.linear((self).normalized(flat, w[-1]), w[torch.add(p, 4)])

  def patches(self, states: Tensor) -> Tensor:
    return torch.narrow(states, 1, 1, torch.sub(torch.size(states, 1), 1))

  def loss(self, batch: List[Tensor], w: List[Tensor]) -> Tensor:
    states = (self).vision(batch, w)
    heads = torch.add(torch.mul(VISION_LAYERS, 16), 7)
    seen = (self).patches(states[0])
    weights = batch[2]
    there = torch.binary_cross_entropy_with_logits((self).affine(states[2], w, heads), batch[3])
    kinds = torch.flatten((self).affine(seen, w, torch.add(heads, 2)), 0, 1)
    form, colour, centre, = torch.split_with_sizes(kinds, [FORMS, COLOURS, 1], -1)
    kind = torch.add(torch.cross_entropy_loss(form, batch[4]), torch.cross_entropy_loss(colour, batch[5]))
    middle = torch.binary_cross_entropy_with_logits(torch.squeeze(centre, 1), batch[6], None, torch.select(weights, 0, 3))
    vision = torch.add(torch.mul(there, torch.select(weights, 0, 0)), torch.mul(kind, torch.select(weights, 0, 1)))
    total = torch.add(vision, torch.mul(middle, torch.select(weights, 0, 2)))
    p = torch.add(heads, 4)
    if torch.gt(torch.len(batch), 7):
      right = torch.cross_entropy_loss((self).answers(seen, batch, 7, w, p), batch[12])
      total = torch.add(total, torch.mul(right, torch.select(weights, 0, 4)))
    else:
      # Nothing depends on the decoder, but gradients are wanted of all weights.
      for i in range(torch.sub(torch.len(w), p)):
        total = torch.add(total, torch.mul(torch.sum(w[torch.add(p, i)]), 0))
    return total

  # The most likely token at each predicted position; without questions, which pairs of form and colour are there.
  def predict(self, batch: List[Tensor], weights: List[Tensor]) -> List[Tensor]:
    states = (self).vision(batch, weights)
    heads = torch.add(torch.mul(VISION_LAYERS, 16), 7)
    if torch.gt(torch.len(batch), 7):
      logits = (self).answers((self).patches(states[0]), batch, 7, weights, torch.add(heads, 4))
    else:
      there = torch.flatten((self).affine(states[2], weights, heads))
      logits = torch.stack([torch.zeros_like(there), there], -1)
    return [torch.argmax(logits, -1)]

  # Features of patches, and what the class token gives to each in the layer that makes them.
  def look(self, batch: List[Tensor], weights: List[Tensor]) -> List[Tensor]:
    states = (self).vision(batch, weights)
    layer = torch.add(torch.mul(torch.sub(VISION_LAYERS, 2), 16), 5)
    return [(self).patches(states[0]), (self).class_attention(states[1], weights, layer)]

  # Answers to questions about features, which stand in front of them in the batch.
  def answer(self, batch: List[Tensor], weights: List[Tensor]) -> List[Tensor]:
    p = torch.add(torch.mul(VISION_LAYERS, 16), 11)
    return [torch.argmax((self).answers(batch[0], batch, 1, weights, p), -1)]
