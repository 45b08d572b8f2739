internal import ByteIO

/// Tells steps that move the robot from those whose normalised action is null, as OpenVLA's mixtures do for DROID.
///
/// The null action is what 0 becomes under fixed quantiles: z = 2·(0 − q01) / (q99 − q01 + 1e−8) − 1, every
/// operation in float32 and in this order. A step is kept when |a − z| > tolerance in any of the columns; a
/// difference that is NaN is not.
public struct NullActionFilter: Sendable, Equatable {
  /// The columns of the action that are looked at.
  public let columns: Range<Int>
  /// How far from null a column may be.
  public let tolerance: Float
  /// The 1st percentiles that the null action is normalised with, [columns].
  public let q01: [Float]
  /// The 99th percentiles that the null action is normalised with, [columns].
  public let q99: [Float]
  /// The null action, normalised, [columns].
  let null: [Float]

  /// Prepares for the quantiles of `columns`.
  /// - Throws: `badData` for columns that are none or negative, quantiles of another number, out of order or not
  ///   finite, and a tolerance that is negative or not finite.
  public init(columns: Range<Int>, tolerance: Float, q01: [Float], q99: [Float]) throws(ActionsError) {
    guard !columns.isEmpty, columns.lowerBound >= 0 else {
      throw ActionsError(
        .badData, "null action filter: \(columns) names no columns; give a range from 0 or more")
    }
    for (name, values) in [("q01", q01), ("q99", q99)] where values.count != columns.count {
      throw .width("null action filter \(name)", found: values.count, expected: columns.count)
    }
    guard tolerance >= 0, tolerance.isFinite else {
      throw ActionsError(
        .badData, "null action filter: tolerance is \(tolerance); give a finite number of 0 or more")
    }
    self.columns = columns
    self.tolerance = tolerance
    self.q01 = q01
    self.q99 = q99
    null = zip(q01, q99).map { low, high in 2 * (0 - low) / (high - low + 1e-8) - 1 }
    for (i, (low, high)) in zip(q01, q99).enumerated() {
      guard low <= high, (high - low).isFinite, null[i].isFinite else {
        throw ActionsError(
          .badData,
          "null action filter: column \(columns.lowerBound + i) has q01 \(low) and q99 \(high); "
            + "give finite quantiles in order")
      }
    }
  }

  /// Whether a step with this normalised action [A] is kept; columns beyond A count as null.
  ///
  /// A window of several steps is kept when any of them is.
  public func keeps(_ normalizedAction: Span<Float>) -> Bool {
    for i in null.indices {
      let column = columns.lowerBound + i
      guard column < normalizedAction.count else { return false }
      if (normalizedAction[column] - null[i]).magnitude > tolerance { return true }
    }
    return false
  }
}
