internal import ManifestSyntax

/// The functions of the manifest language.
enum Operation: String, CaseIterable, Sendable {
  case invert
  case clip
  case scale
  case float
  case concat
  case flatten
  case zeros
  case ones
  case pad
  case difference
  case binarizeGripper = "binarize_gripper"
  case relativeToAbsoluteGripper = "relative_to_absolute_gripper"
  case eulerFromQuaternion = "euler_from_quaternion"
  case rotationFromEuler = "rotation_from_euler"
  case eulerFromRotation = "euler_from_rotation"
  case inverseRotation = "inverse_rotation"
  case rotation6D = "rotation_6d"
  case wristFrame = "wrist_frame"
  case inflate
  case codePoints = "code_points"

  /// What a function takes at one place.
  enum Parameter: String {
    case value = "a value"
    case number = "a number"
    case count = "a whole number from 1 to 4096"
  }

  /// What it takes, in order; `concat` takes one or more of its parameter.
  var parameters: [Parameter] {
    switch self {
    case .invert, .float, .concat, .flatten, .difference, .binarizeGripper, .relativeToAbsoluteGripper,
      .eulerFromQuaternion, .rotationFromEuler, .eulerFromRotation, .inverseRotation, .rotation6D, .codePoints:
      return [.value]
    case .wristFrame: return [.value, .value]
    case .clip: return [.value, .number, .number]
    case .scale: return [.value, .number]
    case .zeros, .ones, .pad: return [.count]
    case .inflate: return [.value, .count]
    }
  }

  /// How it is called.
  var usage: String {
    switch self {
    case .clip: return "clip(x, low, high)"
    case .scale: return "scale(x, factor)"
    case .concat: return "concat(x, …)"
    case .zeros, .ones, .pad: return "\(rawValue)(columns)"
    case .inflate: return "inflate(x, columns)"
    case .wristFrame: return "wrist_frame(velocity, pose)"
    default: return "\(rawValue)(x)"
    }
  }
}
