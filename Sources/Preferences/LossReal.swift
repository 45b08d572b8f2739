internal import Glibc

/// A binary floating-point type with the two functions that the losses need.
public protocol LossReal: BinaryFloatingPoint, Sendable {
  /// e to the power `x`.
  static func exponential(_ x: Self) -> Self
  /// The natural logarithm of 1 + `x`, exact for small `x`.
  static func logarithm(onePlus x: Self) -> Self
}

extension Double: LossReal {
  public static func exponential(_ x: Double) -> Double { exp(x) }
  public static func logarithm(onePlus x: Double) -> Double { log1p(x) }
}

extension Float: LossReal {
  public static func exponential(_ x: Float) -> Float { expf(x) }
  public static func logarithm(onePlus x: Float) -> Float { log1pf(x) }
}

extension LossReal {
  /// −log σ(x) = max(−x, 0) + log(1 + e^−|x|), which neither overflows nor loses small values.
  static func negativeLogSigmoid(_ x: Self) -> Self {
    (x < 0 ? -x : 0) + logarithm(onePlus: exponential(-x.magnitude))
  }

  /// σ(x) = 1 / (1 + e^−x).
  static func sigmoid(_ x: Self) -> Self {
    let tail = exponential(-x.magnitude)
    return x >= 0 ? 1 / (1 + tail) : tail / (1 + tail)
  }
}
