/// Shares threads out among datasets as the reference does, for comparing its read order.
public enum ThreadAllocation {
  /// Returns the threads of each dataset: one where the share is below one, then by largest fraction.
  ///
  /// A weight of 0 gets none. Fractions are float64, added in numpy's order; of equal ones the later is
  /// served first, as in the reference's sort.
  /// - Throws: `badData` for negative or non-finite weights, all zero, or fewer threads than weights.
  public static func allocate(threadCount: Int, weights: [Double]) throws(SamplingError) -> [Int] {
    try MixtureWeights.check(weights)
    guard threadCount >= weights.count else {
      throw SamplingError(
        "threads", "\(threadCount) threads for \(weights.count) datasets; give at least one each")
    }
    let total = MixtureWeights.sum(weights)
    var shares = weights.map { $0 / total }
    var threads = [Int](repeating: 0, count: weights.count)
    var left = threadCount
    while true {
      let small = shares.indices.filter { shares[$0] > 0 && shares[$0] * Double(left) < 1 }
      if small.isEmpty { break }
      for i in small {
        threads[i] += 1
        shares[i] = 0
      }
      left -= small.count
      let rest = MixtureWeights.sum(shares)
      guard rest > 0 else { break }
      shares = shares.map { $0 / rest }
    }
    let wanted = shares.map { $0 * Double(left) }
    for i in wanted.indices { threads[i] += Int(wanted[i]) }
    let missing = threadCount - threads.reduce(0, +)
    let order = wanted.indices.sorted { a, b in
      let (x, y) = (wanted[a] - wanted[a].rounded(.down), wanted[b] - wanted[b].rounded(.down))
      return x == y ? a > b : x > y
    }
    for i in order.prefix(max(0, missing)) { threads[i] += 1 }
    return threads
  }
}
