internal import ByteIO

/// What is compared: whole trajectories, segments of them, or single steps.
public enum PairUnit: String, Sendable, CaseIterable {
  case trajectory, segment, step
}

/// What a preference rests on.
public enum LabelSource: String, Sendable, CaseIterable {
  case success, score, stage, distance, intervention, human, ranking
}

/// One side of a pair: steps of a rollout.
public struct PairSide: Sendable, Hashable {
  /// The rollout's place in the list of all.
  public var rollout: Int
  /// Which of its steps, from 0.
  public var steps: Range<Int>

  public init(_ rollout: Int, _ steps: Range<Int>) {
    self.rollout = rollout
    self.steps = steps
  }
}

/// Two stretches of rollouts of which one is preferred.
public struct PreferencePair: Sendable, Equatable {
  public var chosen: PairSide
  public var rejected: PairSide
  /// The strategy's place in the manifest, its name and the unit it makes.
  public var strategyIndex: Int
  public var strategy: Strategy.Name
  public var unit: PairUnit
  /// What both sides share.
  public var key: GroupKey
  public var chosenScore: Double
  public var rejectedScore: Double
  public var margin: Double
  public var weight: Double
  public var source: LabelSource
  /// How many people's labels stand behind it.
  public var votes: Int
  /// The step whose observation both sides share and after which they part, where one was found.
  public var anchor: Int?

  public init(
    chosen: PairSide, rejected: PairSide, strategyIndex: Int = 0, strategy: Strategy.Name, unit: PairUnit,
    key: GroupKey, chosenScore: Double, rejectedScore: Double, source: LabelSource, weight: Double = 1,
    votes: Int = 0, anchor: Int? = nil
  ) {
    self.chosen = chosen
    self.rejected = rejected
    self.strategyIndex = strategyIndex
    self.strategy = strategy
    self.unit = unit
    self.key = key
    self.chosenScore = chosenScore
    self.rejectedScore = rejectedScore
    margin = chosenScore - rejectedScore
    self.weight = weight
    self.source = source
    self.votes = votes
    self.anchor = anchor
  }

  /// 16 hexadecimal digits: SHA-256 over strategy, unit and both sides, by the ids of their episodes.
  public func id(_ rollouts: [Rollout]) -> String {
    func text(_ side: PairSide) -> String {
      let id = rollouts[side.rollout].id
      return "\(id.utf8.count):\(id):\(side.steps.lowerBound):\(side.steps.upperBound)"
    }
    let canonical = "\(strategy.rawValue)\n\(unit.rawValue)\n\(text(chosen))\n\(text(rejected))"
    return String(SHA256Digest.hexadecimal(of: Array(canonical.utf8)).prefix(16))
  }

  /// The order of the output: task, start, strategy, then the sides.
  static func precedes(_ a: PreferencePair, _ b: PreferencePair, _ rollouts: [Rollout]) -> Bool {
    let (x, y) = (rollouts[a.chosen.rollout], rollouts[b.chosen.rollout])
    if x.task != y.task { return x.task.precedes(y.task) }
    if x.start != y.start { return (x.start ?? "").precedes(y.start ?? "") }
    if a.strategy != b.strategy { return a.strategy.rawValue.precedes(b.strategy.rawValue) }
    func place(_ pair: PreferencePair) -> (Int, Int, Int, Int, Int) {
      (
        pair.chosen.rollout, pair.chosen.steps.lowerBound, pair.rejected.rollout, pair.rejected.steps.lowerBound,
        pair.strategyIndex
      )
    }
    return place(a) < place(b)
  }
}

/// A stretch of a rollout that is desirable, or not, by itself: for losses without pairs, such as KTO.
public struct UnpairedItem: Sendable, Equatable {
  public var side: PairSide
  public var isDesirable: Bool
  public var source: LabelSource

  public init(_ side: PairSide, isDesirable: Bool, source: LabelSource) {
    self.side = side
    self.isDesirable = isDesirable
    self.source = source
  }
}
