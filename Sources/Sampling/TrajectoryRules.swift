/// Which episodes and steps the reference leaves out after normalisation.
public struct TrajectoryRules: Sendable, Equatable {
  /// Leave out episodes in which no step has an instruction.
  public var skipsUnlabeled: Bool
  /// Leave out episodes with a normalised action beyond this, in magnitude.
  public var maximumAction: Double?
  /// Leave out episodes with a normalised state beyond this, in magnitude.
  public var maximumProprio: Double?
  /// Leave out steps in which the robot does nothing.
  public var noOps: NoOpRule?

  /// The reference's rules: episodes without instruction are left out, nothing else.
  public init(
    skipsUnlabeled: Bool = true, maximumAction: Double? = nil, maximumProprio: Double? = nil,
    noOps: NoOpRule? = nil
  ) {
    self.skipsUnlabeled = skipsUnlabeled
    self.maximumAction = maximumAction
    self.maximumProprio = maximumProprio
    self.noOps = noOps
  }

  /// Why an episode is left out.
  public enum Exclusion: String, Sendable, CaseIterable {
    /// No step has an instruction.
    case unlabeled
    /// A normalised action is too large, or not a number.
    case action
    /// A normalised state is too large, or not a number.
    case proprio
  }

  /// Why an episode with these values is left out, or nil; asked in the reference's order.
  ///
  /// `isLabeled` tells whether any step has an instruction that is not empty. `actions` and `proprio` are
  /// normalised, all columns counting, those that the normalisation leaves alone too.
  public func exclusion(isLabeled: Bool, actions: [Float], proprio: [Float]?) -> Exclusion? {
    if skipsUnlabeled, !isLabeled { return .unlabeled }
    if let maximumAction, !Self.isWithin(maximumAction, actions) { return .action }
    if let maximumProprio, let proprio, !Self.isWithin(maximumProprio, proprio) { return .proprio }
    return nil
  }

  /// Whether all of `values` are at most `limit` in magnitude, compared in float32; NaN is not.
  public static func isWithin(_ limit: Double, _ values: [Float]) -> Bool {
    let limit = Float(limit)
    return values.allSatisfy { $0.magnitude <= limit }
  }
}

/// The rule by which OpenVLA's LIBERO sets leave out steps that do nothing.
public struct NoOpRule: Sendable, Equatable {
  /// The largest length of a movement that counts as none.
  public let tolerance: Double

  /// A rule with the reference's tolerance unless another is given.
  public init(tolerance: Double = 1e-4) {
    self.tolerance = tolerance
  }

  /// The steps that are kept, of actions [T, A], flattened, that are not normalised.
  ///
  /// A step is left out when all columns but the last have a Euclidean length below the tolerance, and the
  /// last, the gripper's, equals that of the step kept before it; before any was kept the length alone
  /// decides.
  /// - Throws: `badData` when the rows are ragged.
  public func keptSteps(actions: [Float], dimension: Int) throws(SamplingError) -> [Int] {
    guard dimension > 0, actions.count.isMultiple(of: dimension) else {
      throw SamplingError(
        "actions", "\(actions.count) values do not divide into rows of \(dimension) columns")
    }
    var kept: [Int] = []
    var previousGripper: Float?
    for step in 0..<actions.count / dimension {
      let row = actions[step * dimension..<(step + 1) * dimension]
      let length = row.dropLast().reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
      let gripper = row[row.endIndex - 1]
      if length < tolerance, previousGripper.map({ $0 == gripper }) ?? true { continue }
      kept.append(step)
      previousGripper = gripper
    }
    return kept
  }
}
