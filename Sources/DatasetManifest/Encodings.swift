/// What the columns of an action mean.
public enum ActionEncoding: String, Sendable, CaseIterable {
  /// Position and Euler angles of the end effector, relative, and the gripper: 7 columns.
  case eefPosition = "eef_pos"
  /// Joints, relative, and the gripper.
  case jointPosition = "joint_pos"
  /// Two arms of 7 columns, absolute.
  case jointPositionBimanual = "joint_pos_bimanual"
  /// Position and the first two rows of a rotation matrix, relative, and the gripper: 10 columns.
  case eefR6 = "eef_r6"

  /// The masks that follow from the encoding, nil when they must be given.
  var masks: ActionMasks? {
    switch self {
    case .eefPosition: return ActionMasks(relativeColumns: 6)
    case .eefR6: return ActionMasks(relativeColumns: 9)
    case .jointPositionBimanual:
      let all = [Bool](repeating: true, count: 14)
      return ActionMasks(normalize: all, absolute: all)
    case .jointPosition: return nil
    }
  }
}

/// What the columns of the proprioceptive state mean.
public enum StateEncoding: String, Sendable, CaseIterable {
  /// No state.
  case none
  /// Position, Euler angles, padding, gripper.
  case positionEuler = "pos_euler"
  /// Position, quaternion, gripper.
  case positionQuaternion = "pos_quat"
  /// Seven joints and the gripper.
  case joint
  /// Two arms of six joints and a gripper each.
  case jointBimanual = "joint_bimanual"
}

/// Which action columns are normalised, and which are absolute rather than relative.
public struct ActionMasks: Sendable, Equatable {
  /// True for the columns that are normalised.
  public var normalize: [Bool]
  /// True for the columns that are absolute: past an episode's end they repeat, the others become neutral.
  public var absolute: [Bool]

  /// Gathers the masks.
  public init(normalize: [Bool], absolute: [Bool]) {
    self.normalize = normalize
    self.absolute = absolute
  }

  /// Relative columns, which are normalised, then one absolute one, which is not.
  init(relativeColumns count: Int) {
    normalize = [Bool](repeating: true, count: count) + [false]
    absolute = [Bool](repeating: false, count: count) + [true]
  }
}
