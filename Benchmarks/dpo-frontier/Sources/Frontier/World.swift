internal import Glibc

/// One drawn task: the reference policy and the true reward, both known for every answer.
public struct World: Sendable {
  public let reference: Policy
  /// r in (0, 1) of every answer, [16][7776].
  public let rewards: [[Double]]
  /// log ρ of every answer, [16][7776].
  public let referenceLogProbabilities: [[Double]]

  /// Draws a world.
  ///
  /// The reward is σ(s − 2), s the sum over the answer of terms by position and token, by prompt and token, and by
  /// bigram, each normal with deviation 0.5.
  public init(seed: UInt64) {
    var policyDraws = SplitMix(seed: seed, stream: 1)
    var rewardDraws = SplitMix(seed: seed, stream: 2)
    var terms = (0..<CellTerms.narrow.parameters).map { _ in 0.5 * rewardDraws.normal() }
    terms[CellTerms.narrow.parameters - 1] = 0
    let scores = CellTerms.narrow.table(terms)
    self.init(
      reference: Policy(scale: 0.6, from: &policyDraws),
      rewards: (0..<Task.prompts).map { prompt in
        Task.sums(of: scores, prompt: prompt).map { 1 / (1 + exp(2 - $0)) }
      })
  }

  public init(reference: Policy, rewards: [[Double]]) {
    self.reference = reference
    self.rewards = rewards
    referenceLogProbabilities = (0..<Task.prompts).map {
      Task.sums(of: reference.logProbabilities, prompt: $0)
    }
  }

  /// Where a distribution stands: both exact, as means over the prompts.
  public struct Standing: Sendable, Equatable {
    /// KL(π‖ρ) of whole answers, in nats.
    public var divergence: Double
    /// E r.
    public var reward: Double
  }

  /// The standing of a policy, by enumeration of all answers.
  public func standing(of policy: Policy) -> Standing {
    var standing = Standing(divergence: 0, reward: 0)
    for prompt in 0..<Task.prompts {
      let sums = Task.sums(of: policy.logProbabilities, prompt: prompt)
      for answer in 0..<Task.answers {
        let probability = exp(sums[answer])
        standing.divergence += probability * (sums[answer] - referenceLogProbabilities[prompt][answer])
        standing.reward += probability * rewards[prompt][answer]
      }
    }
    return Standing(
      divergence: standing.divergence / Double(Task.prompts), reward: standing.reward / Double(Task.prompts))
  }
}
