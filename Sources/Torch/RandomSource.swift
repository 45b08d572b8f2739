internal import CTorch

/// A stream of random numbers that its seed fixes (the engine's Mersenne Twister, on the host).
@safe
public final class RandomSource {
  private let generator: OpaquePointer

  public init(seed: UInt64) throws(TorchError) {
    var handle: OpaquePointer?
    try unsafe checked("random source") { error in unsafe ctorch_generator_make(seed, &handle, error) }
    guard let handle = unsafe handle else {
      throw TorchError(.refused("no generator was made"), operation: "random source")
    }
    unsafe generator = unsafe handle
  }

  deinit { unsafe ctorch_generator_free(generator) }

  /// Overwrites `tensor` with draws from a normal distribution.
  public func fillNormal(_ tensor: Tensor, mean: Double = 0, deviation: Double) throws(TorchError) {
    try unsafe checked("normal") { error in unsafe ctorch_normal_(tensor.handle, mean, deviation, generator, error) }
  }

  /// Overwrites `tensor` with draws from `low` up to `high`, uniformly.
  public func fillUniform(_ tensor: Tensor, low: Double, high: Double) throws(TorchError) {
    try unsafe checked("uniform") { error in unsafe ctorch_uniform_(tensor.handle, low, high, generator, error) }
  }
}
