  # A CLIP-like vision transformer, differentiated. HEAD_DIM, EPSILON and VISION_LAYERS are replaced by numbers.
  # weights: patch embedding; class token; positions, the class token's first; norm; sixteen per layer: norm, q, k, v,
  # o, norm, fc1, fc2, each with a bias; norm. A norm is a gain and a bias too.
  # batch: pixels [rows, patches, values]; numbers of the patches [rows, patches].

  def layer_norm(self, x: Tensor, w: List[Tensor], i: int) -> Tensor:
    return torch.layer_norm(x, [torch.size(x, -1)], w[i], w[torch.add(i, 1)], EPSILON)

  def affine(self, x: Tensor, w: List[Tensor], i: int) -> Tensor:
    return torch.linear(x, w[i], w[torch.add(i, 1)])

  # The first rows of x behind the layer whose weights start at i; all of x is attended to.
  def vision_layer(self, x: Tensor, rows: int, w: List[Tensor], i: int) -> Tensor:
    n = (self).layer_norm(x, w, i)
    q = (self).heads((self).affine(torch.narrow(n, 1, 0, rows), w, torch.add(i, 2)))
    k = (self).heads((self).affine(n, w, torch.add(i, 4)))
    v = (self).heads((self).affine(n, w, torch.add(i, 6)))
    a = torch.scaled_dot_product_attention(q, k, v, None, 0., False)
    joined = torch.flatten(torch.transpose(a, 1, 2), 2, 3)
    y = torch.add(torch.narrow(x, 1, 0, rows), (self).affine(joined, w, torch.add(i, 8)))
    inner = (self).affine((self).layer_norm(y, w, torch.add(i, 10)), w, torch.add(i, 12))
    gated = torch.mul(inner, torch.sigmoid(torch.mul(inner, 1.702)))
    return torch.add(y, (self).affine(gated, w, torch.add(i, 14)))

  # Class token and patches in front of the first layer.
  def embedded(self, batch: List[Tensor], w: List[Tensor]) -> Tensor:
    pixels = batch[0]
    patches = torch.linear(pixels, torch.flatten(w[0], 1, -1))
    placed = torch.add(patches, torch.embedding(w[2], torch.add(batch[1], 1)))
    token = torch.add(w[1], torch.select(w[2], 0, 0))
    tokens = torch.expand(torch.view(token, [1, 1, -1]), [torch.size(pixels, 0), 1, torch.size(patches, 2)])
    return (self).layer_norm(torch.cat([tokens, placed], 1), w, 3)

  # Class token and patches behind the layer before the last; what goes into that layer; the class token in the end.
  # Nothing else is wanted of the last layer.
  def vision(self, batch: List[Tensor], w: List[Tensor]) -> List[Tensor]:
    x = (self).embedded(batch, w)
    before = x
    for layer in range(torch.sub(VISION_LAYERS, 1)):
      before = x
      x = (self).vision_layer(x, torch.size(x, 1), w, torch.add(torch.mul(layer, 16), 5))
    last = torch.add(torch.mul(torch.sub(VISION_LAYERS, 1), 16), 5)
    token = (self).vision_layer(x, 1, w, last)
    return [x, before, (self).layer_norm(torch.squeeze(token, 1), w, torch.add(last, 16))]

  # What the class token's heads give to each patch, on average, in the layer of weights i, whose input is x.
  def class_attention(self, x: Tensor, w: List[Tensor], i: int) -> Tensor:
    n = (self).layer_norm(x, w, i)
    q = (self).heads((self).affine(torch.narrow(n, 1, 0, 1), w, torch.add(i, 2)))
    k = (self).heads((self).affine(n, w, torch.add(i, 4)))
    scores = torch.div(torch.matmul(q, torch.transpose(k, 2, 3)), torch.sqrt(HEAD_DIM))
    given = torch.squeeze(torch.mean(torch.softmax(scores, -1), [1]), 1)
    return torch.narrow(given, 1, 1, torch.sub(torch.size(given, 1), 1))
