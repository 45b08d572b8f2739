extension PairingContext {
  /// Pairs of a success and a failure.
  mutating func successFailure(_ strategy: Strategy) throws -> [PreferencePair] {
    let (good, bad) = (successes, failures)
    try check(candidates: good.count * bad.count, strategy)
    var candidates: [(Int, Int)] = []
    switch strategy.choose {
    case .bestWorst:
      // Of those with a score; ties by id.
      guard let best = ranked().first(where: { rollouts[$0.rollout].success == true }),
        let worst = ranked().last(where: { rollouts[$0.rollout].success == false })
      else { return [] }
      candidates = [(best.rollout, worst.rollout)]
    case .all, .random, .nearestLength:
      candidates = good.flatMap { chosen in bad.map { (chosen, $0) } }
    }
    if strategy.choose == .nearestLength {
      func distance(_ pair: (Int, Int)) -> Int { abs(rollouts[pair.0].length - rollouts[pair.1].length) }
      let ranked = candidates.sorted { (distance($0), $0.0, $0.1) < (distance($1), $1.0, $1.1) }
      counts.add(.groupCap, max(0, ranked.count - strategy.count))
      candidates = Array(ranked.prefix(strategy.count))
    }
    let pairs = candidates.map { chosen, rejected in
      PreferencePair(
        chosen: trajectory(chosen, strategy), rejected: trajectory(rejected, strategy), strategy: strategy.name,
        unit: .trajectory, key: group.key, chosenScore: 1, rejectedScore: 0, source: .success)
    }
    return capped(
      pairs, strategy.choose == .random ? min(strategy.count, strategy.cap ?? .max) : strategy.cap, strategy)
  }

  /// Pairs of the best m with the worst m: m² of them, where the two do not overlap.
  mutating func returnRank(_ strategy: Strategy) -> [PreferencePair] {
    let ranked = ranked()
    let m = strategy.name == .bestWorst ? 1 : strategy.count
    guard ranked.count >= 2 else { return [] }
    var pairs: [PreferencePair] = []
    for (place, best) in ranked.enumerated().prefix(m) {
      for (offset, worst) in ranked.enumerated().suffix(m) where offset > place {
        if let pair = scored(best, worst, strategy, deviation: 1) { pairs.append(pair) }
      }
    }
    return capped(pairs, strategy.cap, strategy)
  }

  /// All pairs whose scores differ enough.
  mutating func marginAll(_ strategy: Strategy) throws -> [PreferencePair] {
    let ranked = ranked()
    try check(candidates: ranked.count * (ranked.count - 1) / 2, strategy)
    let deviation = strategy.marginUnit == .absolute ? 1 : Self.deviation(ranked.map(\.score))
    var pairs: [PreferencePair] = []
    for (place, better) in ranked.enumerated() {
      for worse in ranked[(place + 1)...] {
        if let pair = scored(better, worse, strategy, deviation: deviation) { pairs.append(pair) }
      }
    }
    return capped(pairs, strategy.cap, strategy)
  }

  /// Pairs of neighbours in rank.
  mutating func adjacentRank(_ strategy: Strategy) -> [PreferencePair] {
    let ranked = ranked()
    return capped(
      zip(ranked, ranked.dropFirst()).compactMap { scored($0, $1, strategy, deviation: 1) }, strategy.cap, strategy)
  }

  /// A pair by score; nil, and counted, for a tie and for too small a margin.
  private mutating func scored(
    _ better: (rollout: Int, score: Double), _ worse: (rollout: Int, score: Double), _ strategy: Strategy,
    deviation: Double
  ) -> PreferencePair? {
    let margin = better.score - worse.score
    guard margin > 0 else {
      counts.add(.tied)
      return nil
    }
    guard margin >= strategy.minimumMargin * deviation else {
      counts.add(.belowMargin)
      return nil
    }
    return PreferencePair(
      chosen: trajectory(better.rollout, strategy), rejected: trajectory(worse.rollout, strategy),
      strategy: strategy.name, unit: .trajectory, key: group.key, chosenScore: better.score,
      rejectedScore: worse.score, source: .score, weight: strategy.weighting == .margin ? margin : 1)
  }

  /// The standard deviation of a group, divisor n.
  private static func deviation(_ values: [Double]) -> Double {
    guard !values.isEmpty else { return 0 }
    let mean = values.reduce(0, +) / Double(values.count)
    return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot()
  }
}
