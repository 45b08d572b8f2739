/// With which probability a sample comes from which entry.
public struct MixtureWeights: Sendable, Equatable {
  /// How weights become probabilities.
  public enum Scheme: Sendable, Equatable {
    /// Weight × number of transitions, as the reference does by default.
    case openvla
    /// The weights alone, as the reference with `balance_weights` off.
    case absolute
    /// The same for every entry whose weight is not 0.
    case uniform
    /// (number of transitions)^(1/T), for every entry whose weight is not 0.
    case temperature(Double)
    /// Probabilities from elsewhere, one per entry, to be brought to a sum of 1.
    case given([Double])
  }

  /// The probabilities p_i, which add up to 1 but for rounding.
  public let shares: [Double]
  private let sizes: [Int]

  /// Computes p_i in float64, in the reference's order of operations and numpy's of a sum.
  ///
  /// `sizes` are the entries' numbers of transitions before any filter.
  /// - Throws: `badData` for weights that are negative, not finite, all zero or none, or do not match the
  ///   sizes.
  public init(_ scheme: Scheme, weights: [Double], sizes: [Int]) throws(SamplingError) {
    try Self.check(weights)
    guard sizes.count == weights.count else {
      throw SamplingError("weights", "\(weights.count) weights for \(sizes.count) sizes; give one each")
    }
    if let i = sizes.firstIndex(where: { $0 < 0 }) {
      throw SamplingError("weights", "entry \(i) has a size of \(sizes[i]); a size is not negative")
    }
    let products: [Double]
    switch scheme {
    case .openvla: products = zip(weights, sizes).map { $0 * Double($1) }
    case .absolute: products = weights
    case .uniform: products = weights.map { $0 == 0 ? 0 : 1 }
    case .temperature(let temperature):
      guard temperature.isFinite, temperature > 0 else {
        throw SamplingError("weights", "a temperature of \(temperature); give a number above 0")
      }
      // Relative to the largest, so that no temperature overflows; at 1 the sizes themselves, without rounding.
      let largest = temperature == 1 ? 1 : Double(max(1, sizes.max() ?? 1))
      products = zip(weights, sizes).map { weight, size in
        weight == 0 ? 0 : PortableMath.power(Double(size) / largest, 1 / temperature)
      }
    case .given(let values):
      try Self.check(values)
      guard values.count == weights.count else {
        throw SamplingError(
          "weights", "\(values.count) given weights for \(weights.count) entries; give one each")
      }
      products = values
    }
    let total = Self.sum(products)
    guard total > 0, total.isFinite else {
      throw SamplingError(
        "weights",
        "they add up to \(total) after the scheme; at least one entry needs a weight and transitions")
    }
    shares = products.map { $0 / total }
    self.sizes = sizes
  }

  /// The entries whose weight is exactly 1, which the reference takes as the measure of an epoch.
  public static func primaries(_ weights: [Double]) -> [Int] { weights.indices.filter { weights[$0] == 1 } }

  /// The samples of an epoch: the largest N_i / p_i over the primaries, rounded down, as in the reference.
  ///
  /// After so many samples each of the primaries has been seen about once.
  /// - Throws: `badData` when there is no primary (where the reference crashes), one is never drawn, or the
  ///   result is beyond 2⁴⁰.
  public func datasetLength(primaries: [Int]) throws(SamplingError) -> Int {
    guard !primaries.isEmpty else {
      throw SamplingError(
        "epoch", "no entry has a weight of exactly 1; name the entries that make an epoch under `epoch_of`")
    }
    var length = 0.0
    for i in primaries {
      guard shares.indices.contains(i) else {
        throw SamplingError("epoch", "there is no entry \(i); there are \(shares.count)")
      }
      guard shares[i] > 0 else {
        throw SamplingError(
          "epoch", "entry \(i) counts as the epoch but is never drawn; give it a weight or leave it out")
      }
      length = max(length, Double(sizes[i]) / shares[i])
    }
    guard length <= Double(Quotas.maximumSampleCount) else {
      throw SamplingError("epoch", "an epoch of \(length) samples; the most are 2^40")
    }
    return Int(length)
  }

  /// Of names that occur more than once, the first occurrence: the reference's rule for its own lists.
  public static func firstOccurrences(_ names: [String]) -> [Int] {
    var seen: Set<String> = []
    return names.indices.filter { seen.insert(names[$0]).inserted }
  }

  /// Throws unless every weight is finite and not negative, and one is above zero.
  static func check(_ weights: [Double]) throws(SamplingError) {
    for (i, weight) in weights.enumerated() where !weight.isFinite || weight < 0 {
      throw SamplingError("weights", "entry \(i) has a weight of \(weight); give a finite number from 0 up")
    }
    guard weights.contains(where: { $0 > 0 }) else {
      throw SamplingError("weights", weights.isEmpty ? "there are none" : "all are 0; give one more than 0")
    }
  }

  /// The sum in the order in which numpy adds float64 numbers.
  ///
  /// Up to 7 one after the other; up to 128 in eight lanes that are added in pairs; more in two halves.
  static func sum(_ values: [Double]) -> Double { sum(values[...]) }

  private static func sum(_ values: ArraySlice<Double>) -> Double {
    let (count, start) = (values.count, values.startIndex)
    if count < 8 { return values.reduce(0, +) }
    if count > 128 {
      let half = count / 2 - count / 2 % 8
      return sum(values.prefix(half)) + sum(values.dropFirst(half))
    }
    var lanes = Array(values.prefix(8))
    for i in 8..<max(8, count - count % 8) { lanes[i % 8] += values[start + i] }
    var total =
      ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) + ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]))
    for value in values.suffix(count % 8) { total += value }
    return total
  }
}
