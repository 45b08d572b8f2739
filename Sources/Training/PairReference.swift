internal import VLA

/// Where the reference's log-probabilities of steps come from.
enum PairReference {
  /// They were computed before, and are kept by the steps' numbers in the set.
  case kept([Float])
  /// The policy as it was, computed with every batch.
  case policy(Policy)

  /// The log-probabilities of `steps`; those that are not kept are computed as `pass` computes.
  func logProbabilities(_ steps: [PairStep], _ pass: StepPass) throws -> [Double] {
    switch self {
    case .kept(let values): return steps.map { Double(values[$0.row]) }
    case .policy(let reference):
      var pass = pass
      pass.policy = reference
      return try pass.logProbabilities(steps)
    }
  }
}
