internal import JSON

/// What the catalog needs of an episode beyond its place.
struct EpisodeFacts: Equatable {
  var instruction: String?
  /// A JSON object.
  var metadata: String
  /// What a metadata feature says of success.
  var declaredSuccess: Bool?
  var rewardSum: Double?
  var rewardKind: RewardKind
  /// Whether some step is terminal; `nil` where the source does not say.
  var endsTerminal: Bool?

  /// What the rewards of an episode look like.
  enum RewardKind: String {
    case none
    /// All are 0.
    case zero
    /// All are 0 or 1, and one is 1.
    case reached
    /// Some are other numbers.
    case dense
  }

  init(instruction: String?, metadata: String, declaredSuccess: Bool?, rewards: [Float]?, endsTerminal: Bool?) {
    self.instruction = instruction
    self.metadata = metadata
    self.declaredSuccess = declaredSuccess
    self.endsTerminal = endsTerminal
    guard let rewards else {
      rewardKind = .none
      return
    }
    rewardSum = rewards.reduce(0) { $0 + Double($1) }
    if rewards.allSatisfy({ $0 == 0 }) {
      rewardKind = .zero
    } else {
      rewardKind = rewards.allSatisfy { $0 == 0 || $0 == 1 } ? .reached : .dense
    }
  }
}

/// How the column `success` of a catalog comes about: by the first of these that tells something.
enum SuccessRule: String {
  /// A metadata feature, or the one that the manifest names.
  case metadata
  /// All rewards of the dataset are 0 or 1, and some are 1: an episode that has one reached its goal.
  case reward
  /// Some episodes end with a terminal step and others do not.
  case isTerminal = "is_terminal"
  /// Nothing tells.
  case none

  /// Gathers what the episodes of a dataset say.
  struct Evidence {
    private var declares = false
    private var kinds: Set<EpisodeFacts.RewardKind> = []
    private var endings: Set<Bool> = []

    mutating func add(_ facts: EpisodeFacts) {
      if facts.declaredSuccess != nil { declares = true }
      kinds.insert(facts.rewardKind)
      if let ending = facts.endsTerminal { endings.insert(ending) }
    }

    /// The rule that the evidence allows.
    var rule: SuccessRule {
      if declares { return .metadata }
      if kinds.contains(.reached), kinds.isSubset(of: [.zero, .reached]) { return .reward }
      return endings.count == 2 ? .isTerminal : .none
    }
  }

  /// Returns whether the episode succeeded, where this rule tells.
  func success(_ facts: EpisodeFacts) -> Bool? {
    switch self {
    case .metadata: facts.declaredSuccess
    case .reward: facts.rewardKind == .reached
    case .isTerminal: facts.endsTerminal
    case .none: nil
    }
  }
}
