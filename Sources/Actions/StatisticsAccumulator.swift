import ByteIO

/// Exact statistics of float32 rows [N, D] in memory that does not depend on N, in two passes over the rows.
///
/// First pass: give every row to `observe`. Second pass: give them all again to each of `refinements()`. Then
/// `statistics(refinedBy:)` has mean, std, min, max and the 1st and 99th percentiles. Several accumulators (one
/// for each worker) may each take a part of the rows and be merged; all results depend only on which rows
/// were seen, not on their order, on how they were split or on who saw them, because the sums are exact.
///
/// Memory: about 0.5 MB for each column in the first pass, at most 64 MB for each refinement.
public struct StatisticsAccumulator: Sendable {
  /// The number of columns, D.
  public let dimension: Int
  /// The number of rows seen, N.
  public private(set) var rowCount = 0
  /// How many values of each column have the key whose upper 16 bits are the index, [D × 65,536].
  private var histogram: [UInt64]
  private var sums: ExactSums

  /// Prepares for rows of `dimension` columns.
  /// - Throws: `badData` when there is no column, or more than 4,096 of them.
  public init(dimension: Int) throws(ActionsError) {
    guard (1...4096).contains(dimension) else {
      throw ActionsError(
        .badData, "statistics: rows of \(dimension) columns; 1 to 4,096 columns are supported")
    }
    self.dimension = dimension
    histogram = [UInt64](repeating: 0, count: dimension << 16)
    sums = ExactSums(dimension: dimension)
  }

  /// Takes whole rows, flattened, in the first pass.
  /// - Throws: `badData` when the rows are ragged or hold a value that is not finite; nothing is taken then.
  public mutating func observe(_ rows: Span<Float>) throws(ActionsError) {
    try checkRows(rows, dimension: dimension)
    sums.add(rows)
    count(rows)
    rowCount += rows.count / dimension
  }

  private mutating func count(_ rows: Span<Float>) {
    let dimension = dimension
    var bins = histogram.mutableSpan
    var index = 0
    for _ in 0..<rows.count / dimension {
      for column in 0..<dimension {
        let key = OrderedKey.key(ofBits: rows[index].bitPattern)
        bins[column << 16 | Int(key >> 16)] &+= 1
        index &+= 1
      }
    }
  }

  /// Adds what another accumulator saw in the first pass.
  /// - Throws: `badData` when its rows have another width.
  public mutating func merge(_ other: StatisticsAccumulator) throws(ActionsError) {
    guard other.dimension == dimension else {
      throw .width("statistics", found: other.dimension, expected: dimension)
    }
    for i in histogram.indices { histogram[i] += other.histogram[i] }
    sums.merge(other.sums)
    rowCount += other.rowCount
  }

  /// What the second pass has to fill: empty refinements that between them cover every column.
  ///
  /// One for up to 16 columns; each must be given all rows. Call it once the first pass is complete.
  public func refinements() -> [QuantileRefinement] {
    guard rowCount > 0 else { return [] }
    return stride(from: 0, to: dimension, by: QuantileRefinement.columnsAtOnce).map { first in
      let columns = first..<Swift.min(first + QuantileRefinement.columnsAtOnce, dimension)
      let buckets = columns.map { column in
        Array(Set(ranks.map { locate(rank: $0, column: column).bucket })).sorted()
      }
      return QuantileRefinement(dimension: dimension, columns: columns, buckets: buckets)
    }
  }

  /// The statistics, from both passes.
  /// - Throws: `badData` when there were no rows, or when a refinement is missing or did not see all rows.
  public func statistics(refinedBy refinements: [QuantileRefinement]) throws(ActionsError)
    -> FeatureStatistics
  {
    guard rowCount > 0 else {
      throw ActionsError(.badData, "statistics: there are no rows; at least one step is needed")
    }
    var columns: [(min: Double, max: Double, q01: Double, q99: Double)] = []
    for column in 0..<dimension {
      guard let refinement = refinements.first(where: { $0.columns.contains(column) }) else {
        throw ActionsError(.bug, "statistics: column \(column) was not refined; pass all of refinements()")
      }
      guard refinement.rowCount == rowCount else {
        throw ActionsError(
          .bug,
          "statistics: the second pass saw \(refinement.rowCount) rows, the first \(rowCount); replay the same rows"
        )
      }
      var values: [Float] = []
      for rank in ranks {
        let place = locate(rank: rank, column: column)
        values.append(
          refinement.value(column: column, bucket: place.bucket, rank: place.rank, zeros: zero(of: column)))
      }
      let low = QuantilePosition(quantile: 0.01, count: rowCount)
      let high = QuantilePosition(quantile: 0.99, count: rowCount)
      columns.append(
        (
          Double(values[0]), Double(values[5]), low.interpolate(values[1], values[2]),
          high.interpolate(values[3], values[4])
        ))
    }
    let moments = sums.moments(count: rowCount)
    return try FeatureStatistics(
      mean: moments.map(\.mean), std: moments.map(\.std), max: columns.map(\.max), min: columns.map(\.min),
      q01: columns.map(\.q01), q99: columns.map(\.q99))
  }

  /// Ranks of the order statistics that are needed: smallest, two around each percentile, largest.
  private var ranks: [Int] {
    let low = QuantilePosition(quantile: 0.01, count: rowCount)
    let high = QuantilePosition(quantile: 0.99, count: rowCount)
    return [0, low.lower, low.upper, high.lower, high.upper, rowCount - 1]
  }

  /// The bucket that holds the value of `rank` in `column`, and its rank inside.
  private func locate(rank: Int, column: Int) -> (bucket: Int, rank: Int) {
    var below: UInt64 = 0
    for bucket in 0..<1 << 16 {
      let here = histogram[column << 16 | bucket]
      if below + here > UInt64(rank) { return (bucket, rank - Int(below)) }
      below += here
    }
    return (0xFFFF, 0)
  }

  /// Which sign the zeros of a column are reported with: minus only when its bucket of +0.0 is empty.
  ///
  /// Zeros of both signs are equal and numpy reports whichever it met; a mixed column here reports +0.0.
  private func zero(of column: Int) -> ZeroSign {
    histogram[column << 16 | 0x8000] == 0 ? .minus : .plus
  }
}

/// The sign that a zero order statistic is given.
enum ZeroSign {
  case minus
  case plus
}

/// Throws unless `rows` are whole rows of finite values.
func checkRows(_ rows: Span<Float>, dimension: Int) throws(ActionsError) {
  guard rows.count.isMultiple(of: dimension) else {
    throw .raggedRows(count: rows.count, dimension: dimension)
  }
  var isFinite = true
  for i in rows.indices {
    isFinite = isFinite && rows[i].bitPattern & 0x7F80_0000 != 0x7F80_0000
  }
  if isFinite { return }
  for i in rows.indices where !rows[i].isFinite {
    throw ActionsError(
      .badData,
      "row \(i / dimension), column \(i % dimension): \(rows[i]) has no statistics; leave the episode out")
  }
}
