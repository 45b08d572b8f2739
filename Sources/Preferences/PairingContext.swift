/// One group of rollouts, and what rules may ask of it.
struct PairingContext {
  /// The most pairs that one group may offer before any are drawn: beyond it memory would not be bounded.
  static let candidateLimit = 2_000_000

  let rollouts: [Rollout]
  let group: RolloutGroup
  let seed: UInt64
  let votes: [IndexedVote]
  let split: SplitRule
  let steps: (Int) throws -> StepTable
  var counts = FilterCounts()

  /// The members that succeeded and those that failed.
  var successes: [Int] { group.members.filter { rollouts[$0].success == true } }
  var failures: [Int] { group.members.filter { rollouts[$0].success == false } }

  /// The members with a score, best first; ties by id.
  func ranked() -> [(rollout: Int, score: Double)] {
    group.members.compactMap { index in rollouts[index].score.map { (index, $0) } }
      .sorted { $0.1 != $1.1 ? $0.1 > $1.1 : $0.0 < $1.0 }
  }

  /// Refuses a group with too many candidates.
  func check(candidates: Int, _ strategy: Strategy) throws(PreferenceError) {
    guard candidates > Self.candidateLimit else { return }
    throw PreferenceError(
      "strategy \(strategy.name.rawValue): \(group.members.count) rollouts of task `\(group.task)` make \(candidates) "
        + "candidates, the most are \(Self.candidateLimit); compare by start, or choose best_worst or adjacent_rank")
  }

  /// Draws at most `cap` of `pairs`.
  mutating func capped(_ pairs: [PreferencePair], _ cap: Int?, _ strategy: Strategy) -> [PreferencePair] {
    guard let cap, pairs.count > cap else { return pairs }
    counts.add(.groupCap, pairs.count - cap)
    return KeyedOrder.drawn(
      pairs, count: cap, seed: seed, key: [strategy.name.rawValue, group.task, group.value],
      name: { $0.id(rollouts) })
  }

  /// The steps of a rollout that a trajectory pair compares.
  func trajectory(_ index: Int, _ strategy: Strategy) -> PairSide {
    let rollout = rollouts[index]
    if strategy.stopsAtSuccess, rollout.success == true, let step = rollout.successStep {
      return PairSide(index, 0..<min(rollout.length, max(step + 1, 1)))
    }
    if let last = strategy.lastSteps, rollout.success == false {
      return PairSide(index, max(0, rollout.length - last)..<rollout.length)
    }
    return PairSide(index, 0..<rollout.length)
  }
}
