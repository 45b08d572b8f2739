/// A kernel that says how much a source sample counts at a distance, measured in samples of the coarser side.
public enum ResizeFilter: Sendable, Hashable {
  /// Windowed sinc of radius 3: for colour images.
  case lanczos3
  /// Triangle of radius 1: for depth images.
  case bilinear

  /// The distance beyond which the kernel is 0.
  var radius: Float {
    switch self {
    case .lanczos3: 3
    case .bilinear: 1
    }
  }

  /// Returns the weight at distance `x` ≥ 0, in float32 steps in the reference's order.
  func weight(_ x: Float) -> Float {
    switch self {
    case .lanczos3:
      let pi: Float = 3.14159265359
      if x > 3 { return 0 }
      if x <= 1e-3 { return 1 }
      return 3 * Self.sine(pi * x) * Self.sine(pi * x / 3) / (pi * pi * x * x)
    case .bilinear:
      return x < 1 ? 1 - x : 0
    }
  }

  /// Returns the float32 nearest to the sine of `x`, for 0 ≤ x ≤ 10.
  ///
  /// Worked out here, in double precision without fused operations, since libraries' results differ in the last bit
  /// from processor to processor.
  static func sine(_ x: Float) -> Float {
    let turns = (Double(x) / .pi).rounded()
    // π as the sum of two doubles, so that the difference stays exact near its multiples.
    let r = (Double(x) - turns * .pi) - turns * 1.2246467991473532e-16
    let square = r * r
    // Taylor's series up to r^21: for |r| ≤ π/2 the rest is below 2e-18.
    var sum = 0.0
    var n = 21.0
    while n >= 3 {
      sum = (sum + 1) * -square / (n * (n - 1))
      n -= 2
    }
    let sine = r + r * sum
    return Float(turns.truncatingRemainder(dividingBy: 2) == 0 ? sine : -sine)
  }
}
