import Glibc

/// A rotation as a matrix of nine numbers.
///
/// The order of operations is that of tensorflow_graphics 2021.12.3. Sine and cosine are taken in float64 and
/// rounded, so that they do not depend on the CPU.
struct RotationMatrix<Scalar: RotationScalar> {
  /// The numbers, row-major, [3, 3].
  let values: [Scalar]

  /// Takes nine numbers, row-major.
  init(values: [Scalar]) { self.values = values }

  /// R = Rz·Ry·Rx of three angles in radians.
  init(eulerAngles x: Scalar, _ y: Scalar, _ z: Scalar) {
    let (sx, sy, sz) = (Self.sine(x), Self.sine(y), Self.sine(z))
    let (cx, cy, cz) = (Self.cosine(x), Self.cosine(y), Self.cosine(z))
    values = [
      cy * cz, sx * sy * cz - cx * sz, cx * sy * cz + sx * sz,
      cy * sz, sx * sy * sz + cx * cz, cx * sy * sz - sx * cz,
      -sy, sx * cy, cx * cy,
    ]
  }

  subscript(row: Int, column: Int) -> Scalar { values[3 * row + column] }

  /// The opposite rotation, which is the transpose.
  var inverse: RotationMatrix {
    RotationMatrix(values: (0..<9).map { self[$0 % 3, $0 / 3] })
  }

  /// Row 0, then row 1: six numbers that determine the third row.
  var firstTwoRows: [Scalar] { Array(values[..<6]) }

  /// The product of two matrices.
  static func * (a: RotationMatrix, b: RotationMatrix) -> RotationMatrix {
    RotationMatrix(
      values: (0..<9).map { i in
        a.row(i / 3, times: b[0, i % 3], b[1, i % 3], b[2, i % 3])
      })
  }

  /// The vector (x, y, z), turned.
  func turned(_ x: Scalar, _ y: Scalar, _ z: Scalar) -> [Scalar] {
    (0..<3).map { row($0, times: x, y, z) }
  }

  private func row(_ i: Int, times x: Scalar, _ y: Scalar, _ z: Scalar) -> Scalar {
    (self[i, 0] * x).accumulating(self[i, 1], y).accumulating(self[i, 2], z)
  }

  private static func sine(_ angle: Scalar) -> Scalar { Scalar(sin(Double(angle))) }

  private static func cosine(_ angle: Scalar) -> Scalar { Scalar(cos(Double(angle))) }
}
