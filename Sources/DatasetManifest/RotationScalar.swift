/// The precisions that rotations are computed in.
///
/// They differ in how sums of products round: the reference's float32 matrix products fuse each multiplication
/// with its addition, those in float64 round after both.
protocol RotationScalar: BinaryFloatingPoint {
  /// This number plus `a`·`b`, rounded as a matrix product of the reference does.
  func accumulating(_ a: Self, _ b: Self) -> Self
}

extension Float: RotationScalar {
  func accumulating(_ a: Float, _ b: Float) -> Float { addingProduct(a, b) }
}

extension Double: RotationScalar {
  func accumulating(_ a: Double, _ b: Double) -> Double { self + a * b }
}
