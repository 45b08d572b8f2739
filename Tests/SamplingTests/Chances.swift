/// Limits of the chi-square distribution at one in a thousand, both ends (tables; df = degrees of freedom).
struct ChiSquare {
  let low, high: Double

  static let five = ChiSquare(low: 0.210, high: 20.515)
  static let nine = ChiSquare(low: 1.152, high: 27.877)
  static let twentyThree = ChiSquare(low: 7.529, high: 49.728)
  static let hundred = ChiSquare(low: 61.918, high: 149.449)

  func holds(_ value: Double) -> Bool { value >= low && value <= high }

  /// Σ (observed − expected)² / expected, for bins that are equally likely.
  static func statistic(_ bins: [Int]) -> Double {
    let expected = Double(bins.reduce(0, +)) / Double(bins.count)
    return bins.reduce(0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
  }
}
