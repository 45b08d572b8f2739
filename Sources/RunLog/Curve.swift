/// The points of a curve in the order of their steps, for drawing.
struct Curve: Equatable {
  typealias Point = RunPage.Point

  let points: [Point]

  /// The curve as it is, in the order of its steps; points of one step keep theirs.
  init(_ points: [Point]) {
    let isSorted = zip(points, points.dropFirst()).allSatisfy { $0.step <= $1.step }
    self.points =
      isSorted
      ? points
      : points.enumerated().sorted { ($0.element.step, $0.offset) < ($1.element.step, $1.offset) }.map(\.element)
  }

  /// The points that are no gaps.
  var finite: [Point] { points.filter(\.value.isFinite) }

  /// Whether the values go up and down by more than four times their range in all: a schedule does not, and its
  /// corners are to stay; a loss does.
  var isRough: Bool {
    let values = finite.map { $0.value / 4 }
    guard let least = values.min(), let greatest = values.max() else { return false }
    var way = 0.0
    for (value, next) in zip(values, values.dropFirst()) { way += abs(next - value) }
    return way > 4 * (greatest - least)
  }

  /// Returns at most `limit` (at least 3) of the points: of each run of neighbours the least, the greatest and
  /// the first gap, in their order.
  ///
  /// - Complexity: O(*n*)
  func thinned(to limit: Int) -> Curve {
    guard points.count > limit else { return self }
    let buckets = limit / 3
    var kept: [Point] = []
    for bucket in 0..<buckets {
      let (low, high) = (share(bucket, of: buckets), share(bucket + 1, of: buckets))
      var least: Int?
      var greatest: Int?
      var gap: Int?
      for index in low..<high {
        let value = points[index].value
        guard value.isFinite else {
          gap = gap ?? index
          continue
        }
        if least.map({ value < points[$0].value }) ?? true { least = index }
        if greatest.map({ value > points[$0].value }) ?? true { greatest = index }
      }
      let chosen = Set([least, greatest, gap].compactMap(\.self))
      kept += chosen.sorted().map { points[$0] }
    }
    return Curve(kept)
  }

  /// Returns the curve with each value replaced by the mean of those around it, gaps left out and kept.
  ///
  /// The window is a fortieth of the points, at least 5 and odd.
  ///
  /// - Complexity: O(*n*)
  func smoothed() -> Curve {
    let reach = max(2, points.count / 80)
    var sums: [Double] = [0]
    var counts: [Int] = [0]
    for point in points {
      let isGap = !point.value.isFinite
      sums.append((sums.last ?? 0) + (isGap ? 0 : point.value))
      counts.append((counts.last ?? 0) + (isGap ? 0 : 1))
    }
    return Curve(
      points.indices.map { index in
        let (low, high) = (max(0, index - reach), min(points.count, index + reach + 1))
        let count = counts[high] - counts[low]
        guard points[index].value.isFinite, count > 0 else { return Point(step: points[index].step, value: .nan) }
        return Point(step: points[index].step, value: (sums[high] - sums[low]) / Double(count))
      })
  }

  /// Returns where share `part` of `parts` begins, without overflow for any count of points.
  private func share(_ part: Int, of parts: Int) -> Int {
    let (whole, rest) = points.count.quotientAndRemainder(dividingBy: parts)
    return part * whole + part * rest / parts
  }
}
