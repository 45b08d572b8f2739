/// Sums over all steps of the store, those with values that are not finite left out.
struct Totals: Sendable {
  /// Of actions and states, actions first: [A + P].
  var sums: [Double]
  var low: [Double]
  var high: [Double]
  var stepCount = 0
  /// Steps by dimension and bin, as BOUNDS_Q99 normalises and the tokeniser bins: [A, 256].
  var bins: [Int]

  init(actionWidth: Int, stateWidth: Int) {
    let width = actionWidth + stateWidth
    sums = [Double](repeating: 0, count: width)
    low = [Double](repeating: .infinity, count: width)
    high = [Double](repeating: -.infinity, count: width)
    bins = [Int](repeating: 0, count: actionWidth * 256)
  }

  /// Adds the rows of one episode: actions [N, A], states [N, P].
  mutating func add(_ a: [Float], _ actionWidth: Int, _ s: [Float], _ stateWidth: Int) {
    for step in 0..<a.count / actionWidth {
      let row = a[step * actionWidth..<(step + 1) * actionWidth]
      let state = s[step * stateWidth..<(step + 1) * stateWidth]
      guard row.allSatisfy(\.isFinite), state.allSatisfy(\.isFinite) else { continue }
      stepCount += 1
      for (d, value) in row.enumerated() { add(Double(value), d) }
      for (d, value) in state.enumerated() { add(Double(value), actionWidth + d) }
    }
  }

  private mutating func add(_ value: Double, _ d: Int) {
    sums[d] += value
    low[d] = min(low[d], value)
    high[d] = max(high[d], value)
  }

  /// Adds what other steps gave.
  mutating func add(_ other: Totals) {
    stepCount += other.stepCount
    for d in sums.indices {
      sums[d] += other.sums[d]
      low[d] = min(low[d], other.low[d])
      high[d] = max(high[d], other.high[d])
    }
    for i in bins.indices { bins[i] += other.bins[i] }
  }
}
