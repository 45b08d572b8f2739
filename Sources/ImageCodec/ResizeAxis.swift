/// An axis whose weights are float32.
typealias ResizeAxis = WeightedAxis<Float>

extension ResizeAxis {
  /// Creates the axis that takes `input` samples to `output`.
  ///
  /// The steps are float32, in the order of TensorFlow's `scale_and_translate` with antialias. O(input +
  /// output).
  init(_ filter: ResizeFilter, input: Int, output: Int) {
    let scale = Float(output) / Float(input)
    let step = Float(1.0 / Double(scale))
    let widening = max(step, 1)
    let narrowing = 1 / widening
    let reach = filter.radius * widening
    var starts: [Int32] = []
    var rows: [[Float]] = []
    starts.reserveCapacity(output)
    rows.reserveCapacity(output)
    for x in 0..<output {
      let center = (Float(x) + 0.5) * step
      guard center <= Float(input) else {
        starts.append(0)
        rows.append([])
        continue
      }
      let first = min(max(Int((center - reach - 0.5).rounded(.up)), 0), input - 1)
      let last = min(max(Int((center + reach - 0.5).rounded(.down)), 0), input - 1)
      let row = (first...max(first, last)).map { source in
        filter.weight(abs((Float(source) + 0.5 - center) * narrowing))
      }
      let total = row.reduce(0, +)
      starts.append(Int32(first))
      if abs(total) >= 1000 * Float.leastNormalMagnitude {
        let share = 1 / total
        rows.append(row.map { $0 * share })
      } else {
        rows.append(row.map { _ in 0 })
      }
    }
    self.init(input: input, starts: starts, rows: rows)
  }
}
