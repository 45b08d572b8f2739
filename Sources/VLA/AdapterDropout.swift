internal import Torch

/// Drops elements of adapters' inputs at random while a seed is set, which is while training.
///
/// What a module drops follows from the seed and the module's name alone: computing a layer a second time, for its
/// gradient, drops the same elements.
public final class AdapterDropout {
  /// The probability with which an element is dropped; the others are scaled up.
  public let probability: Double
  /// What is dropped follows from it; nothing is where it is `nil`.
  public var seed: UInt64?

  public init(probability: Double) { self.probability = probability }

  /// Returns what is left of `x`, the input of the adapter of `module`.
  func callAsFunction(_ x: Tensor, _ module: String) throws(TorchError) -> Tensor {
    guard let seed, probability > 0 else { return x }
    // FNV-1a over the seed's bytes and the name's.
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for shift in stride(from: UInt64(0), to: 64, by: 8) { hash = (hash ^ (seed >> shift & 0xFF)) &* 0x100_0000_01B3 }
    for byte in module.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    try Engine.seed(hash)
    return try x.dropout(probability)
  }
}
