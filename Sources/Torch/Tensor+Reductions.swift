internal import CTorch

/// Whether a reduced dimension stays with size 1.
public enum ReducedDimensions: Sendable {
  case dropped, kept
}

extension Tensor {
  /// The sum over `dimensions`, or over all.
  public func sum(_ dimensions: [Int] = [], _ reduced: ReducedDimensions = .dropped) throws(TorchError) -> Tensor {
    try unsafe made("sum") { out, error in
      unsafe withSizes(dimensions) { unsafe ctorch_sum(handle, $0, reduced == .kept, out, error) }
    }
  }

  /// The mean over `dimensions`, or over all.
  public func mean(_ dimensions: [Int] = [], _ reduced: ReducedDimensions = .dropped) throws(TorchError) -> Tensor {
    try unsafe made("mean") { out, error in
      unsafe withSizes(dimensions) { unsafe ctorch_mean(handle, $0, reduced == .kept, out, error) }
    }
  }

  /// The index of the largest element of `dimension`, the first where several are.
  public func argmax(_ dimension: Int) throws(TorchError) -> Tensor {
    try unsafe made("argmax") { out, error in unsafe ctorch_argmax(handle, Int64(dimension), out, error) }
  }

  public func softmax(_ dimension: Int) throws(TorchError) -> Tensor {
    try unsafe made("softmax") { out, error in unsafe ctorch_softmax(handle, Int64(dimension), out, error) }
  }

  public func logSoftmax(_ dimension: Int) throws(TorchError) -> Tensor {
    try unsafe made("log softmax") { out, error in unsafe ctorch_log_softmax(handle, Int64(dimension), out, error) }
  }

  /// The element of `dimension` that `index`, of the same rank, names.
  public func gathering(_ index: Tensor, _ dimension: Int) throws(TorchError) -> Tensor {
    try unsafe made("gather") { out, error in
      unsafe ctorch_gather(handle, Int64(dimension), index.handle, out, error)
    }
  }

  /// The slices of `dimension` that the list `index` names.
  public func selecting(_ index: Tensor, _ dimension: Int) throws(TorchError) -> Tensor {
    try unsafe made("select") { out, error in
      unsafe ctorch_index_select(handle, Int64(dimension), index.handle, out, error)
    }
  }

  /// The mean cross-entropy of these logits [row, class] over the rows whose target is not `ignored`.
  ///
  /// NaN where all are ignored.
  public func crossEntropy(_ targets: Tensor, ignoring ignored: Int) throws(TorchError) -> Tensor {
    try unsafe made("cross-entropy") { out, error in
      unsafe ctorch_cross_entropy(handle, targets.handle, Int64(ignored), out, error)
    }
  }
}
