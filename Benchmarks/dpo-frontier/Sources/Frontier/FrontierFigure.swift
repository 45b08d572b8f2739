internal import Glibc

/// The figure: one panel for each method and set of pairs, reward over divergence.
///
/// Worlds differ in what can be had, so a point is drawn as far below the mean of the optima as it lies below its own
/// world's optimum. The divergence is scaled by its square root.
public struct FrontierFigure: Sendable {
  private let experiments: [Experiment]
  private let summary: Summary
  private let farthest: Double
  private let grid: [Double]

  private static let columns = 4
  private static let panel = (width: 236.0, height: 176.0)
  private static let plot = (left: 34.0, top: 34.0, width: 190.0, height: 112.0)

  public init(_ experiments: [Experiment], summary: Summary) {
    self.experiments = experiments
    self.summary = summary
    let greatest = experiments.flatMap(\.runs).flatMap(\.points).map(\.divergence).reduce(1, max)
    farthest = greatest.rounded(.up)
    grid = (0...60).map { Double($0) * Double($0) / 3600 * greatest.rounded(.up) }
  }

  /// The figure as an SVG document that brings its own background, light or dark as the reader has it.
  public var svg: String {
    var body = ""
    var top = 30.0
    let budgets = Set(summary.rows.compactMap(\.budget)).sorted()
    for budget in budgets.map(Optional.some) + [nil] {
      let rows = summary.rows.filter { $0.budget == budget }
      let pairs = rows.first?.pairs.fixed(0) ?? "0"
      let heading = budget == nil ? "Oracles: told the true reward, no pairs" : "\(pairs) pairs"
      body += "<text class=\"h\" x=\"16\" y=\"\(top.fixed(0))\">\(heading)</text>\n"
      for (place, row) in rows.enumerated() {
        let x = 8 + Double(place % Self.columns) * Self.panel.width
        let y = top + 4 + Double(place / Self.columns) * Self.panel.height
        body += panel(row, x: x, y: y)
      }
      if budget == nil { body += legend(x: 8 + Double(Self.columns - 1) * Self.panel.width, y: top + 4) }
      top += Double((rows.count + Self.columns - 1) / Self.columns) * Self.panel.height + 34
    }
    let (width, height) = ((Self.panel.width * Double(Self.columns) + 16).fixed(0), (top - 20).fixed(0))
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(width) \(height)" width="\(width)" height="\(height)">
      <title>Reward over divergence from the reference, by method</title>
      <style>
      text{font:10.5px sans-serif;fill:#57606a}.h{font:bold 14px sans-serif;fill:#1f2328}
      .t{font:bold 11.5px sans-serif;fill:#1f2328}.b{fill:#fff}.a{stroke:#d0d7de;fill:none}
      .o{stroke:#1f2328;stroke-width:1.3;fill:none}.p{stroke:#2f81f7;stroke-width:2.4;stroke-linecap:round;
      stroke-opacity:.38;fill:none}.f{stroke:#cf5b00;stroke-width:1.4;fill:none}.r{fill:#cf5b00;fill-opacity:.3}
      @media(prefers-color-scheme:dark){text{fill:#9198a1}.h,.t{fill:#f0f6fc}.b{fill:#0d1117}.a{stroke:#3d444d}
      .o{stroke:#f0f6fc}.p{stroke-opacity:.7}.f{stroke:#ffa657}.r{fill:#ffa657}}
      </style>
      <rect class="b" width="\(width)" height="\(height)"/>
      \(body)</svg>

      """
  }

  private func panel(_ row: Summary.Row, x: Double, y: Double) -> String {
    let groups = experiments.map { experiment in
      experiment.runs.filter { $0.method == row.method && $0.budget == row.budget }.flatMap(\.points)
    }
    var marks = ""
    var seen: Set<String> = []
    for (experiment, points) in zip(experiments, groups) {
      for point in points {
        let regret = experiment.optimum.reward(at: point.divergence) - point.reward
        let mark = "M\(place(point.divergence, optimum(at: point.divergence) - regret))h0"
        if seen.insert(mark).inserted { marks += mark }
      }
    }
    let reach = groups.flatMap { $0 }.map(\.divergence).reduce(0, max)
    let bands = grid.filter { $0 <= reach }.compactMap { divergence -> (Double, Double, Band)? in
      let regrets = zip(experiments, groups).map { experiment, points in
        experiment.optimum.reward(at: divergence)
          - Summary.frontier(at: divergence, reference: experiment.optimum.reward(at: 0), points: points)
      }
      return Band(regrets).map { (divergence, optimum(at: divergence), $0) }
    }
    let upper = bands.map { place($0.0, $0.1 - $0.2.low) }
    let lower = bands.reversed().map { place($0.0, $0.1 - $0.2.high) }
    return """
      <g transform="translate(\(x.fixed(0)) \(y.fixed(0)))">
      <text class="t" x="\(Self.plot.left.fixed(0))" y="24">\(row.method.title)</text>
      \(axes)<path class="p" d="\(marks)"/>
      <path class="r" d="M\((upper + lower).joined(separator: "L"))z"/>
      <path class="f" d="M\(bands.map { place($0.0, $0.1 - $0.2.mean) }.joined(separator: "L"))"/>
      <path class="o" d="M\(grid.map { place($0, optimum(at: $0)) }.joined(separator: "L"))"/>
      </g>

      """
  }

  private var axes: String {
    let (left, top, width, height) = Self.plot
    var text = "<path class=\"a\" d=\"M\(left.fixed(0)) \(top.fixed(0))v\(height.fixed(0))h\(width.fixed(0))\"/>\n"
    for tick in [0, 0.25, 0.5, 0.75, 1] {
      let y = top + height * (1 - tick)
      text += "<text x=\"\((left - 4).fixed(0))\" y=\"\((y + 3.5).fixed(1))\" text-anchor=\"end\">"
      text += "\(tick == 0 || tick == 1 ? tick.fixed(0) : tick.fixed(2))</text>\n"
    }
    for tick in [0, 0.25, 1, 2, 4, 6, 9, 12, 16] where tick <= farthest {
      let x = left + width * sqrt(tick / farthest)
      text += "<text x=\"\(x.fixed(1))\" y=\"\((top + height + 14).fixed(0))\" text-anchor=\"middle\">"
      text += "\(tick == 0.25 ? tick.fixed(2) : tick.fixed(0))</text>\n"
    }
    return text
  }

  private func legend(x: Double, y: Double) -> String {
    let lines = [
      ("o", "M34 50h24", "optimum ρ·exp(r/β)/Z"), ("p", "M40 72h0M46 72h0M52 72h0", "every logged policy, all seeds"),
      ("f", "M34 94h24", "frontier, mean of seeds"), ("r", "M34 110h24v12h-24z", "its 95 % bootstrap band"),
    ]
    var text = "<g transform=\"translate(\(x.fixed(0)) \(y.fixed(0)))\">\n"
    for (place, (style, path, title)) in lines.enumerated() {
      text += "<path class=\"\(style)\" d=\"\(path)\"/><text x=\"66\" y=\"\(54 + 22 * place)\">\(title)</text>\n"
    }
    return text + "<text x=\"34\" y=\"146\">across: KL(π‖ρ), nats; up: true reward</text>\n</g>\n"
  }

  private func optimum(at divergence: Double) -> Double {
    experiments.reduce(0) { $0 + $1.optimum.reward(at: divergence) } / Double(experiments.count)
  }

  private func place(_ divergence: Double, _ reward: Double) -> String {
    let x = Self.plot.left + Self.plot.width * sqrt(max(divergence, 0) / farthest)
    let y = Self.plot.top + Self.plot.height * (1 - reward)
    return "\(x.fixed(1)) \(y.fixed(1))"
  }
}
