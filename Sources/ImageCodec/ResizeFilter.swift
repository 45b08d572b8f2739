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

  /// Returns the sine of `x`, for 0 ≤ x ≤ 10, within 0.56 units in the last place of float32.
  ///
  /// Equals what the reference calls, `sinf` of glibc 2.28 and later, whose polynomials these are (Arm
  /// Optimized Routines, `math/sinf.c`). Worked out here because a system's own differs with its version and
  /// processor.
  static func sine(_ x: Float) -> Float {
    let quarters = (Double(x) * (2 / .pi)).rounded()
    let r = Double(x) - quarters * (.pi / 2)
    let r2 = r * r
    let quarter = Int(quarters) & 3
    let size: Double
    if quarter & 1 == 0 {
      let tail = 0x1.1107605230bc4p-7 + r2 * -0x1.994eb3774cf24p-13
      size = (r + r * r2 * -0x1.555545995a603p-3) + r * r2 * r2 * tail
    } else {
      let tail = -0x1.6c087e89a359dp-10 + r2 * 0x1.99343027bf8c3p-16
      size = (1 + r2 * -0x1.ffffffd0c621cp-2 + r2 * r2 * 0x1.55553e1068f19p-5) + r2 * r2 * r2 * tail
    }
    return Float(quarter & 2 == 0 ? size : -size)
  }
}
