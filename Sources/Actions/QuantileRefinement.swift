import ByteIO

/// The second pass of `StatisticsAccumulator` for some of its columns: counts values exactly inside the few
/// buckets that hold the wanted order statistics.
public struct QuantileRefinement: Sendable {
  /// How many columns are refined together: 6 buckets of 65,536 counts each at most, so 48 MB.
  static let columnsAtOnce = 16

  /// The columns that this refinement covers.
  public let columns: Range<Int>
  /// The number of rows seen.
  public private(set) var rowCount = 0
  let dimension: Int
  /// For each column in `columns`, its needed buckets in ascending order.
  private let buckets: [[Int]]
  /// The slot of each needed bucket, 0 for the others: [columns × 65,536].
  private var slots: [UInt8]
  /// Where the counts of each column begin.
  private let starts: [Int]
  /// How many values of a needed bucket have the key whose lower 16 bits are the index.
  private var counts: [UInt64]

  init(dimension: Int, columns: Range<Int>, buckets: [[Int]]) {
    self.dimension = dimension
    self.columns = columns
    self.buckets = buckets
    slots = [UInt8](repeating: 0, count: columns.count << 16)
    var starts: [Int] = []
    var total = 0
    for (position, needed) in buckets.enumerated() {
      starts.append(total)
      for (slot, bucket) in needed.enumerated() { slots[position << 16 | bucket] = UInt8(slot + 1) }
      total += needed.count
    }
    self.starts = starts
    counts = [UInt64](repeating: 0, count: total << 16)
  }

  /// Takes whole rows of all D columns, flattened.
  /// - Throws: `badData` when the rows are ragged or hold a value that is not finite; nothing is taken then.
  public mutating func observe(_ rows: Span<Float>) throws(ActionsError) {
    try checkRows(rows, dimension: dimension)
    let (dimension, columns, slots, starts) = (dimension, columns, slots, starts)
    var counts = self.counts.mutableSpan
    let rowTotal = rows.count / dimension
    for row in 0..<rowTotal {
      var index = row * dimension + columns.lowerBound
      for position in 0..<columns.count {
        let key = OrderedKey.key(ofBits: rows[index].bitPattern)
        let slot = Int(slots[position << 16 | Int(key >> 16)])
        if slot != 0 { counts[(starts[position] + slot - 1) << 16 | Int(key & 0xFFFF)] &+= 1 }
        index &+= 1
      }
    }
    rowCount += rowTotal
  }

  /// Adds what another copy of this refinement saw.
  /// - Throws: `bug` when the other one belongs to other columns or to another first pass.
  public mutating func merge(_ other: QuantileRefinement) throws(ActionsError) {
    guard other.columns == columns, other.dimension == dimension, other.buckets == buckets else {
      throw ActionsError(.bug, "statistics: refinements of different first passes cannot be merged")
    }
    for i in counts.indices { counts[i] += other.counts[i] }
    rowCount += other.rowCount
  }

  /// The value of `rank` among those in `bucket` of `column`.
  func value(column: Int, bucket: Int, rank: Int, zeros: ZeroSign) -> Float {
    let position = column - columns.lowerBound
    guard let slot = buckets[position].firstIndex(of: bucket) else { return .nan }
    let base = (starts[position] + slot) << 16
    var below: UInt64 = 0
    for low in 0..<1 << 16 {
      below += counts[base | low]
      if below > UInt64(rank) {
        let key = UInt32(bucket << 16 | low)
        return key == OrderedKey.negativeZero && zeros == .plus ? 0 : OrderedKey.value(of: key)
      }
    }
    return .nan
  }
}

/// Where a quantile lies among N sorted values, by numpy's method `linear`.
struct QuantilePosition {
  /// Rank of the value at or below the position.
  let lower: Int
  /// Rank of the value above it, the same at the end.
  let upper: Int
  /// How far between the two.
  let fraction: Double

  init(quantile: Double, count: Int) {
    let position = Double(count - 1) * quantile
    lower = Int(position.rounded(.down))
    upper = Swift.min(lower + 1, count - 1)
    fraction = position - position.rounded(.down)
  }

  /// Interpolates as numpy 1.26 does: the difference in float32, the rest in float64, from the nearer end.
  func interpolate(_ a: Float, _ b: Float) -> Double {
    let difference = Double(b - a)
    return fraction < 0.5
      ? Double(a) + difference * fraction : Double(b) - difference * (1 - fraction)
  }
}
