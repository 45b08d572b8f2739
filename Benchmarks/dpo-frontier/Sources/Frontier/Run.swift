/// One method with one setting, one seed and one set of pairs.
public struct Run: Sendable, Codable {
  /// Where a policy was found at a step.
  public struct Point: Sendable, Codable {
    /// Optimiser steps, or N of best-of-N.
    public var step: Int
    /// KL(π‖ρ), exact, nats.
    public var divergence: Double
    /// E r, exact.
    public var reward: Double
    /// The optimum's reward at this divergence, less `reward`.
    public var regret: Double
    /// What the training pairs say, for methods that train on them directly.
    public var training: PairStatistics?
    /// The share of held-out pairs whose chosen answer gained more.
    public var heldOutAccuracy: Double?
  }

  public var method: Method
  /// Its β, τ, α or N.
  public var setting: String
  public var seed: UInt64
  /// Pairs it learned from, 0 for oracles.
  public var pairs: Int
  /// The index of the pair budget in the sweep, none for oracles.
  public var budget: Int?
  /// Answers drawn from the policy during training, all steps together.
  public var samples: Int
  public var points: [Point]
}

/// How a policy moved from its reference on pairs.
public struct PairStatistics: Sendable, Codable {
  /// The share with r_w > r_l.
  public var accuracy: Double
  /// Means of log π − log ρ of the chosen and the rejected answers, in nats.
  public var chosen: Double
  public var rejected: Double

  init(_ policy: Policy, reference: Policy, pairs: [AnswerPair]) {
    let moved = zip(policy.logProbabilities, reference.logProbabilities).map { $0 - $1 }
    var (right, chosen, rejected) = (0, 0.0, 0.0)
    for pair in pairs {
      let gained = Task.sum(of: moved, prompt: pair.prompt, answer: pair.chosen)
      let lost = Task.sum(of: moved, prompt: pair.prompt, answer: pair.rejected)
      right += gained > lost ? 1 : 0
      chosen += gained
      rejected += lost
    }
    let count = Double(max(pairs.count, 1))
    accuracy = Double(right) / count
    self.chosen = chosen / count
    self.rejected = rejected / count
  }
}
