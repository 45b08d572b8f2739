internal import Actions
internal import Checkpoints
internal import Torch
internal import VLA

/// What a policy's logits say of the steps of a chunk.
struct StepScores {
  /// How much is computed.
  enum Detail {
    case logProbability
    case all
  }

  /// Summed over the tokens that count, rounded to float32, in which the reference's are kept, [steps].
  private(set) var logProbability: [Double]
  /// The entropy of the answers over the vocabulary, summed over tokens, in nats, [steps].
  private(set) var entropy: [Double]
  /// The tokens that the greedy answer hits, [steps].
  private(set) var hits: [Double]
  /// The squared distances of the greedy action's bin centres from the step's own, summed over dimensions, [steps].
  private(set) var squaredDistance: [Double]

  /// Sums what the `logits` of `rows` [row, vocabulary] say, by step.
  init(_ logits: Tensor, _ rows: SupervisedRows, count: Int, _ policy: Policy, _ detail: Detail) throws {
    logProbability = [Double](repeating: 0, count: count)
    (entropy, hits, squaredDistance) = (logProbability, logProbability, logProbability)
    let (values, entropies, greedy) = try withoutGradient {
      let all = try logits.logSoftmax(-1)
      let targets = try Tensor(rows.targets, [rows.targets.count, 1]).converted(on: policy.device)
      let values = try all.gathering(targets, 1).values(Double.self)
      guard detail == .all else { return (values, [Double](), [Int64]()) }
      return (
        values, try (all.exponential() * all).sum([1]).values(Double.self), try logits.argmax(-1).values(Int64.self)
      )
    }
    for (row, step) in rows.samples.enumerated() { logProbability[step] += values[row] }
    for step in 0..<count { logProbability[step] = Double(Float(logProbability[step])) }
    guard detail == .all else { return }
    for (row, step) in rows.samples.enumerated() {
      entropy[step] -= entropies[row]
      if greedy[row] == rows.targets[row] { hits[step] += 1 }
      guard policy.config.actionTokens.contains(Int(rows.targets[row])) else { continue }
      let centers = policy.actionTokenizer.decode([Int(greedy[row]), Int(rows.targets[row])])
      squaredDistance[step] += (centers[0] - centers[1]) * (centers[0] - centers[1])
    }
  }
}

/// What a policy answers at the steps of a batch, gathered from its chunks.
struct StepAnswers {
  private(set) var logProbability: [Double]
  private(set) var entropy: [Double]
  private(set) var hits: [Double]
  private(set) var squaredDistance: [Double]

  /// Nothing known of `count` steps yet.
  init(_ count: Int) {
    logProbability = [Double](repeating: 0, count: count)
    (entropy, hits, squaredDistance) = (logProbability, logProbability, logProbability)
  }

  mutating func set(_ range: Range<Int>, _ scores: StepScores) {
    logProbability.replaceSubrange(range, with: scores.logProbability)
    entropy.replaceSubrange(range, with: scores.entropy)
    hits.replaceSubrange(range, with: scores.hits)
    squaredDistance.replaceSubrange(range, with: scores.squaredDistance)
  }
}
