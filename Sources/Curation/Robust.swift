/// Median and spread that a minority of broken values does not move.
struct Robust {
  let median: Double
  /// The distance of the tenth from the ninetieth percentile, in deviations of normal values: wide also where values
  /// gather in two places.
  let spread: Double
  /// 1.4826 median absolute deviations, which is the standard deviation of normal values.
  let deviation: Double

  /// nil where `values` has no finite value.
  init?(_ values: some Sequence<Double>) {
    var sorted = values.filter(\.isFinite)
    guard !sorted.isEmpty else { return nil }
    sorted.sort()
    let median = quantile(sorted, 0.5)
    self.median = median
    spread = (quantile(sorted, 0.9) - quantile(sorted, 0.1)) / 2.563
    var distances = sorted.map { abs($0 - median) }
    distances.sort()
    deviation = 1.4826 * quantile(distances, 0.5)
  }

  /// How many deviations, of at least `floor`, `value` lies above the median.
  func score(_ value: Double, floor: Double) -> Double { (value - median) / max(deviation, floor) }
}

/// The quantile `q` of ascending values, linearly interpolated.
///
/// - Precondition: there are values.
func quantile(_ sorted: [Double], _ q: Double) -> Double {
  let place = q * Double(sorted.count - 1)
  let low = Int(place)
  let high = min(low + 1, sorted.count - 1)
  return sorted[low] + (sorted[high] - sorted[low]) * (place - Double(low))
}

/// Pearson's correlation, nil where either is constant.
func correlation(_ x: [Double], _ y: [Double]) -> Double? {
  let n = Double(min(x.count, y.count))
  guard n >= 3 else { return nil }
  let mx = x.reduce(0, +) / n
  let my = y.reduce(0, +) / n
  var xx = 0.0
  var yy = 0.0
  var xy = 0.0
  for (a, b) in zip(x, y) {
    xx += (a - mx) * (a - mx)
    yy += (b - my) * (b - my)
    xy += (a - mx) * (b - my)
  }
  guard xx > 1e-24, yy > 1e-24 else { return nil }
  return xy / (xx * yy).squareRoot()
}

/// Ranks from 1, equal values sharing the mean of theirs.
func ranks(_ values: [Double]) -> [Double] {
  let order = values.indices.sorted { values[$0] < values[$1] }
  var ranks = [Double](repeating: 0, count: values.count)
  var start = 0
  while start < order.count {
    var end = start
    while end + 1 < order.count, values[order[end + 1]] == values[order[start]] { end += 1 }
    for i in start...end { ranks[order[i]] = Double(start + end) / 2 + 1 }
    start = end + 1
  }
  return ranks
}

/// Spearman's rank correlation, nil where either is constant.
func rankCorrelation(_ x: [Double], _ y: [Double]) -> Double? { correlation(ranks(x), ranks(y)) }
