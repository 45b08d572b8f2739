internal import Checkpoints
internal import TensorFiles
internal import Torch

/// Llama's decoder (Touvron et al., arXiv 2302.13971), also with grouped keys and values.
struct Decoder {
  let config: DecoderConfig
  /// [row, hidden].
  let embeddings: Tensor
  private let layers: [DecoderLayer]
  private let norm: RootMeanSquareNorm
  private let head: Linear
  private let rotary: RotaryEmbedding

  init(_ config: DecoderConfig, _ scope: ParameterScope, _ adapters: AdapterScaling?) throws(TorchError) {
    self.config = config
    embeddings = try scope.required("model.embed_tokens.weight")
    var layers: [DecoderLayer] = []
    for index in 0..<config.layers {
      layers.append(try DecoderLayer(config, index, scope.scope("model.layers.\(index)"), adapters))
    }
    self.layers = layers
    norm = try RootMeanSquareNorm(scope.scope("model.norm"), epsilon: config.rmsEpsilon)
    head = try Linear(scope.scope("lm_head"), adapters)
    rotary = RotaryEmbedding(headWidth: config.headDim, base: config.ropeTheta)
  }

  /// The rows of `ids` [batch, position]: [batch, position, hidden].
  func embed(_ ids: Tensor) throws(TorchError) -> Tensor { try embeddings.embedding(ids, padding: config.padTokenID) }

  /// The rotation of the first `count` positions, for what ``layer(_:_:_:)`` runs over.
  ///
  /// Queries and keys are rotated in `dtype`: in mixed precision that of matrix products, as in the reference.
  func rotation(_ count: Int, _ dtype: DType, on device: Device) throws(TorchError) -> Rotation {
    try rotary.rotation(0..<count, dtype, on: device)
  }

  /// The number of layers.
  var layerCount: Int { layers.count }

  /// Runs layer `index` over `x` [batch, position, hidden] under a causal mask.
  func layer(_ index: Int, _ x: Tensor, _ rotation: Rotation) throws(TorchError) -> Tensor {
    try layers[index](x, rotation, .causal, nil)
  }

  /// The float32 logits of the rows `x` [row, hidden] of the last layer's output, over the whole vocabulary.
  func normedLogits(_ x: Tensor) throws(TorchError) -> Tensor { try logits(norm(x)) }

  /// Runs all layers over `x` [batch, position, hidden], which follows what `cache` holds, and the final norm.
  ///
  /// `observe` sees the input, then each layer's output, the last one after the final norm.
  func hidden(
    _ x: Tensor, _ mask: AttentionMask, cache: KeyValueCache? = nil,
    observe: (Tensor) -> Void = { _ in }
  ) throws(TorchError) -> Tensor {
    let start = cache?.length ?? 0
    let end = start + x.size(1)
    let rotation = try rotary.rotation(start..<end, x.dtype, on: x.device)
    var x = x
    observe(x)
    for layer in layers {
      x = try layer(x, rotation, mask, cache)
      if layer.index < layers.count - 1 { observe(x) }
    }
    cache?.advance(end - start)
    x = try norm(x)
    observe(x)
    return x
  }

  /// The float32 logits of the rows `x` […, hidden] over the whole vocabulary.
  func logits(_ x: Tensor) throws(TorchError) -> Tensor { try head(x).converted(to: .float32) }

  /// The float32 logits of the rows `x` over the ids `range` only.
  func logits(_ x: Tensor, over range: Range<Int>) throws(TorchError) -> Tensor {
    var y = try x.linear(head.weight.slicing(range, 0))
    if let adapter = head.adapter {
      y =
        try y
        + adapter.change(x) { x, weight throws(TorchError) in
          try x.linear(weight.size(0) == head.weight.size(0) ? weight.slicing(range, 0) : weight)
        }
    }
    return try y.converted(to: .float32)
  }
}

/// x + attention(norm x), then x + down(silu(gate(norm x)) ⊙ up(norm x)).
struct DecoderLayer {
  let index: Int
  private let config: DecoderConfig
  private let inputNorm: RootMeanSquareNorm
  private let attentionNorm: RootMeanSquareNorm
  private let query: Linear
  private let key: Linear
  private let value: Linear
  private let output: Linear
  private let gate: Linear
  private let up: Linear
  private let down: Linear

  init(
    _ config: DecoderConfig, _ index: Int, _ scope: ParameterScope, _ adapters: AdapterScaling?
  ) throws(TorchError) {
    self.config = config
    self.index = index
    inputNorm = try RootMeanSquareNorm(scope.scope("input_layernorm"), epsilon: config.rmsEpsilon)
    attentionNorm = try RootMeanSquareNorm(scope.scope("post_attention_layernorm"), epsilon: config.rmsEpsilon)
    query = try Linear(scope.scope("self_attn.q_proj"), adapters)
    key = try Linear(scope.scope("self_attn.k_proj"), adapters)
    value = try Linear(scope.scope("self_attn.v_proj"), adapters)
    output = try Linear(scope.scope("self_attn.o_proj"), adapters)
    gate = try Linear(scope.scope("mlp.gate_proj"), adapters)
    up = try Linear(scope.scope("mlp.up_proj"), adapters)
    down = try Linear(scope.scope("mlp.down_proj"), adapters)
  }

  func callAsFunction(
    _ x: Tensor, _ rotation: Rotation, _ mask: AttentionMask, _ cache: KeyValueCache?
  ) throws(TorchError) -> Tensor {
    let y = try x + attention(inputNorm(x), rotation, mask, cache)
    let normed = try attentionNorm(y)
    return try y + down(gate(normed).silu() * up(normed))
  }

  private func attention(
    _ x: Tensor, _ rotation: Rotation, _ mask: AttentionMask, _ cache: KeyValueCache?
  ) throws(TorchError) -> Tensor {
    let (batch, count) = (x.size(0), x.size(1))
    func heads(_ projected: Tensor) throws(TorchError) -> Tensor {
      try projected.reshaped([batch, count, -1, config.headDim]).transposed(1, 2)
    }
    let q = try rotation(heads(query(x)))
    var k = try rotation(heads(key(x)))
    var v = try heads(value(x))
    if let cache { (k, v) = try cache.append(k, v, layer: index) }
    let attended = try q.attention(k, v, mask)
    return try output(attended.transposed(1, 2).reshaped([batch, count, -1]))
  }
}
