/// An axis whose weights are whole numbers, in parts of 2²².
typealias PillowAxis = WeightedAxis<Int32>

extension PillowAxis {
  /// Weights are whole numbers of 2⁻²²: 8 bits are the samples', 2 are left for sums that overshoot.
  static var fractionBits: Int { 32 - 8 - 2 }

  /// Creates the axis that takes `input` samples to `output`.
  ///
  /// Shares are float64 in Pillow's order, then rounded, halves away from 0. O(output × span).
  init(_ filter: PillowFilter, input: Int, output: Int) {
    let scale = Double(input) / Double(output)
    let widening = max(scale, 1)
    let narrowing = 1 / widening
    let reach = filter.radius * widening
    var starts: [Int32] = []
    var rows: [[Int32]] = []
    starts.reserveCapacity(output)
    rows.reserveCapacity(output)
    for x in 0..<output {
      let center = (Double(x) + 0.5) * scale
      let first = max(Int(center - reach + 0.5), 0)
      let end = min(Int(center + reach + 0.5), input)
      let row = (first..<max(first, end)).map { source in
        filter.weight((Double(source) - center + 0.5) * narrowing)
      }
      let total = row.reduce(0, +)
      starts.append(Int32(first))
      rows.append(row.map { Self.fixed(total == 0 ? $0 : $0 / total) })
    }
    self.init(input: input, starts: starts, rows: rows)
  }

  private static func fixed(_ share: Double) -> Int32 {
    let scaled = share * Double(1 << fractionBits)
    return Int32(scaled < 0 ? scaled - 0.5 : scaled + 0.5)
  }
}
