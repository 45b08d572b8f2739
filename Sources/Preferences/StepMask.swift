/// Which steps of a pair's sides count in its loss: 1 counts, 0 does not.
public struct StepMask: Sendable, Equatable {
  /// [steps of the side].
  public var chosen: [UInt8]
  public var rejected: [UInt8]

  /// Whether a side has no step that counts.
  public var isEmpty: Bool { !chosen.contains(1) || !rejected.contains(1) }

  /// How steps are masked.
  public struct Rule: Sendable, Equatable {
    /// Steps at which both sides hold the same observation and the same tokens: their gradients cancel.
    public var masksShared = true
    /// Steps whose relative columns sum to less, in normalised units: Σ|a| < this.
    public var nearZero: Double?

    public init(masksShared: Bool = true, nearZero: Double? = nil) {
      self.masksShared = masksShared
      self.nearZero = nearZero
    }
  }

  /// Masks the steps of `pair`; `absolute` are the columns that are no motion, [A].
  ///
  /// - Complexity: O(steps · A).
  public init(_ pair: PreferencePair, _ rule: Rule, _ a: StepTable, _ b: StepTable, absolute: [Bool]) {
    chosen = Self.moving(a, pair.chosen.steps, rule, absolute)
    rejected = Self.moving(b, pair.rejected.steps, rule, absolute)
    guard rule.masksShared, !a.observations.isEmpty, !b.observations.isEmpty else { return }
    for offset in 0..<min(chosen.count, rejected.count) {
      let (x, y) = (pair.chosen.steps.lowerBound + offset, pair.rejected.steps.lowerBound + offset)
      if a.observations[x] == b.observations[y], a.bins(x..<x + 1) == b.bins(y..<y + 1) {
        (chosen[offset], rejected[offset]) = (0, 0)
      }
    }
  }

  private static func moving(_ table: StepTable, _ steps: Range<Int>, _ rule: Rule, _ absolute: [Bool]) -> [UInt8] {
    guard let limit = rule.nearZero else { return [UInt8](repeating: 1, count: steps.count) }
    return steps.map { step in
      let sum = zip(table.action(at: step), absolute).reduce(0.0) { $1.1 ? $0 : $0 + Double($1.0.magnitude) }
      return sum < limit ? 0 : 1
    }
  }
}
