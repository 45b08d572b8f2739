/// How many samples each entry of a mixture gets: whole numbers, by largest remainder, whose sum is exact.
///
/// Entry i gets ⌊N·w_i / Σw⌋; what is then missing goes, one each, to the entries with the largest
/// remainders, of equal ones to the earlier. Weights are taken as the exact binary fractions that float64
/// holds, and every step is integer arithmetic of as many bits as it needs, so that no rounding enters.
public struct Quotas: Sendable, Equatable {
  /// The most samples that can be shared out.
  public static let maximumSampleCount = 1 << 40

  /// The samples of each entry, in the order of the weights.
  public let counts: [Int]

  /// Shares `sampleCount` samples out in proportion to `weights`, which need not add up to 1.
  ///
  /// Complexity: O(n log n) operations on numbers of about 100 bits, for weights of similar size.
  /// - Throws: `badData` for weights that are negative, not finite, all zero or none, or a count beyond 2⁴⁰.
  public init(sampleCount: Int, weights: [Double]) throws(SamplingError) {
    guard (0...Self.maximumSampleCount).contains(sampleCount) else {
      throw SamplingError("quotas", "\(sampleCount) samples; give 0 to 2^40")
    }
    try MixtureWeights.check(weights)
    let lowest = weights.filter { $0 > 0 }.map { Self.binary($0).exponent }.min() ?? 0
    let parts = weights.map { weight in
      guard weight > 0 else { return WideNatural.zero }
      let (significand, exponent) = Self.binary(weight)
      return WideNatural(significand, shiftedBy: exponent - lowest)
    }
    var sum = WideNatural.zero
    for part in parts { sum += part }
    var counts: [Int] = []
    var remainders: [WideNatural] = []
    for part in parts {
      let (quotient, remainder) = (part * UInt64(sampleCount)).divided(by: sum)
      counts.append(Int(quotient))
      remainders.append(remainder)
    }
    let missing = sampleCount - counts.reduce(0, +)
    let order = remainders.indices.sorted { a, b in
      remainders[a] == remainders[b] ? a < b : remainders[a] > remainders[b]
    }
    for index in order.prefix(missing) { counts[index] += 1 }
    self.counts = counts
  }

  /// The significand as a whole number, odd, and the power of two it is to be multiplied with.
  private static func binary(_ weight: Double) -> (significand: UInt64, exponent: Int) {
    let field = weight.exponentBitPattern
    let whole = weight.significandBitPattern | (field == 0 ? 0 : 1 << 52)
    let zeros = whole.trailingZeroBitCount
    return (whole >> UInt64(zeros), Int(max(field, 1)) - 1075 + zeros)
  }
}
