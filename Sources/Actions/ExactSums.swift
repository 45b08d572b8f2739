/// Exact sums of float32 values and of their squares, column by column.
///
/// A finite float32 is an integer of 24 bits times a power of two that its exponent field names, so the values
/// of one exponent add up in an integer without rounding. The sums therefore depend on the multiset of the
/// values alone: not on order, on how they were split, or on the number of workers.
struct ExactSums: Sendable, Equatable {
  /// Exponent fields 0…254 of a finite float32, rounded up to a power of two.
  static let exponentCount = 256
  /// How many squares (48 bits each) a 64-bit bin takes before it must be emptied.
  private static let squaresPerFlush = 32_768

  let dimension: Int
  /// Sum of the signed 24-bit significands, [D × 256]; room for 2³⁹ values.
  private var sums: [Int64]
  /// Sum of the squared significands since the last flush, and the flushed ones in two halves, [D × 256].
  private var squares: [UInt64]
  private var squaresLow: [UInt64]
  private var squaresHigh: [UInt64]
  private var rowsSinceFlush = 0

  init(dimension: Int) {
    self.dimension = dimension
    let count = dimension * Self.exponentCount
    sums = [Int64](repeating: 0, count: count)
    squares = [UInt64](repeating: 0, count: count)
    squaresLow = squares
    squaresHigh = squares
  }

  /// Adds whole rows of finite values.
  mutating func add(_ rows: Span<Float>) {
    let total = rows.count / dimension
    var row = 0
    while row < total {
      let block = Swift.min(total - row, Self.squaresPerFlush - rowsSinceFlush)
      Self.addBlock(
        rows, range: row * dimension..<(row + block) * dimension, dimension: dimension, sums: &sums,
        squares: &squares)
      row += block
      rowsSinceFlush += block
      if rowsSinceFlush == Self.squaresPerFlush { flush() }
    }
  }

  private static func addBlock(
    _ rows: Span<Float>, range: Range<Int>, dimension: Int, sums: inout [Int64], squares: inout [UInt64]
  ) {
    var sums = sums.mutableSpan
    var squares = squares.mutableSpan
    var index = range.lowerBound
    while index < range.upperBound {
      var base = 0
      for _ in 0..<dimension {
        let bits = rows[index].bitPattern
        let field = Int(bits >> 23 & 0xFF)
        let significand = UInt64(bits & 0x7F_FFFF) | (field == 0 ? 0 : 0x80_0000)
        let sign = Int64(Int32(bitPattern: bits) >> 31)
        sums[base + field] &+= (Int64(significand) ^ sign) &- sign
        squares[base + field] &+= significand &* significand
        base &+= exponentCount
        index &+= 1
      }
    }
  }

  private mutating func flush() {
    for i in squares.indices {
      squaresLow[i] += squares[i] & 0xFFFF_FFFF
      squaresHigh[i] += squares[i] >> 32
      squares[i] = 0
    }
    rowsSinceFlush = 0
  }

  /// Adds the sums of other rows of the same width.
  mutating func merge(_ other: ExactSums) {
    flush()
    var other = other
    other.flush()
    for i in sums.indices {
      sums[i] += other.sums[i]
      squaresLow[i] += other.squaresLow[i]
      squaresHigh[i] += other.squaresHigh[i]
    }
  }

  /// The mean and the population's standard deviation of each column over `count` rows.
  ///
  /// Σx and Σx² are exact; variance = (n·Σx² − (Σx)²) / n², where only the divisions and the root round.
  func moments(count: Int) -> [(mean: Double, std: Double)] {
    var flushed = self
    flushed.flush()
    return (0..<dimension).map { flushed.moments(column: $0, count: count) }
  }

  private func moments(column: Int, count: Int) -> (mean: Double, std: Double) {
    // Value = significand × 2^(max(field, 1) − 150), so bins are shifted by max(field, 1) − 1 over 2^−149.
    var sum = WideInteger.zero
    var squareSum = WideInteger.zero
    for field in 0..<Self.exponentCount {
      let i = column * Self.exponentCount + field
      let shift = Swift.max(field, 1) - 1
      if sums[i] != 0 {
        sum = sum + WideInteger(magnitude: sums[i].magnitude, shift: shift, isNegative: sums[i] < 0)
      }
      if squaresLow[i] != 0 || squaresHigh[i] != 0 {
        squareSum = squareSum + WideInteger(magnitude: squaresLow[i], shift: 2 * shift)
        squareSum = squareSum + WideInteger(magnitude: squaresHigh[i], shift: 2 * shift + 32)
      }
    }
    let n = WideInteger(magnitude: UInt64(count))
    let spread = n * squareSum - sum * sum
    let rows = Double(count)
    let deviation = (spread.scaled(byPowerOfTwo: -298) / rows / rows).squareRoot()
    return (sum.scaled(byPowerOfTwo: -149) / rows, deviation)
  }
}
