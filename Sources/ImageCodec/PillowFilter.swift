/// A kernel of Pillow's resizing, a function of the distance in samples of the coarser side.
///
/// Source: Pillow's `Resample.c`.
public enum PillowFilter: String, Sendable, Hashable, CaseIterable {
  /// The mean of what is covered, radius ½.
  case box
  /// Triangle of radius 1.
  case bilinear
  /// Cosine window of radius 1.
  case hamming
  /// Cubic with a = −½, radius 2.
  case bicubic
  /// Windowed sinc of radius 3.
  case lanczos

  /// The distance beyond which the kernel is 0.
  var radius: Double {
    switch self {
    case .box: 0.5
    case .bilinear, .hamming: 1
    case .bicubic: 2
    case .lanczos: 3
    }
  }

  /// Returns the weight at the signed distance `x`, in float64 steps in Pillow's order.
  func weight(_ x: Double) -> Double {
    let distance = abs(x)
    switch self {
    case .box: return x > -0.5 && x <= 0.5 ? 1 : 0
    case .bilinear: return distance < 1 ? 1 - distance : 0
    case .hamming:
      if distance == 0 { return 1 }
      if distance >= 1 { return 0 }
      let cosine = Self.sineOfHalfTurns(0.5 - distance)
      return Self.sineOfHalfTurns(distance) / (distance * .pi) * (0.54 + 0.46 * cosine)
    case .bicubic:
      let a = -0.5
      if distance < 1 { return ((a + 2) * distance - (a + 3)) * distance * distance + 1 }
      if distance < 2 { return (((distance - 5) * distance + 8) * distance - 4) * a }
      return 0
    case .lanczos: return x >= -3 && x < 3 ? Self.sinc(x) * Self.sinc(x / 3) : 0
    }
  }

  private static func sinc(_ x: Double) -> Double {
    x == 0 ? 1 : sineOfHalfTurns(x) / (x * .pi)
  }

  /// Returns sin(πx) for |x| ≤ 3 within 4e-16, by its series about the nearest whole number.
  ///
  /// Worked out here so that it is the same on every system. Weights are rounded to 2⁻²², far above what
  /// it and a system's own sine differ by.
  static func sineOfHalfTurns(_ x: Double) -> Double {
    let whole = x.rounded()
    let angle = (x - whole) * .pi
    let square = angle * angle
    var term = angle
    var sum = angle
    for half in 1...12 {
      let n = Double(2 * half)
      term *= -square / (n * (n + 1))
      sum += term
    }
    return Int(whole) & 1 == 0 ? sum : -sum
  }
}
