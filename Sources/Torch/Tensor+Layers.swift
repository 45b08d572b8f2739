internal import CTorch

/// Which positions a position may attend to.
public enum AttentionMask {
  /// All.
  case none
  /// Itself and those before it.
  case causal
  /// Those where this bool tensor, broadcast to [batch, head, query, key], holds.
  case allowed(Tensor)
}

extension Tensor {
  /// x Wᵀ + b over the last dimension; `weight` [out, in].
  public func linear(_ weight: Tensor, _ bias: Tensor? = nil) throws(TorchError) -> Tensor {
    try unsafe made("linear") { out, error in unsafe ctorch_linear(handle, weight.handle, bias?.handle, out, error) }
  }

  /// A convolution over [batch, channel, row, column] with the same stride both ways and no padding.
  public func convolution(_ weight: Tensor, _ bias: Tensor?, stride: Int) throws(TorchError) -> Tensor {
    try unsafe made("convolution") { out, error in
      unsafe ctorch_convolution(handle, weight.handle, bias?.handle, Int64(stride), out, error)
    }
  }

  /// Centres and scales the last dimension to unit variance, then applies `weight` and `bias`.
  public func layerNorm(_ weight: Tensor, _ bias: Tensor, epsilon: Double) throws(TorchError) -> Tensor {
    try unsafe made("layer norm") { out, error in
      unsafe ctorch_layer_norm(handle, weight.handle, bias.handle, epsilon, out, error)
    }
  }

  /// The rows of this table [row, channel] that `indices` name; the row `padding` gets no gradient.
  public func embedding(_ indices: Tensor, padding: Int? = nil) throws(TorchError) -> Tensor {
    try unsafe made("embedding") { out, error in
      unsafe ctorch_embedding(handle, indices.handle, Int64(padding ?? -1), out, error)
    }
  }

  /// Scaled dot-product attention of these queries [batch, head, position, channel].
  ///
  /// `key` and `value` may have fewer heads than there are queries', each then serving a run of them.
  public func attention(_ key: Tensor, _ value: Tensor, _ mask: AttentionMask) throws(TorchError) -> Tensor {
    let grouped = key.size(1) != size(1)
    return try unsafe made("attention") { out, error in
      switch mask {
      case .none: unsafe ctorch_attention(handle, key.handle, value.handle, nil, false, grouped, out, error)
      case .causal: unsafe ctorch_attention(handle, key.handle, value.handle, nil, true, grouped, out, error)
      case .allowed(let allowed):
        unsafe ctorch_attention(handle, key.handle, value.handle, allowed.handle, false, grouped, out, error)
      }
    }
  }

  /// Sets elements to 0 with `probability` and scales the others up, by the engine's own generator.
  public func dropout(_ probability: Double) throws(TorchError) -> Tensor {
    try unsafe made("dropout") { out, error in unsafe ctorch_dropout(handle, probability, out, error) }
  }
}
