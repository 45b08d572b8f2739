internal import ByteIO
internal import JSON
internal import RunLog

/// What a run leaves for people: `metrics.jsonl`, TensorBoard's event files, `evaluation.json`, and `run.html`.
public final class RunRecord {
  private let path: String
  private let config: FitConfig
  private let metrics: MetricsFile
  private let events: EventFile
  private var evaluation: (any RunEvaluation)?

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
  public func append(_ report: any RunEvaluation, step: Int) throws {
    evaluation = report
    try append(step, report.metrics)
    if let picture = try report.picture() {
      try events.image(
        picture.name, png: picture.png, height: picture.height, width: picture.width, step: step)
    }
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
    try evaluation?.fill(&content)
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
      !["VLA Train/", "Evaluation/", "Dimension ", "eval/"].contains { name.hasPrefix($0) }
    }
    let kinds = PreferenceReport.Group.Kind.allCases
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
      chart(
        "Pairs that are right", "",
        [("rewards/accuracies", "training")] + kinds.map { ("eval/\($0.rawValue)/rewards/accuracies", $0.title) }),
      chart(
        "Rewards", "",
        [("rewards/chosen", "chosen"), ("rewards/rejected", "rejected"), ("rewards/margins", "margin")]),
      chart(
        "Log-ratio of the chosen", "nats per token",
        [("chosen/log_ratio_per_token", "training")]
          + kinds.map { ("eval/\($0.rawValue)/chosen/log_ratio_per_token", $0.title) }),
      chart("Distance from the reference", "nats per token", [("eval/kl_per_token", "KL")]),
      chart("Loss of pairs and anchor", "", [("loss/preference", "pairs"), ("loss/anchor", "anchor")]),
      chart("Gradient norm", "", [("VLA Train/Gradient Norm", "before clipping")]),
      chart("Learning rate", "", [("VLA Train/Learning Rate", "rate")]),
      chart("Tokens per second", "", [("VLA Train/Tokens per Second", "all ranks")]),
    ].compactMap { $0 }
  }
}
