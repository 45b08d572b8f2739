/// Statistics of one feature, column by column; each array has shape [D].
///
/// `min` and `max` are float32 values widened to float64. The field order is that of the
/// `dataset_statistics.json` which OpenVLA writes: mean, std, max, min, q01, q99, mask.
public struct FeatureStatistics: Sendable, Equatable {
  /// The arithmetic mean.
  public var mean: [Double]
  /// The standard deviation of the population (divisor N).
  public var std: [Double]
  /// The largest value.
  public var max: [Double]
  /// The smallest value.
  public var min: [Double]
  /// The 1st percentile, linearly interpolated.
  public var q01: [Double]
  /// The 99th percentile, linearly interpolated.
  public var q99: [Double]
  /// Which columns are normalised; all of them when absent.
  public var mask: [Bool]?

  /// The number of columns, D.
  public var dimension: Int { mean.count }

  /// Gathers the columns.
  /// - Throws: `badData` when the arrays differ in length.
  public init(
    mean: [Double], std: [Double], max: [Double], min: [Double], q01: [Double], q99: [Double],
    mask: [Bool]? = nil
  ) throws(ActionsError) {
    self.mean = mean
    self.std = std
    self.max = max
    self.min = min
    self.q01 = q01
    self.q99 = q99
    self.mask = mask
    let parts = [
      ("std", std.count), ("max", max.count), ("min", min.count), ("q01", q01.count), ("q99", q99.count),
      ("mask", mask?.count ?? mean.count),
    ]
    for (name, count) in parts where count != mean.count {
      throw .width("statistics \(name)", found: count, expected: mean.count)
    }
  }

  /// Statistics of a feature that a dataset does not have: zeros in `dimension` columns, as OpenVLA writes
  /// for a proprio that was not loaded.
  public static func zeros(dimension: Int) throws(ActionsError) -> FeatureStatistics {
    guard dimension >= 0 else { throw .width("statistics", found: dimension, expected: 0) }
    let zeros = [Double](repeating: 0, count: dimension)
    return try FeatureStatistics(mean: zeros, std: zeros, max: zeros, min: zeros, q01: zeros, q99: zeros)
  }
}

/// Statistics of one dataset over all of its splits, after standardisation and before normalisation.
public struct DatasetStatistics: Sendable, Equatable {
  /// Statistics of the actions, with the mask of the columns to normalise.
  public var action: FeatureStatistics
  /// Statistics of the proprioceptive state.
  public var proprio: FeatureStatistics
  /// The number of steps.
  public var transitionCount: Int
  /// The number of episodes.
  public var trajectoryCount: Int

  /// Gathers the parts.
  public init(
    action: FeatureStatistics, proprio: FeatureStatistics, transitionCount: Int, trajectoryCount: Int
  ) {
    self.action = action
    self.proprio = proprio
    self.transitionCount = transitionCount
    self.trajectoryCount = trajectoryCount
  }
}
