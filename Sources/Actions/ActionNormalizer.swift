/// How actions and proprio are brought to a common range.
public enum NormalizationType: String, Sendable, CaseIterable {
  /// Mean 0 and standard deviation 1.
  case normal
  /// [min, max] to [−1, 1].
  case bounds
  /// [q01, q99] to [−1, 1], values outside clipped.
  case boundsQ99 = "bounds_q99"
}

/// Normalises float32 rows [N, D] with the statistics of their dataset, bit for bit as OpenVLA's pipeline.
///
/// normal: (x − f32(mean)) / f32(std + 1e−8). bounds, bounds_q99: clip(2·(x − f32(low)) / f32(high − low + 1e−8)
/// − 1, −1, 1); the divisor is evaluated in float64 and then rounded, every other operation is float32 in this
/// order. Columns outside the mask stay as they are. For both kinds of bounds, columns whose min equals max
/// become 0, those outside the mask too. NaN stays NaN.
public struct ActionNormalizer: Sendable {
  /// The number of columns, D.
  public let dimension: Int
  private let columns: [Column]

  private enum Column {
    case unchanged
    case zero
    case standard(mean: Float, divisor: Float)
    case bounded(low: Float, divisor: Float)
  }

  /// Prepares for `type` with `statistics`, whose mask counts as all true when absent.
  public init(_ type: NormalizationType, statistics: FeatureStatistics) {
    dimension = statistics.dimension
    columns = (0..<statistics.dimension).map { i in
      let isMasked = statistics.mask?[i] ?? true
      if type != .normal, statistics.min[i] == statistics.max[i] { return .zero }
      guard isMasked else { return .unchanged }
      switch type {
      case .normal:
        return .standard(mean: Float(statistics.mean[i]), divisor: Float(statistics.std[i] + 1e-8))
      case .bounds:
        return Self.bounded(low: statistics.min[i], high: statistics.max[i])
      case .boundsQ99:
        return Self.bounded(low: statistics.q01[i], high: statistics.q99[i])
      }
    }
  }

  private static func bounded(low: Double, high: Double) -> Column {
    .bounded(low: Float(low), divisor: Float(high - low + 1e-8))
  }

  /// Normalises `rows` [N, D], flattened, in place.
  /// - Throws: `badData` when they are ragged.
  public func normalize(_ rows: inout [Float]) throws(ActionsError) {
    guard dimension > 0 ? rows.count.isMultiple(of: dimension) : rows.isEmpty else {
      throw .raggedRows(count: rows.count, dimension: dimension)
    }
    var values = rows.mutableSpan
    for (column, rule) in columns.enumerated() {
      for i in stride(from: column, to: values.count, by: dimension) {
        values[i] = Self.apply(rule, to: values[i])
      }
    }
  }

  @inline(__always)
  private static func apply(_ rule: Column, to x: Float) -> Float {
    switch rule {
    case .unchanged: return x
    case .zero: return 0
    case .standard(let mean, let divisor): return (x - mean) / divisor
    case .bounded(let low, let divisor):
      let y = (2 * (x - low)) / divisor - 1
      // Comparisons with NaN are false, so NaN passes.
      return y < -1 ? -1 : y > 1 ? 1 : y
    }
  }
}

/// Turns normalised actions back into the robot's units, in float64, as OpenVLA's inference does.
///
/// Masked columns: 0.5·(n + 1)·(q99 − q01) + q01; others pass. This is the inverse of `boundsQ99`.
public struct ActionUnnormalizer: Sendable {
  private let statistics: FeatureStatistics

  /// Prepares with `statistics`, whose mask counts as all true when absent.
  public init(statistics: FeatureStatistics) {
    self.statistics = statistics
  }

  /// Un-normalises `rows` [N, D], flattened, in place.
  /// - Throws: `badData` when they are ragged.
  public func unnormalize(_ rows: inout [Double]) throws(ActionsError) {
    let dimension = statistics.dimension
    guard dimension > 0 ? rows.count.isMultiple(of: dimension) : rows.isEmpty else {
      throw .raggedRows(count: rows.count, dimension: dimension)
    }
    for column in 0..<dimension where statistics.mask?[column] ?? true {
      let low = statistics.q01[column]
      let range = statistics.q99[column] - low
      for i in stride(from: column, to: rows.count, by: dimension) {
        rows[i] = 0.5 * (rows[i] + 1) * range + low
      }
    }
  }
}
