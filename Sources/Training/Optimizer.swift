public import Torch
internal import VLA

/// AdamW over a policy's trained parameters, in the groups that the reference makes.
public final class Optimizer {
  /// Which parameters decay.
  public enum Decay: String, Sendable, CaseIterable {
    /// Matrices only: neither biases nor anything of one dimension (OpenVLA's pre-training).
    case matrices
    /// All (PyTorch's default, OpenVLA's fine-tuning).
    case all
  }

  /// The names of the parameters, as in the policy.
  public let names: [String]
  /// The parameters, in the order of ``names``.
  public let parameters: [Tensor]
  private let groups: [(members: [Int], optimizer: AdamW)]

  /// Gathers the parameters of `store` that ask for gradients.
  public init(_ store: ParameterStore, _ options: AdamW.Options, _ decay: Decay) {
    var names: [String] = []
    var parameters: [Tensor] = []
    var decaying: [Int] = []
    var others: [Int] = []
    for name in store.names {
      guard let parameter = store[name], parameter.requiresGradient else { continue }
      let decays = decay == .all || parameter.rank > 1 && !name.hasSuffix(".bias")
      if decays { decaying.append(names.count) } else { others.append(names.count) }
      names.append(name)
      parameters.append(parameter)
    }
    self.names = names
    self.parameters = parameters
    var without = options
    without.weightDecay = 0
    groups = [(decaying, options), (others, without)].compactMap { members, options in
      members.isEmpty ? nil : (members, AdamW(members.map { parameters[$0] }, options))
    }
  }

  /// Changes every parameter that has a gradient.
  public func step(learningRate: Double) throws(TorchError) {
    for group in groups { try group.optimizer.step(learningRate: learningRate) }
  }

  /// The gradients there are, in the order of ``names``.
  public var gradients: [Tensor] {
    get throws(TorchError) {
      var gradients: [Tensor] = []
      for parameter in parameters { if let gradient = try parameter.gradient { gradients.append(gradient) } }
      return gradients
    }
  }

  /// Takes away all gradients.
  public func clearGradients() throws(TorchError) {
    for parameter in parameters { try parameter.setGradient(nil) }
  }

  /// Returns the norm over all gradients, which are scaled down to `limit` where it is larger.
  public func clip(to limit: Double?) throws(TorchError) -> Double { try clipGradients(of: parameters, to: limit) }

  /// The moments of each parameter, `nil` before its first step.
  public var moments: [AdamW.Moments?] {
    get {
      var all = [AdamW.Moments?](repeating: nil, count: names.count)
      for group in groups {
        for (place, member) in group.members.enumerated() { all[member] = group.optimizer.moments[place] }
      }
      return all
    }
    set {
      for group in groups { group.optimizer.moments = group.members.map { newValue[$0] } }
    }
  }
}
