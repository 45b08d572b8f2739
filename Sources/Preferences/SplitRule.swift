/// What pairs are for.
public enum Split: String, Sendable, CaseIterable {
  case train, val, test
}

/// Which split a start belongs to; whatever is derived from its rollouts belongs there too.
public struct SplitRule: Sendable, Equatable {
  /// Of 1000 starts, about how many are for validation and for test.
  public var validation: Int
  public var test: Int
  /// Tasks all of whose starts are for test.
  public var heldOutTasks: Set<String>
  /// Policies whose rollouts are used for test alone.
  public var heldOutPolicies: Set<String>

  public init(
    validation: Int = 0, test: Int = 0, heldOutTasks: Set<String> = [], heldOutPolicies: Set<String> = []
  ) {
    self.validation = validation
    self.test = test
    self.heldOutTasks = heldOutTasks
    self.heldOutPolicies = heldOutPolicies
  }

  /// The split of a start: a hash of task and start modulo 1000, and so the same whatever else there is.
  public func split(task: String, start: String) -> Split {
    if heldOutTasks.contains(task) { return .test }
    let number = Int(KeyedOrder.number(["split", task, start]) % 1000)
    return number < test ? .test : number < test + validation ? .val : .train
  }

  /// The split of a rollout; one whose start is not known belongs to its own id.
  public func split(_ rollout: Rollout) -> Split {
    split(task: rollout.task, start: rollout.start ?? "id:" + rollout.id)
  }
}
