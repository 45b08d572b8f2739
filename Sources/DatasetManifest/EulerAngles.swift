import Glibc

/// Euler angles (θx, θy, θz) with R = Rz·Ry·Rx of a quaternion (x, y, z, w), in radians.
///
/// The order of operations and the epsilons are those of tensorflow_graphics 2021.12.3, which differ from the
/// textbook by up to 9e-4 near a pitch of ±90 degrees. Sine and its kin are taken in float64 and rounded, so
/// that they do not depend on the CPU.
struct EulerAngles<Scalar: BinaryFloatingPoint> {
  private let epsilon = 2 * Scalar.ulpOfOne

  /// The three angles; NaN when the quaternion is not one.
  func angles(_ x: Scalar, _ y: Scalar, _ z: Scalar, _ w: Scalar) -> (Scalar, Scalar, Scalar) {
    let (tx, ty, tz) = (shrink(2 * x), shrink(2 * y), shrink(2 * z))
    let (twx, twy, twz) = (tx * w, ty * w, tz * w)
    let (txx, txy, txz) = (tx * x, ty * x, tz * x)
    let (tyy, tyz, tzz) = (ty * y, tz * y, tz * z)
    let r20 = shrink(txz - twy)
    if abs(abs(r20) - 1) < 1e-6 {
      let (r01, r02) = (shrink(txy - twz), shrink(txz + twy))
      let s = sign(r20)
      let thetaX = arc(-s * r01, -s * (r02 + sign(r02) * epsilon))
      return (thetaX, -s * (Scalar.pi / 2), 0)
    }
    let (r00, r10) = (shrink(1 - (tyy + tzz)), shrink(txy + twz))
    let (r21, r22) = (shrink(tyz + twx), shrink(1 - (txx + tyy)))
    let thetaY = -Scalar(asin(Double(r20)))
    let c = sign(Scalar(cos(Double(thetaY))))
    let thetaZ = arc(r10 * c, (r00 + sign(r00) * epsilon) * c)
    let thetaX = arc(r21 * c, (r22 + sign(r22) * epsilon) * c)
    return (thetaX, thetaY, thetaZ)
  }

  private func shrink(_ value: Scalar) -> Scalar { value * (1 - epsilon) }

  private func sign(_ value: Scalar) -> Scalar { value >= 0 ? 1 : -1 }

  private func arc(_ y: Scalar, _ x: Scalar) -> Scalar { Scalar(atan2(Double(y), Double(x))) }
}
