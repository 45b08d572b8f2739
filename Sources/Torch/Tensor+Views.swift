internal import CTorch

extension Tensor {
  /// The same elements in another shape; one size may be −1.
  public func reshaped(_ shape: [Int]) throws(TorchError) -> Tensor {
    try unsafe made("reshape") { out, error in unsafe withSizes(shape) { unsafe ctorch_reshape(handle, $0, out, error) }
    }
  }

  /// Repeats dimensions of size 1, without copying, to `shape`; −1 keeps a size.
  public func expanded(_ shape: [Int]) throws(TorchError) -> Tensor {
    try unsafe made("expand") { out, error in unsafe withSizes(shape) { unsafe ctorch_expand(handle, $0, out, error) } }
  }

  /// Reorders dimensions: dimension *i* of the result is `dimensions[i]` of this.
  public func permuted(_ dimensions: [Int]) throws(TorchError) -> Tensor {
    try unsafe made("permute") { out, error in
      unsafe withSizes(dimensions) { unsafe ctorch_permute(handle, $0, out, error) }
    }
  }

  /// Swaps two dimensions.
  public func transposed(_ a: Int, _ b: Int) throws(TorchError) -> Tensor {
    try unsafe made("transpose") { out, error in unsafe ctorch_transpose(handle, Int64(a), Int64(b), out, error) }
  }

  /// The slice at `index` of `dimension`, which goes away.
  public func selecting(_ index: Int, _ dimension: Int) throws(TorchError) -> Tensor {
    try unsafe made("select") { out, error in
      unsafe ctorch_select(handle, Int64(dimension), Int64(index), out, error)
    }
  }

  /// The part `range` of `dimension`.
  public func slicing(_ range: Range<Int>, _ dimension: Int) throws(TorchError) -> Tensor {
    try unsafe made("slice") { out, error in
      unsafe ctorch_narrow(handle, Int64(dimension), Int64(range.lowerBound), Int64(range.count), out, error)
    }
  }

  /// Joins `parts` along `dimension`.
  public static func concatenating(_ parts: [Tensor], _ dimension: Int) throws(TorchError) -> Tensor {
    try unsafe made("concatenate") { out, error in
      unsafe withTensors(parts) { unsafe ctorch_concatenate($0, Int64(dimension), out, error) }
    }
  }

  /// Repeats every slice of `dimension` `count` times, one after the other.
  public func repeatingEach(_ count: Int, _ dimension: Int) throws(TorchError) -> Tensor {
    try unsafe made("repeat") { out, error in
      unsafe ctorch_repeat_interleave(handle, Int64(count), Int64(dimension), out, error)
    }
  }

  /// The same elements, row-major in memory.
  public func contiguous() throws(TorchError) -> Tensor {
    try unsafe made("contiguous") { out, error in unsafe ctorch_contiguous(handle, out, error) }
  }

  /// A copy with memory of its own.
  public func copied() throws(TorchError) -> Tensor {
    try unsafe made("copy") { out, error in unsafe ctorch_clone(handle, out, error) }
  }

  /// The same memory, cut off from the recorded operations.
  public func detached() throws(TorchError) -> Tensor {
    try unsafe made("detach") { out, error in unsafe ctorch_detach(handle, out, error) }
  }
}
