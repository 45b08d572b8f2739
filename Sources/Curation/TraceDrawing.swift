/// The columns of actions or states of an episode over its steps, with the flagged steps marked.
struct TraceDrawing {
  let svg: String

  private static let width = 720.0
  private static let height = 96.0
  /// The most points of a line.
  private static let pointLimit = 360

  /// Draws `values` [steps, columns], each column between its own least and greatest finite value.
  init(_ title: String, _ values: [Float], columns: Int, flagged: ClosedRange<Int>?) {
    let steps = columns > 0 ? values.count / columns : 0
    var text = "<svg class=trace viewBox=\"0 0 720 112\" role=img aria-label=\"\(title)\">"
    func x(_ step: Int) -> String {
      formatted(steps > 1 ? Double(step) * Self.width / Double(steps - 1) : Self.width / 2)
    }
    if let flagged, steps > 0 {
      let (low, high) = (max(0, flagged.lowerBound), min(steps - 1, flagged.upperBound))
      let (left, right) = (Double(low), Double(high))
      let scale = steps > 1 ? Self.width / Double(steps - 1) : Self.width
      let from = max(0, left * scale - 1.5)
      text +=
        "<rect class=range x=\"\(formatted(from))\" y=\"0\" width=\"\(formatted((right - left) * scale + 3))\" height=\"96\"/>"
    }
    let stride = max(1, steps / Self.pointLimit)
    for column in 0..<columns {
      let all = (0..<steps).map { values[$0 * columns + column] }
      let finite = all.filter(\.isFinite)
      guard let low = finite.min(), let high = finite.max() else { continue }
      var path = ""
      var isDown = false
      for step in Swift.stride(from: 0, to: steps, by: stride) {
        guard all[step].isFinite else {
          isDown = false
          continue
        }
        let share = high > low ? Double(all[step] - low) / Double(high - low) : 0.5
        path += "\(isDown ? "L" : "M")\(x(step)) \(formatted(4 + (1 - share) * (Self.height - 8)))"
        isDown = true
      }
      text += "<path class=\"c\(column % 8)\" d=\"\(path)\"><title>\(title) \(column): \(low) to \(high)</title></path>"
    }
    text += "<text x=\"0\" y=\"109\">\(title), \(columns) columns, steps 0 to \(max(steps - 1, 0))</text>"
    svg = text + "</svg>"
  }
}

/// `value` with one digit after the point, for drawings.
func formatted(_ value: Double) -> String {
  guard value.isFinite else { return "0" }
  let tenths = Int((value * 10).rounded())
  return tenths % 10 == 0
    ? "\(tenths / 10)" : "\(tenths < 0 ? "-" : "")\(tenths.magnitude / 10).\(tenths.magnitude % 10)"
}
