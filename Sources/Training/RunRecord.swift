internal import ByteIO
internal import ImageCodec
internal import JSON
internal import RunLog

/// What a run leaves for people: `metrics.jsonl`, TensorBoard's event files, `evaluation.json`, and `run.html`.
public final class RunRecord {
  private let path: String
  private let config: FitConfig
  private let metrics: MetricsFile
  private let events: EventFile
  private var evaluation: EvaluationReport?

  /// The names of its files in a run's folder.
  public static let metricsName = "metrics.jsonl"
  public static let pageName = "run.html"
  public static let evaluationName = "evaluation.json"
  public static let eventsName = "events"

  /// Opens the record of the run at `path`, which continues after `step`: what it says of later steps is forgotten.
  public init(_ path: String, _ config: FitConfig, resumingAfter step: Int) throws {
    self.path = path
    self.config = config
    metrics = try MetricsFile(path: "\(path)/\(Self.metricsName)", resumingAfter: step)
    events = try EventFile(directory: "\(path)/\(Self.eventsName)", resumingAfter: step > 0 ? step : nil)
  }

  /// Records what was logged.
  public func append(_ report: StepReport) throws {
    try append(report.step, report.metrics)
  }

  /// Records an evaluation.
  public func append(_ report: EvaluationReport, step: Int) throws {
    evaluation = report
    var values: [(name: String, value: Double)] = [("Evaluation/Loss", report.loss)]
    if let total = report.total {
      values += [
        ("Evaluation/Action Token Accuracy", total.accuracy), ("Evaluation/L1 Loss", total.greedyL1),
        ("Evaluation/Expected L1 Loss", total.expectedL1),
      ]
    }
    if let moving = report.moving {
      values += [
        ("Evaluation/Moving L1 Loss", moving.greedyL1), ("Evaluation/Moving Expected L1 Loss", moving.expectedL1),
        ("Evaluation/Moving Loss", moving.loss),
      ]
    }
    try append(step, values)
    let picture = try BinPicture.raster(counts: report.confusion)
    try events.image(
      "Evaluation/Confusion", png: BinPicture.png(counts: report.confusion), height: picture.height,
      width: picture.width, step: step)
    try AtomicFile.write(
      Array((report.json.serialized(.indented) + "\n").utf8), to: "\(path)/\(Self.evaluationName)")
  }

  private func append(_ step: Int, _ values: [(name: String, value: Double)]) throws {
    let members: [JSONValue.Member] = values.map { name, value in
      .init(name, value.isFinite ? .real(value) : .null)
    }
    try metrics.append(.object([.init("step", JSONValue(step))] + members))
    try events.scalars(values.map { EventFile.Scalar($0.name, $0.value) }, step: step)
  }

  /// Makes what was recorded so far safe against a loss of power.
  public func flush() throws {
    try metrics.flush()
    try events.flush()
  }

  /// Writes the page: curves, the last evaluation, its confusion of bins, and examples beside their frames.
  public func writePage(facts: [(name: String, value: String)]) throws {
    let lines = try MetricsFile.read("\(path)/\(Self.metricsName)")
    var content = RunPage.Content(title: config.name)
    content.facts = facts.map { RunPage.Fact($0.name, $0.value) }
    content.charts = Self.charts(lines)
    if let evaluation {
      content.tables = [Self.table(evaluation)]
      content.pictures = [
        RunPage.Picture(
          "Confusion of bins", png: try BinPicture.png(counts: evaluation.confusion),
          caption: "Rows are the true bins, columns the answered ones, from −1 to 1; darker is more often.")
      ]
      content.examples = evaluation.examples.map(Self.example)
      content.notes = [
        "L1 is the mean distance of bin centres in the normalised range, of the greedy token and of the expected action "
          + "over the bins. The most frequent bin and the best constant are those of the same samples: what answering "
          + "without looking reaches at best. Entropy is that of the bins, in nats."
      ]
    }
    try RunPage(content).write(to: "\(path)/\(Self.pageName)")
  }

  private static func charts(_ lines: [JSONValue]) -> [RunPage.Chart] {
    func series(_ key: String, _ name: String) -> RunPage.Series? {
      let points = lines.compactMap { line -> RunPage.Point? in
        guard let step = line["step"]?.integer, let value = line[key] else { return nil }
        return RunPage.Point(step: step, value: value.double ?? .nan)
      }
      return points.isEmpty ? nil : RunPage.Series(name, points)
    }
    func chart(_ title: String, _ unit: String, _ keys: [(String, String)]) -> RunPage.Chart? {
      let found = keys.compactMap { series($0.0, $0.1) }
      return found.isEmpty ? nil : RunPage.Chart(title, unit: unit, series: found)
    }
    let names = lines.flatMap { ($0.members ?? []).map(\.name) }
    var seen: Set<String> = []
    let unique = names.filter { seen.insert($0).inserted }
    func grouped(_ suffix: String, where isGroup: (String) -> Bool) -> [(String, String)] {
      unique.filter { $0.hasSuffix(suffix) && isGroup($0) }.map { ($0, String($0.dropLast(suffix.count))) }
    }
    let isDimension: (String) -> Bool = { $0.hasPrefix("Dimension ") }
    let isDataset: (String) -> Bool = { name in
      !["VLA Train/", "Evaluation/", "Dimension "].contains { name.hasPrefix($0) }
    }
    return [
      chart("Loss", "nats", [("VLA Train/Loss", "training"), ("Evaluation/Loss", "held out")]),
      chart(
        "Action token accuracy", "",
        [
          ("VLA Train/Action Token Accuracy", "training"), ("Evaluation/Action Token Accuracy", "held out"),
        ]),
      chart(
        "L1", "",
        [
          ("VLA Train/L1 Loss", "training"), ("Evaluation/L1 Loss", "held out"),
          ("Evaluation/Expected L1 Loss", "held out, expected action"),
        ]),
      chart("L1 per dataset", "", grouped("/L1 Loss", where: isDataset)),
      chart("L1 per action dimension", "", grouped("/L1 Loss", where: isDimension)),
      chart("Gradient norm", "", [("VLA Train/Gradient Norm", "before clipping")]),
      chart("Learning rate", "", [("VLA Train/Learning Rate", "rate")]),
      chart("Tokens per second", "", [("VLA Train/Tokens per Second", "all ranks")]),
    ].compactMap { $0 }
  }

  private static func table(_ report: EvaluationReport) -> RunPage.Table {
    func text(_ value: Double) -> String { rounded(value, places: 4) }
    func row(_ name: String, _ summary: EvaluationReport.Summary?) -> [[String]] {
      guard let summary else { return [] }
      return [
        [
          name, String(summary.count), text(summary.loss), text(summary.entropy), text(summary.accuracy),
          text(summary.frequentAccuracy), text(summary.greedyL1), text(summary.expectedL1), text(summary.constantL1),
        ]
      ]
    }
    var rows: [[String]] = []
    for (index, name) in report.datasets.enumerated() {
      let places = (0..<report.dimensionCount).map { index * report.dimensionCount + $0 }
      for (dimension, place) in places.enumerated() { rows += row("\(name), \(dimension)", report.summary([place])) }
      rows += row("\(name), all", report.summary(places))
    }
    rows += row("moving dimensions", report.moving)
    return RunPage.Table(
      "Evaluation on \(report.sampleCount) samples",
      columns: [
        "Dataset, dimension", "Tokens", "Loss", "Entropy", "Accuracy", "Most frequent bin", "L1", "Expected L1",
        "Best constant",
      ], rows: rows)
  }

  private static func example(_ example: EvaluationReport.Example) -> RunPage.Example {
    RunPage.Example(
      image: example.picture, format: .png,
      caption: "\(example.dataset), sample \(example.position)", instruction: example.instruction,
      rows: zip(example.truth, example.answer).enumerated().map { dimension, pair in
        .init("\(dimension)", truth: pair.0, predicted: pair.1)
      })
  }

  /// `value` with `places` digits after the point.
  private static func rounded(_ value: Double, places: Int) -> String {
    guard value.isFinite else { return "–" }
    let scale = (0..<places).reduce(1.0) { scale, _ in scale * 10 }
    let whole = Int((abs(value) * scale).rounded())
    let fraction = String(whole % Int(scale))
    return (value < 0 ? "−" : "") + "\(whole / Int(scale))."
      + String(repeating: "0", count: max(0, places - fraction.count)) + fraction
  }
}
