import Glibc

/// Euler angles (θx, θy, θz) with R = Rz·Ry·Rx, in radians.
///
/// The order of operations and the epsilons are those of tensorflow_graphics 2021.12.3, which differ from the
/// textbook by up to 9e-4 near a pitch of ±90 degrees. Sine and its kin are taken in float64 and rounded, so
/// that they do not depend on the CPU.
struct EulerAngles<Scalar: RotationScalar> {
  private let epsilon = 2 * Scalar.ulpOfOne

  /// The angles of a quaternion (x, y, z, w); NaN when it is not one.
  func angles(_ x: Scalar, _ y: Scalar, _ z: Scalar, _ w: Scalar) -> [Scalar] {
    let (tx, ty, tz) = (shrink(2 * x), shrink(2 * y), shrink(2 * z))
    let (twx, twy, twz) = (tx * w, ty * w, tz * w)
    let (txx, txy, txz) = (tx * x, ty * x, tz * x)
    let (tyy, tyz, tzz) = (ty * y, tz * y, tz * z)
    let r20 = shrink(txz - twy)
    if abs(abs(r20) - 1) < 1e-6 {
      return upright(r20: r20, r01: shrink(txy - twz), r02: shrink(txz + twy))
    }
    return general(
      r20: r20, r00: shrink(1 - (tyy + tzz)), r10: shrink(txy + twz), r21: shrink(tyz + twx),
      r22: shrink(1 - (txx + tyy)))
  }

  /// The angles of a rotation matrix; a pitch of ±90 degrees counts as such only when it is exact.
  func angles(of matrix: RotationMatrix<Scalar>) -> [Scalar] {
    if abs(matrix[2, 0]) == 1 {
      return upright(r20: matrix[2, 0], r01: matrix[0, 1], r02: matrix[0, 2])
    }
    return general(
      r20: matrix[2, 0], r00: matrix[0, 0], r10: matrix[1, 0], r21: matrix[2, 1], r22: matrix[2, 2])
  }

  /// A pitch of ±90 degrees, where roll and yaw are about one axis: all of the turn is roll.
  private func upright(r20: Scalar, r01: Scalar, r02: Scalar) -> [Scalar] {
    let s = sign(r20)
    return [arc(-s * r01, -s * (r02 + sign(r02) * epsilon)), -s * (Scalar.pi / 2), 0]
  }

  private func general(r20: Scalar, r00: Scalar, r10: Scalar, r21: Scalar, r22: Scalar) -> [Scalar] {
    let thetaY = -Scalar(asin(Double(r20)))
    let c = sign(Scalar(cos(Double(thetaY))))
    let thetaZ = arc(r10 * c, (r00 + sign(r00) * epsilon) * c)
    let thetaX = arc(r21 * c, (r22 + sign(r22) * epsilon) * c)
    return [thetaX, thetaY, thetaZ]
  }

  private func shrink(_ value: Scalar) -> Scalar { value * (1 - epsilon) }

  private func sign(_ value: Scalar) -> Scalar { value >= 0 ? 1 : -1 }

  private func arc(_ y: Scalar, _ x: Scalar) -> Scalar { Scalar(atan2(Double(y), Double(x))) }
}
