internal import JSON

/// Counts as bars, with lines at values that matter.
struct HistogramDrawing {
  let svg: String

  /// Draws `counts` of values between `low` and `high`; `marks` are lines with their names.
  init(_ title: String, _ counts: [Int], low: Double, high: Double, marks: [(name: String, value: Double)] = []) {
    let most = Double(max(counts.max() ?? 1, 1))
    let values = marks.map(\.value).filter(\.isFinite)
    let (left, right) = (min(low, values.min() ?? low), max(high, values.max() ?? high))
    let span = right > left ? right - left : 1
    func x(_ value: Double) -> Double { (value - left) / span * 700 + 10 }
    var text = "<svg class=histogram viewBox=\"0 0 720 132\" role=img aria-label=\"\(CurationPage.escaped(title))\">"
    let width = max((x(high) - x(low)) / Double(max(counts.count, 1)), 1)
    for (bin, count) in counts.enumerated() where count > 0 {
      let height = max(1, Double(count) / most * 96)
      text += "<rect class=bar x=\"\(formatted(x(low) + Double(bin) * width))\" y=\"\(formatted(100 - height))\" "
      text +=
        "width=\"\(formatted(max(0.6, width - 0.4)))\" height=\"\(formatted(height))\"><title>\(count)</title></rect>"
    }
    text += "<path class=axis d=\"M10 100H710\"/>"
    for (name, value) in marks where value.isFinite {
      let place = x(value)
      text +=
        "<path class=mark d=\"M\(formatted(place)) 4V100\"/><text class=marked x=\"\(formatted(place))\" y=\"116\""
      text +=
        " text-anchor=\"\(place > 600 ? "end" : place < 120 ? "start" : "middle")\">\(CurationPage.escaped(name))</text>"
    }
    text += "<text x=\"10\" y=\"129\">\(CurationPage.number(left))</text>"
    text += "<text x=\"710\" y=\"129\" text-anchor=\"end\">\(CurationPage.number(right))</text>"
    svg = text + "</svg>"
  }
}
