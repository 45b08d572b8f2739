/// What pairs are for.
public enum Split: String, Sendable, CaseIterable {
  case train, val, test
  /// Pairs that are held out though their start is trained on: how well a policy ranks what it has nearly seen.
  case seen = "val_seen"
}

/// Which split a start belongs to; whatever is derived from its rollouts belongs there too.
public struct SplitRule: Sendable, Equatable {
  /// Of 1000 starts, about how many are for validation and for test.
  public var validation: Int
  public var test: Int
  /// Of 1000 pairs of trained starts, about how many are held out.
  public var seen: Int
  /// Tasks all of whose starts are for test.
  public var heldOutTasks: Set<String>
  /// Policies whose rollouts are used for test alone.
  public var heldOutPolicies: Set<String>

  public init(
    validation: Int = 0, test: Int = 0, seen: Int = 0, heldOutTasks: Set<String> = [], heldOutPolicies: Set<String> = []
  ) {
    self.validation = validation
    self.test = test
    self.seen = seen
    self.heldOutTasks = heldOutTasks
    self.heldOutPolicies = heldOutPolicies
  }

  /// The split of a start: a hash of task and start modulo 1000, and so the same whatever else there is.
  public func split(task: String, start: String) -> Split {
    if heldOutTasks.contains(task) { return .test }
    let number = Int(KeyedOrder.number(["split", task, start]) % 1000)
    return number < test ? .test : number < test + validation ? .val : .train
  }

  /// The split of a pair: that of its start, or `seen`.
  public func split(_ pair: PreferencePair, _ rollouts: [Rollout]) -> Split {
    let split = split(rollouts[pair.chosen.rollout])
    guard split == .train, seen > 0 else { return split }
    return Int(KeyedOrder.number(["seen", pair.id(rollouts)]) % 1000) < seen ? .seen : .train
  }

  /// The split of a rollout; one whose start is not known belongs to its own id.
  public func split(_ rollout: Rollout) -> Split {
    split(task: rollout.task, start: rollout.start ?? "id:" + rollout.id)
  }
}
