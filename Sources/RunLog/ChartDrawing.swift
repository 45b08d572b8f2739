/// A chart as an inline SVG with its title and legend.
struct ChartDrawing {
  /// The most points drawn of a curve that has a smoothed one beside it; both have 1,000 at most.
  static let rawLimit = 750
  static let smoothLimit = 250
  /// The most points drawn of a curve without a smoothed one.
  static let lineLimit = 1000
  /// From how many points on a rough curve is drawn thin with a smoothed one above it.
  static let smoothedFrom = 201

  private static let size = (width: 600.0, height: 270.0)
  private static let plot = (left: 56.0, right: 588.0, top: 20.0, bottom: 240.0)
  private static let colorCount = 8

  private let chart: RunPage.Chart
  private let id: String
  private let curves: [Curve]
  private let steps: (low: Double, high: Double)
  private let values: (low: Double, high: Double)

  /// Prepares the drawing of `chart`, whose element has the name `id`.
  init(_ chart: RunPage.Chart, id: String) {
    self.chart = chart
    self.id = id
    curves = chart.series.map { Curve($0.points) }
    let finite = curves.flatMap(\.finite)
    steps = Self.range(finite.map { Double($0.step) }, padding: 0)
    values = Self.range(finite.map(\.value), padding: 0.05)
  }

  /// Returns the figure.
  func figure() -> String {
    let unit = chart.unit.isEmpty ? "" : " <span class=\"unit\">\(PageText.escaped(chart.unit))</span>"
    let isEmpty = curves.allSatisfy(\.finite.isEmpty)
    return """
      <figure class="chart">
      <h3>\(PageText.escaped(chart.title))\(unit)</h3>
      \(isEmpty ? "<p class=\"empty\">No values yet</p>" : drawing())
      \(legend())
      </figure>
      """
  }

  private func drawing() -> String {
    let plot = Self.plot
    return """
      <svg viewBox="0 0 \(Int(Self.size.width)) \(Int(Self.size.height))" role="img" tabindex="0" \
      aria-labelledby="\(id)-title \(id)-description" \
      data-steps="\(steps.low) \(steps.high)" data-values="\(values.low) \(values.high)" \
      data-plot="\(Int(plot.left)) \(Int(plot.right)) \(Int(plot.top)) \(Int(plot.bottom))">
      <title id="\(id)-title">\(PageText.escaped(chart.title))</title>
      <desc id="\(id)-description">\(PageText.escaped(description()))</desc>
      \(axes())
      \(zip(curves.indices, curves).map(lines).joined(separator: "\n"))
      <line class="cursor" x1="0" x2="0" y1="\(Int(plot.top))" y2="\(Int(plot.bottom))" visibility="hidden"/>
      </svg>
      """
  }

  private func axes() -> String {
    let plot = Self.plot
    let ticks = AxisTicks(from: values.low, to: values.high, count: 5)
    var parts = ticks.ticks.map { tick in
      let y = coordinate(value: tick.value)
      return """
        <line class="grid" x1="\(Int(plot.left))" x2="\(Int(plot.right))" y1="\(y)" y2="\(y)"/>\
        <text class="y" x="\(Int(plot.left) - 8)" y="\(y)" dy="0.32em">\(tick.label)</text>
        """
    }
    if ticks.exponent != 0 {
      parts.append("<text x=\"\(Int(plot.left))\" y=\"11\">\(PageText.power(ticks.exponent))</text>")
    }
    parts.append(
      "<line class=\"axis\" x1=\"\(Int(plot.left))\" x2=\"\(Int(plot.right))\" y1=\"\(Int(plot.bottom))\""
        + " y2=\"\(Int(plot.bottom))\"/>")
    for tick in AxisTicks.steps(from: steps.low, to: steps.high, count: 6) {
      let x = coordinate(step: tick.value)
      parts.append(
        """
        <line class="axis" x1="\(x)" x2="\(x)" y1="\(Int(plot.bottom))" y2="\(Int(plot.bottom) + 4)"/>\
        <text class="x" x="\(x)" y="\(Int(plot.bottom) + 19)">\(tick.label)</text>
        """)
    }
    return parts.joined(separator: "\n")
  }

  private func lines(_ index: Int, _ curve: Curve) -> String {
    let finite = curve.finite
    let color = "c\(index % Self.colorCount)"
    if finite.count == 1 {
      let (x, y) = (coordinate(step: Double(finite[0].step)), coordinate(value: finite[0].value))
      return "<circle class=\"\(color)\" cx=\"\(x)\" cy=\"\(y)\" r=\"3.5\"/>"
        + "<path class=\"read hidden\" data-series=\"\(index)\" d=\"\(path(curve))\"/>"
    }
    guard finite.count >= Self.smoothedFrom, curve.isRough else {
      let line = path(curve.thinned(to: Self.lineLimit))
      return "<path class=\"line read \(color)\" data-series=\"\(index)\" d=\"\(line)\"/>"
    }
    return """
      <path class="raw read \(color)" data-series="\(index)" d="\(path(curve.thinned(to: Self.rawLimit)))"/>
      <path class="line \(color)" d="\(path(curve.smoothed().thinned(to: Self.smoothLimit)))"/>
      """
  }

  /// Returns the path through the points, broken at gaps; a point alone between gaps is a dot.
  private func path(_ curve: Curve) -> String {
    var text = ""
    var isOpen = false
    for (index, point) in curve.points.enumerated() {
      guard point.value.isFinite else {
        isOpen = false
        continue
      }
      text += isOpen ? "L" : "M"
      text += "\(coordinate(step: Double(point.step))) \(coordinate(value: point.value))"
      let isLast = index + 1 == curve.points.count || !curve.points[index + 1].value.isFinite
      if !isOpen, isLast { text += "h0" }
      isOpen = true
    }
    return text
  }

  private func legend() -> String {
    let entries = zip(chart.series, curves).enumerated().map { index, entry in
      let last = entry.1.finite.last.map { PageText.brief($0.value) } ?? "–"
      return """
        <li><span class="swatch c\(index % Self.colorCount)"></span>\(PageText.escaped(entry.0.name)) \
        <output data-series="\(index)">\(last)</output></li>
        """
    }
    guard !entries.isEmpty else { return "" }
    let last = curves.compactMap(\.finite.last?.step).max().map { "step \(PageText.grouped($0))" } ?? ""
    return """
      <figcaption>
      <ul>
      \(entries.joined(separator: "\n"))
      </ul>
      <output class="step">\(last)</output>
      </figcaption>
      """
  }

  private func description() -> String {
    let parts = zip(chart.series, curves).map { series, curve in
      guard let first = curve.finite.first, let last = curve.finite.last else { return "\(series.name): no values" }
      return "\(series.name): from \(PageText.brief(first.value)) at step \(first.step) "
        + "to \(PageText.brief(last.value)) at step \(last.step)"
    }
    return parts.joined(separator: "; ")
  }

  private func coordinate(step: Double) -> String {
    let part = steps.low == steps.high ? 0.5 : (step - steps.low) / (steps.high - steps.low)
    return Self.text(Self.plot.left + part * (Self.plot.right - Self.plot.left))
  }

  private func coordinate(value: Double) -> String {
    let part = (value / 2 - values.low / 2) / (values.high / 2 - values.low / 2)
    return Self.text(Self.plot.bottom - part * (Self.plot.bottom - Self.plot.top))
  }

  /// Returns `coordinate` with two digits after the point at most.
  private static func text(_ coordinate: Double) -> String {
    guard coordinate.isFinite, abs(coordinate) < 1e9 else { return "0" }
    let hundredths = Int((coordinate * 100).rounded())
    return hundredths % 100 == 0 ? "\(hundredths / 100)" : "\(Double(hundredths) / 100)"
  }

  /// Returns the range of `values` widened by `padding` of itself on both sides; where it is a point, around it.
  private static func range(_ values: [Double], padding: Double) -> (low: Double, high: Double) {
    guard let low = values.min(), let high = values.max() else { return (0, 1) }
    let most = Double.greatestFiniteMagnitude
    // Below, differences lose their digits.
    let isPoint = high / 2 - low / 2 < max(abs(high) * 1e-12, 1e-290)
    let margin = isPoint ? max(abs(low) * 0.1, padding == 0 ? 1 : 0.1) : (high / 2 - low / 2) * 2 * padding
    return (max(low - margin, -most), min(high + margin, most))
  }
}
