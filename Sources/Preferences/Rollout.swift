/// One rollout of a policy: what pairing needs to know of it, without its steps.
public struct Rollout: Sendable, Equatable {
  /// How an episode ended.
  public enum Termination: String, Sendable, CaseIterable {
    case success, timeout, crash, `operator`, safety
  }

  /// A stretch that a person flagged as bad, and the correction that begins where the robot was rolled back to.
  public struct Intervention: Sendable, Equatable {
    public var flagged: Range<Int>
    public var correction: Range<Int>

    public init(flagged: Range<Int>, correction: Range<Int>) {
      self.flagged = flagged
      self.correction = correction
    }
  }

  /// Unique and stable; never a place in a list of files.
  public var id: String
  public var task: String
  public var instruction: String
  /// Equal for rollouts that begin in the same state; nil where that is not known.
  public var start: String?
  /// The start's cell in a grid, where starts are near rather than equal.
  public var bucket: String?
  public var policy: String
  /// Whether the task was done; nil where that is not known.
  public var success: Bool?
  /// The first step at which the task was done.
  public var successStep: Int?
  public var termination: Termination?
  /// The number of steps.
  public var length: Int
  /// The terms of the score, weighted, in the manifest's order; a term that is not known or not finite is nil.
  public var scoreTerms: [Double?]
  /// The step after each stage's last one; −1 for a stage that was not finished.
  public var stageEnds: [Int]
  /// What each stage cost.
  public var stageCosts: [Double]
  public var interventions: [Intervention]

  public init(
    id: String, task: String, instruction: String, start: String?, policy: String, success: Bool?, length: Int,
    bucket: String? = nil, successStep: Int? = nil, termination: Termination? = nil, scoreTerms: [Double?] = [],
    stageEnds: [Int] = [], stageCosts: [Double] = [], interventions: [Intervention] = []
  ) {
    self.id = id
    self.task = task
    self.instruction = instruction
    self.start = start
    self.bucket = bucket
    self.policy = policy
    self.success = success
    self.successStep = successStep
    self.termination = termination
    self.length = length
    self.scoreTerms = scoreTerms
    self.stageEnds = stageEnds
    self.stageCosts = stageCosts
    self.interventions = interventions
  }

  /// The largest score: differences must be finite in float32 too.
  static let scoreLimit = 1e30

  /// The sum of the terms; nil where one is not known or there are none, and for a sum that is no number or beyond 10³⁰.
  public var score: Double? {
    var sum = 0.0
    for term in scoreTerms {
      guard let term else { return nil }
      sum += term
    }
    return scoreTerms.isEmpty || !(sum.magnitude <= Self.scoreLimit) ? nil : sum
  }
}

/// What two rollouts must share to be compared.
public enum GroupKey: String, Sendable, CaseIterable {
  /// The task and the very start.
  case start
  /// The task and the start's cell.
  case bucket
  /// The task.
  case task
}

/// Rollouts that may be compared, by their places in the list of all.
public struct RolloutGroup: Sendable, Equatable {
  public let key: GroupKey
  public let task: String
  /// The start, the cell, or nothing.
  public let value: String
  /// Ascending, and so in the order of their ids.
  public let members: [Int]

  /// Groups `rollouts`, which are in the order of their ids, by `key`; those without the key are in no group.
  ///
  /// The groups are in the order of task and value.
  /// - Complexity: O(n log n).
  public static func groups(_ rollouts: [Rollout], by key: GroupKey) -> [RolloutGroup] {
    var tasks: [String: [String: [Int]]] = [:]
    for (index, rollout) in rollouts.enumerated() {
      let value: String?
      switch key {
      case .start: value = rollout.start
      case .bucket: value = rollout.bucket
      case .task: value = ""
      }
      if let value { tasks[rollout.task, default: [:]][value, default: []].append(index) }
    }
    return tasks.sorted { $0.key.precedes($1.key) }.flatMap { task, values in
      values.sorted { $0.key.precedes($1.key) }.map { value, members in
        RolloutGroup(key: key, task: task, value: value, members: members)
      }
    }
  }
}

extension String {
  /// Whether this text comes before `other` by its bytes, whatever the locale.
  func precedes(_ other: String) -> Bool { utf8.lexicographicallyPrecedes(other.utf8) }
}
