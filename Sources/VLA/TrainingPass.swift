public import TensorFiles
internal import Torch

/// How the gradients of one batch are computed.
public struct TrainingPass: Sendable {
  /// The type of matrix products over float32 weights; `nil` computes everything in the weights' own type.
  public var autocast: DType?
  /// What is kept of the decoder's layers for the backward pass.
  public var activations: Activations
  /// The factor of the objective: one over the number of batches that are summed up.
  public var weight: Double

  /// What is kept of the decoder's layers for the backward pass.
  public enum Activations: String, Sendable, CaseIterable {
    /// All that gradients need.
    case kept
    /// Each layer's input; the rest is computed again, one layer at a time.
    case recomputed
  }

  public init(autocast: DType? = nil, activations: Activations = .kept, weight: Double = 1) {
    self.autocast = autocast
    self.activations = activations
    self.weight = weight
  }
}
