/// What an operation on rotations takes and gives, as the last axes of a row.
struct RotationSignature {
  /// The axes that it takes.
  let input: [Int]
  /// The axes that stand in their place.
  let output: [Int]
  /// What each of its arguments is, in words.
  let words: String
}

extension Operation {
  /// What the operation does to the last axes, nil when it is not about rotations.
  ///
  /// `wrist_frame` works on its two arguments joined.
  var rotation: RotationSignature? {
    switch self {
    case .eulerFromQuaternion:
      return RotationSignature(input: [4], output: [3], words: "4 columns x, y, z, w")
    case .rotationFromEuler:
      return RotationSignature(input: [3], output: [3, 3], words: "3 columns roll, pitch, yaw")
    case .eulerFromRotation:
      return RotationSignature(input: [3, 3], output: [3], words: "matrices of shape [3, 3]")
    case .inverseRotation:
      return RotationSignature(input: [3, 3], output: [3, 3], words: "matrices of shape [3, 3]")
    case .rotation6D:
      return RotationSignature(input: [3, 3], output: [6], words: "matrices of shape [3, 3]")
    case .wristFrame:
      return RotationSignature(input: [12], output: [9], words: "6 columns x, y, z, roll, pitch, yaw")
    default: return nil
    }
  }

  /// The numbers that the operation makes of one rotation.
  fileprivate func rotated<Scalar: RotationScalar>(_ x: [Scalar]) -> [Scalar] {
    switch self {
    case .eulerFromQuaternion: return EulerAngles<Scalar>().angles(x[0], x[1], x[2], x[3])
    case .rotationFromEuler: return RotationMatrix(eulerAngles: x[0], x[1], x[2]).values
    case .eulerFromRotation: return EulerAngles<Scalar>().angles(of: RotationMatrix(values: x))
    case .inverseRotation: return RotationMatrix(values: x).inverse.values
    case .rotation6D: return RotationMatrix(values: x).firstTwoRows
    case .wristFrame: return WristFrame(pose: x[6...]).velocity(x[..<6])
    default: return x
    }
  }
}

extension RotationSignature {
  /// The shape that the operation makes of `shape`, nil when it does not fit.
  func shape(from shape: [Int?]) -> [Int?]? {
    let tail = shape.suffix(input.count)
    guard tail.count == input.count, zip(tail, input).allSatisfy({ $0 == nil || $0 == $1 }) else {
      return nil
    }
    return shape.dropLast(input.count) + output
  }
}

extension Rows {
  /// Applies an operation on rotations to each of them, in the precision of the rows.
  func rotated(by operation: Operation, _ signature: RotationSignature) -> Rows {
    var result = self
    result.shape = shape.dropLast(signature.input.count) + signature.output
    let width = signature.input.reduce(1, *)
    result.values =
      kind == .float32
      ? blocks(of: width) { operation.rotated($0.map { Float($0) }).map(Double.init) }
      : blocks(of: width) { operation.rotated($0) }
    return result
  }

  private func blocks(of width: Int, _ operation: ([Double]) -> [Double]) -> [Double] {
    stride(from: 0, to: values.count, by: width).flatMap { operation(Array(values[$0..<$0 + width])) }
  }
}
