/// Powers that come out the same on every machine, which a system's mathematics library does not promise.
///
/// Built from the basic operations of float64, each of which IEEE 754 rounds in one way only.
enum PortableMath {
  /// ln 2 in two parts, the first short enough that its product with an exponent is exact.
  private static let ln2High = 0x1.62e42fefp-1
  private static let ln2Low = 0x1.473de6af278edp-34

  /// Returns x^y to about 13 digits, for x ≥ 0 and y > 0; exactly x for y = 1.
  static func power(_ x: Double, _ y: Double) -> Double {
    if x == 0 || x == 1 || y == 1 { return x }
    return exponential(y * logarithm(x))
  }

  /// The natural logarithm of a number above 0: exponent · ln 2 + 2·artanh((m − 1) / (m + 1)).
  static func logarithm(_ x: Double) -> Double {
    var (m, exponent) = (x.significand, Double(x.exponent))
    if m > 1.414213562373095 { (m, exponent) = (m / 2, exponent + 1) }
    let s = (m - 1) / (m + 1)
    let square = s * s
    // |s| < 0.1716, so s^25 / 25 is below 3e-21.
    var series = 0.0
    for k in stride(from: 23, through: 1, by: -2) { series = series * square + 1 / Double(k) }
    return exponent * ln2High + (2 * s * series + exponent * ln2Low)
  }

  /// e^x: 2^k times the exponential series of what is left, which is at most ln 2 / 2.
  static func exponential(_ x: Double) -> Double {
    if x > 709 { return .infinity }
    if x < -745 { return 0 }
    let k = (x / (ln2High + ln2Low)).rounded()
    let rest = (x - k * ln2High) - k * ln2Low
    var series = 1.0
    for n in stride(from: 18, through: 1, by: -1) { series = 1 + rest * series / Double(n) }
    return Double(sign: .plus, exponent: Int(k), significand: series)
  }
}
