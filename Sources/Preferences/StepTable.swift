/// The steps of one rollout as a policy sees them: N steps, A action and P state dimensions.
public struct StepTable: Sendable, Equatable {
  public let stepCount: Int
  public let actionDimension: Int
  public let stateDimension: Int
  /// Bins of the normalised action, [N, A].
  public let bins: [UInt8]
  /// The normalised action, [N, A].
  public let action: [Float]
  /// The state as the store has it, [N, P].
  public let state: [Float]
  /// A digest of each step's observation, [N]; empty where it was not asked for.
  public let observations: [UInt64]

  /// Gathers the columns.
  ///
  /// - Precondition: they have the sizes that are said.
  public init(
    stepCount: Int, actionDimension: Int, stateDimension: Int, bins: [UInt8], action: [Float], state: [Float],
    observations: [UInt64] = []
  ) {
    precondition(bins.count == stepCount * actionDimension && action.count == bins.count, "actions are [N, A]")
    precondition(state.count == stepCount * stateDimension, "states are [N, P]")
    precondition(observations.isEmpty || observations.count == stepCount, "observations are [N]")
    self.stepCount = stepCount
    self.actionDimension = actionDimension
    self.stateDimension = stateDimension
    self.bins = bins
    self.action = action
    self.state = state
    self.observations = observations
  }

  /// The bins of `steps`, flattened.
  public func bins(_ steps: Range<Int>) -> ArraySlice<UInt8> {
    bins[steps.lowerBound * actionDimension..<steps.upperBound * actionDimension]
  }

  /// The normalised action of `step`, [A].
  func action(at step: Int) -> ArraySlice<Float> {
    action[step * actionDimension..<(step + 1) * actionDimension]
  }

  /// The Euclidean distance of two states.
  static func stateDistance(_ a: StepTable, _ aStep: Int, _ b: StepTable, _ bStep: Int) -> Double {
    var sum = 0.0
    for column in 0..<min(a.stateDimension, b.stateDimension) {
      let difference =
        Double(a.state[aStep * a.stateDimension + column]) - Double(b.state[bStep * b.stateDimension + column])
      sum += difference * difference
    }
    return sum.squareRoot()
  }

  /// The largest distance of two actions in bins.
  static func binDistance(_ a: StepTable, _ aStep: Int, _ b: StepTable, _ bStep: Int) -> Int {
    var largest = 0
    for column in 0..<min(a.actionDimension, b.actionDimension) {
      let (x, y) = (a.bins[aStep * a.actionDimension + column], b.bins[bStep * b.actionDimension + column])
      largest = max(largest, abs(Int(x) - Int(y)))
    }
    return largest
  }
}
