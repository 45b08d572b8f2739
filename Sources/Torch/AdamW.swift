internal import CTorch

/// Adam with decoupled weight decay (Loshchilov and Hutter, arXiv 1711.05101), fused over all parameters.
///
/// A parameter without a gradient is left alone, decay included, as PyTorch does.
public final class AdamW {
  /// What stays the same from step to step.
  public struct Options: Equatable, Sendable {
    public var beta1 = 0.9
    public var beta2 = 0.999
    public var epsilon = 1e-8
    public var weightDecay = 0.01

    public init() {}
  }

  /// The moments of one parameter and the steps it took.
  public struct Moments {
    public let first: Tensor
    public let second: Tensor
    /// A float32 scalar.
    public let step: Tensor

    public init(first: Tensor, second: Tensor, step: Tensor) {
      self.first = first
      self.second = second
      self.step = step
    }
  }

  /// The parameters it changes.
  public let parameters: [Tensor]
  public let options: Options
  /// One per parameter; `nil` until its first step.
  public var moments: [Moments?]

  public init(_ parameters: [Tensor], _ options: Options = Options()) {
    self.parameters = parameters
    self.options = options
    moments = Array(repeating: nil, count: parameters.count)
  }

  /// Changes every parameter that has a gradient.
  ///
  /// - Throws: `TorchError`; the parameters may then be changed in part.
  public func step(learningRate: Double) throws(TorchError) {
    var changed: [Tensor] = []
    var gradients: [Tensor] = []
    var states: [Moments] = []
    for (index, parameter) in parameters.enumerated() {
      guard let gradient = try parameter.gradient else { continue }
      let state: Moments
      if let known = moments[index] {
        state = known
      } else {
        let zero = try Tensor.full(parameter.shape, 0, try parameter.dtype, on: parameter.device)
        state = Moments(first: zero, second: try zero.copied(), step: try Tensor.full([], 0, on: parameter.device))
        moments[index] = state
      }
      changed.append(parameter)
      gradients.append(gradient)
      states.append(state)
    }
    guard !changed.isEmpty else { return }
    try unsafe checked("AdamW") { error in
      unsafe withTensors(changed) { parameters in
        unsafe withTensors(gradients) { gradients in
          unsafe withTensors(states.map(\.first)) { first in
            unsafe withTensors(states.map(\.second)) { second in
              unsafe withTensors(states.map(\.step)) { steps in
                unsafe ctorch_adamw_(
                  parameters, gradients, first, second, steps, learningRate, options.beta1, options.beta2,
                  options.weightDecay, options.epsilon, error)
              }
            }
          }
        }
      }
    }
  }

  /// Takes away all gradients.
  public func clearGradients() throws(TorchError) {
    for parameter in parameters { try parameter.setGradient(nil) }
  }
}

/// Returns the Euclidean norm over all gradients of `parameters`, and scales them down to `limit` where it is larger.
///
/// As PyTorch: the factor is limit / (norm + 1e-6), at most 1.
public func clipGradients(of parameters: [Tensor], to limit: Double?) throws(TorchError) -> Double {
  var gradients: [Tensor] = []
  for parameter in parameters { if let gradient = try parameter.gradient { gradients.append(gradient) } }
  guard !gradients.isEmpty else { return 0 }
  let total = try unsafe made("gradient norm") { out, error in
    unsafe withTensors(gradients) { unsafe ctorch_total_norm($0, out, error) }
  }
  let norm = try total.scalar()
  if let limit {
    let factor = try Tensor.full([], min(limit / (norm + 1e-6), 1), try total.dtype, on: total.device)
    try unsafe checked("scale gradients") { error in
      unsafe withTensors(gradients) { unsafe ctorch_scale_all_($0, factor.handle, error) }
    }
  }
  return norm
}
