/// One rule by which pairs are made, with its parameters; a rule reads those that it has.
public struct Strategy: Sendable, Equatable {
  public enum Name: String, Sendable, CaseIterable {
    case successFailure = "success_failure"
    case returnRank = "return_rank"
    case bestWorst = "best_worst"
    case marginAll = "margin_all"
    case adjacentRank = "adjacent_rank"
    case stageGated = "stage_gated"
    case divergenceSegment = "divergence_segment"
    case stepDistance = "step_distance"
    case intervention
    case counterfactual
    case humanImport = "human_import"
    case btRank = "bt_rank"
    case unpaired

    /// The number that shards give it.
    public var code: UInt8 { UInt8(Name.allCases.firstIndex(of: self) ?? 0) }
  }

  /// Which of the success–failure pairs of a group.
  public enum Choice: String, Sendable, CaseIterable {
    case all, random
    case nearestLength = "nearest_length"
    case bestWorst = "best_worst"
  }

  /// What a margin is measured in.
  public enum MarginUnit: String, Sendable, CaseIterable {
    case absolute
    /// Standard deviations of the group's scores.
    case deviations
  }

  /// What a pair counts.
  public enum Weighting: String, Sendable, CaseIterable {
    case equal, margin
  }

  /// Which candidates of a step are compared.
  public enum Selection: String, Sendable, CaseIterable {
    case all
    case bestRest = "best_rest"
  }

  /// What a tied vote is.
  public enum TiePolicy: String, Sendable, CaseIterable {
    case drop, half
  }

  public var name: Name
  public var key = GroupKey.start
  public var choose = Choice.all
  /// k of `random` and `nearest_length`; m of the ranking.
  public var count = 1
  public var minimumMargin = 0.0
  public var marginUnit = MarginUnit.absolute
  public var weighting = Weighting.equal
  /// The most pairs of a group.
  public var cap: Int?
  /// A failure keeps only this many steps before its end.
  public var lastSteps: Int?
  /// A success ends at the step at which it was reached.
  public var stopsAtSuccess = false
  /// δ_s and δ_b: rollouts part where states or bins differ by more, for `hold` steps.
  public var stateTolerance = 0.01
  public var binTolerance = 3
  public var hold = 1
  /// Steps before the parting, and after it.
  public var before = 0
  public var after = 8
  /// Policies whose actions are taken for right.
  public var references: Set<String> = []
  /// Whether the reference's own action is a candidate.
  public var includesReference = true
  /// How much nearer, in normalised units, and by how many bins in one column at least, the winner is.
  public var minimumDistance = 0.0
  public var minimumBins = 3
  /// The column of the gripper; candidates that differ in it by half the range are not compared.
  public var gripper: Int?
  public var selection = Selection.all
  /// K: steps of an intervention's window, and how many before contact do not count.
  public var window = 10
  public var excludedLast = 0
  /// Steps of a counterfactual.
  public var steps = 1
  public var ties = TiePolicy.drop
  public var minimumVotes = 1
  public var minimumAgreement = 0.5
  public var prior = 1.0
  /// c: a pair needs a difference of more than c standard errors.
  public var standardErrors = 1.0
  /// The share of desirable rows that is aimed at; nil leaves them.
  public var desirableShare: Double?

  public init(_ name: Name) { self.name = name }

  /// The unit of the pairs.
  public var unit: PairUnit {
    switch name {
    case .stageGated, .divergenceSegment, .intervention: .segment
    case .stepDistance, .counterfactual: .step
    default: .trajectory
    }
  }

  /// Whether the rule looks at rollouts' success.
  public var needsSuccess: Bool {
    switch name {
    case .successFailure, .divergenceSegment, .unpaired: true
    default: false
    }
  }

  /// Whether the rule looks at scores.
  public var needsScore: Bool {
    switch name {
    case .returnRank, .bestWorst, .marginAll, .adjacentRank, .counterfactual: true
    case .successFailure: choose == .bestWorst
    default: false
    }
  }

  /// Whether the rule looks at people's votes.
  public var needsVotes: Bool { name == .humanImport || name == .btRank }

  /// Whether the rule looks at digests of observations.
  public var needsObservations: Bool { name == .stepDistance }
}
