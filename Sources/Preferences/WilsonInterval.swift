/// The interval of a share that was counted, by Wilson's score method.
public struct WilsonInterval: Sendable, Equatable {
  /// The share itself; 0 of none counts as 0.
  public let share: Double
  public let lower: Double
  public let upper: Double

  /// The interval of `successes` of `count` at `z` standard errors: 1.96 for 95 %.
  ///
  /// (p + z²/2n ± z·√(p(1−p)/n + z²/4n²)) / (1 + z²/n); of none it is 0 to 1. Counts out of range are brought into it.
  public init(_ successes: Int, of count: Int, z: Double = 1.959_963_984_540_054) {
    guard count > 0 else {
      (share, lower, upper) = (0, 0, 1)
      return
    }
    let n = Double(count)
    let p = Double(min(max(successes, 0), count)) / n
    let divisor = 1 + z * z / n
    let center = p + z * z / (2 * n)
    let width = z * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot()
    share = p
    lower = max(0, (center - width) / divisor)
    upper = min(1, (center + width) / divisor)
  }
}
