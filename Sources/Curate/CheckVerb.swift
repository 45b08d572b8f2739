import ArgumentParser
import ByteIO
import CommandLineStage
import Curation
import EpisodeStore
import JSON

struct CheckVerb: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Look for what is wrong with the episodes of a store.",
    discussion: """
      Scores and findings go into the store's catalog, in place of those of an earlier check: a column for each check,
      the counts `defects` and `risks`, and the tables `findings` and `checks`. Conditions in mixtures can use the columns.
      """)

  @Argument(help: ArgumentHelp("An episode store.", valueName: "store"))
  var store: String

  @OptionGroup var checking: CheckOptions
  @OptionGroup var workers: WorkerOptions
  @OptionGroup var options: StageOptions

  func validate() throws { try checking.validateThresholds() }

  func run() async throws {
    try await runVerb {
      let start = ContinuousClock.now
      let report = try await checking.check(store, workers: workers.workers, options: options)
      try report.annotation.apply(to: store)
      let seconds = seconds(since: start)
      options.report(
        .object((report.json.members ?? []) + [.init("seconds", .real(seconds))]), text: text(report, seconds))
    }
  }

  private func text(_ report: CurationReport, _ seconds: Double) -> String {
    var table = TextTable([
      ("check", .left), ("class", .left), ("findings", .right), ("assessed", .right), ("with length", .right),
      ("not assessed", .left),
    ])
    for outcome in report.outcomes {
      table.append([
        outcome.check.id, outcome.check.checkClass.rawValue, "\(outcome.findingCount)",
        outcome.check.scope == .dataset ? (outcome.assessedCount > 0 ? "yes" : "no") : "\(outcome.assessedCount)",
        outcome.lengthCorrelation.map { formatDecimal($0, places: 2) } ?? "",
        outcome.notAssessed.map { ($0.episodeCount > 0 ? "\($0.episodeCount): " : "") + $0.text }
          .joined(separator: "; "),
      ])
    }
    let serious = report.findings.filter { $0.checkClass != .info }
    let lines = serious.prefix(20).map { finding in
      "\(finding.checkClass.rawValue) \(finding.check)"
        + (finding.episode.map { " episode \($0)" } ?? "") + ": \(finding.message)"
    }
    let rest = serious.count > lines.count ? "\n… and \(serious.count - lines.count) more" : ""
    let counts = CheckClass.allCases.map { "\(report.findingCount($0)) \($0.rawValue)" }.joined(separator: ", ")
    return table.text + "\n" + lines.joined(separator: "\n") + rest + (lines.isEmpty ? "" : "\n")
      + "\(store): \(report.episodes.count) episodes, \(report.stepCount) steps; findings: \(counts); "
      + "\(formatDecimal(seconds, places: 2)) s"
  }
}

/// What is checked, and from where on it counts.
struct CheckOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Only these checks, with commas between them.", valueName: "a,b"))
  var checks: String?

  @Flag(help: "Do not decode frames.")
  var withoutImages = false

  @Option(help: ArgumentHelp("Thresholds by check, in YAML.", valueName: "file"))
  var thresholds: String?

  @Option(help: ArgumentHelp("The threshold of one check.", valueName: "check=value"))
  var set: [String] = []

  /// Checks `store`.
  func check(_ store: String, workers: Int, options: StageOptions) async throws -> CurationReport {
    var values = try thresholds.map { try CheckSelection.thresholds(file: $0) } ?? [:]
    for text in set {
      let parts = text.split(separator: "=", maxSplits: 1)
      if parts.count == 2, let value = Double(parts[1]) { values[String(parts[0])] = value }
    }
    let names = checks?.split(separator: ",").map { String($0.filter { !$0.isWhitespace }) }
    let selection = try CheckSelection(names, thresholds: values)
    let progress = LateValue<ProgressLine>()
    let check = StoreCheck(store, selection, images: withoutImages ? .leftOut : .included, workers: workers)
    let report = try await check.run(begin: { total in
      progress.set(ProgressLine("check", total: total, unit: "episodes", options: options))
    }) { progress.value?.advance($0) }
    progress.value?.finish()
    return report
  }

  func validateThresholds() throws {
    for text in set {
      let parts = text.split(separator: "=", maxSplits: 1)
      guard parts.count == 2, let value = Double(parts[1]), value.isFinite else {
        throw ValidationError("--set \(text): give check=number.")
      }
    }
  }
}
