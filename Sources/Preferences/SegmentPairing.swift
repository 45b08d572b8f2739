extension PairingContext {
  /// Segments from where a success and a failure of one start part.
  mutating func divergenceSegment(_ strategy: Strategy) throws -> [PreferencePair] {
    let (good, bad) = (successes, failures)
    try check(candidates: good.count * bad.count, strategy)
    var pairs: [PreferencePair] = []
    for chosen in good {
      let chosenSteps = try steps(chosen)
      for rejected in bad {
        let rejectedSteps = try steps(rejected)
        guard let divergence = Divergence(chosenSteps, rejectedSteps, strategy) else {
          counts.add(.noDivergence)
          continue
        }
        guard let anchor = divergence.anchor else {
          counts.add(.startDiffers)
          continue
        }
        let first = max(0, anchor - strategy.before)
        pairs.append(
          PreferencePair(
            chosen: PairSide(chosen, first..<min(anchor + strategy.after, chosenSteps.stepCount)),
            rejected: PairSide(rejected, first..<min(anchor + strategy.after, rejectedSteps.stepCount)),
            strategy: strategy.name, unit: .segment, key: group.key, chosenScore: 1, rejectedScore: 0,
            source: .success, anchor: anchor))
      }
    }
    return capped(pairs, strategy.cap, strategy)
  }

  /// Stages of two rollouts that both finished all stages before: finished beats not finished, then the cost decides.
  mutating func stageGated(_ strategy: Strategy) throws -> [PreferencePair] {
    let members = group.members.filter { !rollouts[$0].stageEnds.isEmpty }
    try check(candidates: members.count * (members.count - 1) / 2, strategy)
    var pairs: [PreferencePair] = []
    for (place, a) in members.enumerated() {
      for b in members[(place + 1)...] {
        let count = min(rollouts[a].stageEnds.count, rollouts[b].stageEnds.count)
        for stage in 0..<count {
          guard stage == 0 || (finished(a, stage - 1) && finished(b, stage - 1)) else { break }
          guard let aSide = stageSide(a, stage), let bSide = stageSide(b, stage) else {
            counts.add(.segmentTooShort)
            continue
          }
          let (aScore, bScore) = (stageScore(a, stage), stageScore(b, stage))
          let isSettledByFinish = aScore.finished != bScore.finished
          let difference =
            isSettledByFinish ? aScore.finished - bScore.finished : bScore.cost - aScore.cost  // Lower costs win.
          guard difference.isFinite, difference != 0 else {
            counts.add(.tied)
            continue
          }
          guard isSettledByFinish || difference.magnitude >= strategy.minimumMargin else {
            counts.add(.belowMargin)
            continue
          }
          let aWins = difference > 0
          let (aValue, bValue) =
            isSettledByFinish ? (aScore.finished, bScore.finished) : (-aScore.cost, -bScore.cost)
          pairs.append(
            PreferencePair(
              chosen: aWins ? aSide : bSide, rejected: aWins ? bSide : aSide, strategy: strategy.name, unit: .segment,
              key: group.key, chosenScore: aWins ? aValue : bValue, rejectedScore: aWins ? bValue : aValue,
              source: .stage))
        }
      }
    }
    return capped(pairs, strategy.cap, strategy)
  }

  private func finished(_ index: Int, _ stage: Int) -> Bool { rollouts[index].stageEnds[stage] >= 0 }

  /// Whether a stage was finished, 0 or 1, and its cost.
  private func stageScore(_ index: Int, _ stage: Int) -> (finished: Double, cost: Double) {
    let costs = rollouts[index].stageCosts
    return (finished(index, stage) ? 1 : 0, costs.indices.contains(stage) ? costs[stage] : 0)
  }

  /// The steps of a stage, to the episode's end where it was not finished.
  private func stageSide(_ index: Int, _ stage: Int) -> PairSide? {
    let rollout = rollouts[index]
    let first = stage == 0 ? 0 : rollout.stageEnds[stage - 1]
    let end = finished(index, stage) ? min(rollout.stageEnds[stage], rollout.length) : rollout.length
    return first < end ? PairSide(index, first..<end) : nil
  }

  /// The last K flagged steps against the first K of the correction from the state that was rolled back to.
  mutating func interventions(_ strategy: Strategy) -> [PreferencePair] {
    var pairs: [PreferencePair] = []
    for index in group.members {
      for intervention in rollouts[index].interventions {
        guard let windows = Self.windows(intervention, strategy) else {
          counts.add(.segmentTooShort)
          continue
        }
        pairs.append(
          PreferencePair(
            chosen: PairSide(index, windows.correction), rejected: PairSide(index, windows.flagged),
            strategy: strategy.name, unit: .segment, key: group.key, chosenScore: 1, rejectedScore: 0,
            source: .intervention))
      }
    }
    return capped(pairs, strategy.cap, strategy)
  }

  /// The windows of an intervention, without the steps just before contact; nil where nothing is left.
  static func windows(
    _ intervention: Rollout.Intervention, _ strategy: Strategy
  ) -> (flagged: Range<Int>, correction: Range<Int>)? {
    let end = intervention.flagged.upperBound - strategy.excludedLast
    let first = max(intervention.flagged.lowerBound, end - strategy.window)
    let correction = intervention.correction.prefix(strategy.window)
    guard first < end, !correction.isEmpty else { return nil }
    return (first..<end, correction)
  }
}

/// Where two rollouts of one start part.
struct Divergence {
  /// The first step at which states or actions differ.
  let step: Int
  /// The last observation that both share; nil where not even the first is shared.
  let anchor: Int?

  /// nil where they do not part.
  init?(_ a: StepTable, _ b: StepTable, _ strategy: Strategy) {
    let count = min(a.stepCount, b.stepCount)
    var run = 0
    var found: Int?
    for step in 0..<count {
      let differs =
        StepTable.stateDistance(a, step, b, step) > strategy.stateTolerance
        || StepTable.binDistance(a, step, b, step) > strategy.binTolerance
      run = differs ? run + 1 : 0
      if run == max(strategy.hold, 1) {
        found = step - run + 1
        break
      }
    }
    guard let found else { return nil }
    step = found
    // Actions that differ are taken at an observation that is shared; states that differ are no longer.
    if StepTable.stateDistance(a, found, b, found) <= strategy.stateTolerance {
      anchor = found
    } else {
      anchor = found > 0 ? found - 1 : nil
    }
  }
}
