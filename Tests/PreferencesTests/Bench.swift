@testable import Preferences

/// Rollouts with steps, made up for a test.
struct Bench {
  var rollouts: [Rollout] = []
  var tables: [StepTable] = []

  /// Adds a rollout whose action bins differ from those of all others, unless `bins` are given, one column wide.
  mutating func add(
    _ id: String, task: String = "t", start: String? = "s", success: Bool? = nil, score: Double? = nil,
    policy: String = "p", bins: [UInt8]? = nil, states: [Float]? = nil, instruction: String = "go",
    observations: [UInt64]? = nil, length: Int = 3, change: (inout Rollout) -> Void = { _ in }
  ) {
    let number = rollouts.count
    let bins = bins ?? (0..<length).map { UInt8((number * 7 + $0 + 1) % 256) }
    let states = states ?? (0..<bins.count).map { Float($0) }
    var rollout = Rollout(
      id: id, task: task, instruction: instruction, start: start, policy: policy, success: success,
      length: bins.count, scoreTerms: score.map { [$0] } ?? [nil])
    change(&rollout)
    rollouts.append(rollout)
    tables.append(
      StepTable(
        stepCount: bins.count, actionDimension: 1, stateDimension: 1, bins: bins,
        action: bins.map { (Float($0) - 127.5) / 127.5 }, state: states,
        observations: observations ?? states.indices.map { UInt64(number * 1000 + $0) }))
  }

  /// Pairs all groups and balances.
  func run(
    _ strategies: [Strategy], balance: PairBalance = PairBalance(), split: SplitRule = SplitRule(),
    filters: PairFilters = PairFilters(), successRate: ClosedRange<Double>? = nil, votes: [Vote] = []
  ) throws -> (pairs: [PreferencePair], unpaired: [UnpairedItem], counts: FilterCounts) {
    let pairing = GroupPairing(
      strategies, filters: filters, split: split, successRate: successRate, absolute: [false], seed: 5)
    let index = VoteIndex(votes, rollouts, ties: strategies.first?.ties ?? .drop)
    var counts = index.counts
    var (pairs, unpaired): ([PreferencePair], [UnpairedItem]) = ([], [])
    for key in Set(strategies.map(\.key)).sorted(by: { $0.rawValue < $1.rawValue }) {
      for group in RolloutGroup.groups(rollouts, by: key) {
        let made = try pairing.run(group, rollouts, votes: index.votes(in: group)) { tables[$0] }
        pairs += made.pairs
        unpaired += made.unpaired
        counts.add(made.counts)
      }
    }
    pairs = balance.apply(pairs, rollouts, seed: 5, counts: &counts)
    return (pairs, unpaired, counts)
  }

  /// The ids of the sides of each pair.
  func names(_ pairs: [PreferencePair]) -> [[String]] {
    pairs.map { [rollouts[$0.chosen.rollout].id, rollouts[$0.rejected.rollout].id] }
  }
}

extension Strategy {
  /// A strategy with some parameters set.
  static func make(_ name: Name, _ change: (inout Strategy) -> Void = { _ in }) -> Strategy {
    var strategy = Strategy(name)
    change(&strategy)
    return strategy
  }
}
