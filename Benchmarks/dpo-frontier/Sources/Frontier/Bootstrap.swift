/// A mean over seeds with its 95 % band.
public struct Band: Sendable, Codable, Equatable {
  public var mean: Double
  public var low: Double
  public var high: Double
  /// The seeds that had a value.
  public var count: Int

  /// The percentile bootstrap: 10,000 times as many values drawn with replacement, the 2.5th and 97.5th percentile of
  /// their means.
  ///
  /// - Returns: nothing for no values.
  public init?(_ values: [Double]) {
    guard !values.isEmpty else { return nil }
    var generator = SplitMix(seed: 0xB007, stream: UInt64(values.count))
    let resamples = 10_000
    var means = (0..<resamples).map { _ in
      var sum = 0.0
      for _ in values.indices { sum += values[generator.index(below: values.count)] }
      return sum / Double(values.count)
    }
    means.sort()
    mean = values.reduce(0, +) / Double(values.count)
    low = means[resamples / 40]
    high = means[resamples - 1 - resamples / 40]
    count = values.count
  }
}
