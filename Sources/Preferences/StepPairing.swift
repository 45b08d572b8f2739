extension PairingContext {
  /// An action that was taken at an observation.
  private struct Candidate {
    let rollout: Int
    let step: Int
    let distance: Double
  }

  /// Actions at one observation, of which the one nearer to the reference's wins.
  mutating func stepDistance(_ strategy: Strategy) throws -> [PreferencePair] {
    guard group.members.contains(where: { strategy.references.contains(rollouts[$0].policy) }) else { return [] }
    var places: [UInt64: [(rollout: Int, step: Int)]] = [:]
    for index in group.members {
      var own: Set<UInt64> = []
      // An observation that comes back, as when the robot rests, counts once.
      for (step, digest) in try steps(index).observations.enumerated() where own.insert(digest).inserted {
        places[digest, default: []].append((index, step))
      }
    }
    var pairs: [PreferencePair] = []
    let shared = places.values.filter { $0.count > 1 }.sorted {
      ($0[0].rollout, $0[0].step) < ($1[0].rollout, $1[0].step)
    }
    for places in shared {
      let new = try pairsOfStep(places, strategy)
      pairs += capped(new, strategy.cap, strategy)
    }
    return pairs
  }

  private mutating func pairsOfStep(
    _ places: [(rollout: Int, step: Int)], _ strategy: Strategy
  ) throws -> [PreferencePair] {
    guard let reference = places.first(where: { strategy.references.contains(rollouts[$0.rollout].policy) }) else {
      return []
    }
    let right = try steps(reference.rollout).action(at: reference.step)
    var candidates: [Candidate] = []
    for place in places {
      if place == reference, !strategy.includesReference { continue }
      let action = try steps(place.rollout).action(at: place.step)
      let squares = zip(action, right).reduce(0.0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }
      candidates.append(
        Candidate(
          rollout: place.rollout, step: place.step,
          distance: (squares / Double(max(action.count, 1))).squareRoot()))
    }
    candidates.sort { ($0.distance, $0.rollout, $0.step) < ($1.distance, $1.rollout, $1.step) }
    var pairs: [PreferencePair] = []
    for (place, winner) in candidates.enumerated() {
      if strategy.selection == .bestRest, place > 0 { break }
      for loser in candidates[(place + 1)...] {
        if let pair = try pair(winner, loser, strategy) { pairs.append(pair) }
      }
    }
    return pairs
  }

  private mutating func pair(
    _ winner: Candidate, _ loser: Candidate, _ strategy: Strategy
  ) throws -> PreferencePair? {
    let (a, b) = (try steps(winner.rollout), try steps(loser.rollout))
    if let column = strategy.gripper, column < a.actionDimension {
      let (x, y) = (
        a.bins[winner.step * a.actionDimension + column], b.bins[loser.step * b.actionDimension + column]
      )
      if abs(Int(x) - Int(y)) >= 128 {
        counts.add(.gripperClass)
        return nil
      }
    }
    let bins = StepTable.binDistance(a, winner.step, b, loser.step)
    guard bins > 0 else {
      counts.add(.identicalTokens)
      return nil
    }
    guard loser.distance > winner.distance else {
      counts.add(.tied)
      return nil
    }
    guard bins >= strategy.minimumBins, loser.distance - winner.distance >= strategy.minimumDistance else {
      counts.add(.belowMargin)
      return nil
    }
    return PreferencePair(
      chosen: PairSide(winner.rollout, winner.step..<winner.step + 1),
      rejected: PairSide(loser.rollout, loser.step..<loser.step + 1), strategy: strategy.name, unit: .step,
      key: group.key, chosenScore: -winner.distance, rejectedScore: -loser.distance, source: .distance,
      weight: strategy.weighting == .margin ? loser.distance - winner.distance : 1, anchor: winner.step)
  }

  /// The first steps of rollouts from one observation, ranked by a score that came with them.
  mutating func counterfactual(_ strategy: Strategy) throws -> [PreferencePair] {
    try marginAll(strategy).map { pair in
      var pair = pair
      pair.chosen.steps = pair.chosen.steps.clamped(to: 0..<strategy.steps)
      pair.rejected.steps = pair.rejected.steps.clamped(to: 0..<strategy.steps)
      (pair.unit, pair.anchor) = (.step, 0)
      return pair
    }
  }
}
