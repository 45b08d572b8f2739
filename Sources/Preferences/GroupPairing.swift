/// Makes the pairs of one group of rollouts.
///
/// What a group makes depends on the group, the rules and the seed alone.
public struct GroupPairing: Sendable {
  public var strategies: [Strategy]
  public var filters: PairFilters
  public var split: SplitRule
  /// Starts whose share of successes lies outside make no pairs.
  public var successRate: ClosedRange<Double>?
  /// The action columns that are no motion, [A].
  public var absolute: [Bool]
  public var seed: UInt64

  public init(
    _ strategies: [Strategy], filters: PairFilters = PairFilters(), split: SplitRule = SplitRule(),
    successRate: ClosedRange<Double>? = nil, absolute: [Bool] = [], seed: UInt64 = 0
  ) {
    self.strategies = strategies
    self.filters = filters
    self.split = split
    self.successRate = successRate
    self.absolute = absolute
    self.seed = seed
  }

  /// What a group made.
  public struct Outcome: Sendable {
    public var pairs: [PreferencePair] = []
    public var unpaired: [UnpairedItem] = []
    public var counts = FilterCounts()

    public init() {}
  }

  /// Pairs the members of `group`; `steps` reads a rollout's steps and is asked as seldom as the rules allow.
  ///
  /// - Throws: `PreferenceError` for a group with too many candidates or votes without ranking, what `steps` throws.
  public func run(
    _ group: RolloutGroup, _ rollouts: [Rollout], votes: [IndexedVote] = [],
    steps: @escaping (Int) throws -> StepTable
  ) throws -> Outcome {
    var outcome = Outcome()
    var context = PairingContext(
      rollouts: rollouts, group: group, seed: seed, votes: votes, split: split, steps: steps)
    if let successRate {
      let known = context.successes.count + context.failures.count
      let rate = known > 0 ? Double(context.successes.count) / Double(known) : 0
      guard successRate.contains(rate) else {
        outcome.counts.add(.successRate)
        return outcome
      }
    }
    for (index, strategy) in strategies.enumerated() where strategy.key == group.key {
      if strategy.name == .unpaired {
        outcome.unpaired += context.unpaired(strategy)
        continue
      }
      for var pair in try pairs(strategy, &context) {
        pair.strategyIndex = index
        if let filter = try filters.verdict(pair, context, split: split, absolute: absolute) {
          context.counts.add(filter)
        } else {
          outcome.pairs.append(pair)
        }
      }
    }
    outcome.counts.add(context.counts)
    return outcome
  }

  private func pairs(_ strategy: Strategy, _ context: inout PairingContext) throws -> [PreferencePair] {
    switch strategy.name {
    case .successFailure: try context.successFailure(strategy)
    case .returnRank, .bestWorst: context.returnRank(strategy)
    case .marginAll: try context.marginAll(strategy)
    case .adjacentRank: context.adjacentRank(strategy)
    case .stageGated: try context.stageGated(strategy)
    case .divergenceSegment: try context.divergenceSegment(strategy)
    case .stepDistance: try context.stepDistance(strategy)
    case .intervention: context.interventions(strategy)
    case .counterfactual: try context.counterfactual(strategy)
    case .humanImport: context.humanImport(strategy)
    case .btRank: try context.btRank(strategy)
    case .unpaired: []
    }
  }
}

extension PairingContext {
  /// Successes and corrections as desirable, failures and flagged windows as not.
  func unpaired(_ strategy: Strategy) -> [UnpairedItem] {
    var items: [UnpairedItem] = []
    for index in group.members {
      let rollout = rollouts[index]
      if let success = rollout.success, rollout.length > 0 {
        items.append(UnpairedItem(trajectory(index, strategy), isDesirable: success, source: .success))
      }
      for intervention in rollout.interventions {
        guard let windows = Self.windows(intervention, strategy) else { continue }
        items.append(UnpairedItem(PairSide(index, windows.correction), isDesirable: true, source: .intervention))
        items.append(UnpairedItem(PairSide(index, windows.flagged), isDesirable: false, source: .intervention))
      }
    }
    return items
  }
}
