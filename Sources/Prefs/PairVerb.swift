import ArgumentParser
import ByteIO
import CommandLineStage
import JSON
import PairBuild
import PairShards
import Preferences

struct PairVerb: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pair", abstract: "Make preference pairs of the rollouts in episode stores.",
    discussion: """
      Both sides of every pair are normalised with one set of statistics: those of the stores when all have the same, or
      those of the policy that is to be trained, named with --statistics. A run that was stopped goes on when it is run
      again.
      """)

  @Argument(help: ArgumentHelp("Episode stores of rollouts.", valueName: "store"))
  var stores: [String]

  @Option(help: ArgumentHelp("A manifest, or its name in manifests/prefs.", valueName: "manifest"))
  var manifest: String

  @Option(help: ArgumentHelp("The directory to write.", valueName: "dir"))
  var out: String

  @Option(help: ArgumentHelp("People's votes, CSV or JSON lines.", valueName: "file"))
  var votes: [String] = []

  @Option(help: ArgumentHelp("The policy's dataset_statistics.json.", valueName: "file"))
  var statistics: String?

  @Option(help: ArgumentHelp("The key in it.", valueName: "key"))
  var unnormKey: String?

  @Flag(help: "Compare every file of the stores with its digest first.")
  var verify = false

  @OptionGroup var workers: WorkerOptions
  @OptionGroup var options: StageOptions

  func run() async throws {
    try await runVerb {
      let start = ContinuousClock.now
      var inputs = PairPlan.Inputs(stores: stores)
      inputs.votes = votes
      inputs.statistics = statistics
      inputs.normalizationKey = unnormKey
      inputs.workers = workers.workers
      inputs.verifiesStores = verify
      let plan = try await PairPlan(ManifestArgument.read(manifest), inputs)
      let progress = ProgressLine("pair", totalBytes: plan.storeByteCount, options: options)
      let report = try await PairBuilder(plan, into: out, workers: workers.workers).run { progress.advance($0) }
      progress.finish()
      let leaks = LeakCheck(plan.pairs, plan.rollouts).findings
      if !options.json, !options.quiet {
        for warning in report.index.warnings { complain("warning: " + warning) }
        for leak in leaks where leak.isWarning {
          complain(
            "warning: \(leak.name) alone tells \(leak.correctCount) of \(leak.pairCount) labels; "
              + "see `armature prefs audit`")
        }
      }
      options.report(
        json(report, leaks, seconds(since: start)), text: text(report.index, report.byteCount, report.wasComplete))
    }
  }

  private func json(_ report: PairBuilder.Report, _ leaks: [LeakCheck.Finding], _ seconds: Double) -> JSONValue {
    let index = report.index
    let shown = [
      "name", "pairs", "unpaired", "rollouts", "starts", "starts_with_both", "episodes", "steps", "splits",
      "strategies", "filters", "tasks", "warnings", "unnorm_key", "plan_sha256",
    ]
    return .object(
      [.init("out", .string(out))]
        + (index.json.members ?? []).filter { shown.contains($0.name) } + [
          .init(
            "leaks",
            .object(
              leaks.map {
                .init(
                  $0.name,
                  [
                    "pairs": JSONValue($0.pairCount), "correct": JSONValue($0.correctCount),
                    "warning": .bool($0.isWarning),
                  ])
              })), .init("bytes", JSONValue(report.byteCount)), .init("was_complete", .bool(report.wasComplete)),
          .init("seconds", .real(seconds)),
        ])
  }

  private func text(_ index: PairIndex, _ byteCount: Int, _ wasComplete: Bool) -> String {
    var table = TextTable([
      ("task", .left), ("rollouts", .right), ("successes", .right), ("starts", .right), ("with both", .right),
      ("pairs", .right),
    ])
    for task in index.tasks {
      table.append(
        [task.name]
          + [task.rolloutCount, task.successCount, task.startCount, task.bothCount, task.pairCount].map { "\($0)" })
    }
    let dropped = index.filters.filter { $0.count > 0 }.map { "\($0.count) by \($0.name)" }
    return """
      \(table.text)
      left out: \(dropped.isEmpty ? "nothing" : dropped.joined(separator: ", "))
      \(out): \(wasComplete ? "complete already, " : "")\(index.pairCount) pairs of \(index.episodeCount) episodes \
      from \(index.startCount) starts, \(index.bothCount) of them with both outcomes; \(formatBytes(byteCount))
      """
  }
}

/// The manifest of a set of pairs.
enum ManifestArgument {
  /// Reads a file, or a manifest by its name.
  static func read(_ argument: String) throws -> PairManifest {
    if ManifestSearch.isFile(argument) { return try PairManifest(path: argument) }
    if let file = ManifestSearch.file(argument, of: "prefs") { return try PairManifest(path: file) }
    let places = ManifestSearch.directories(of: "prefs")
    let known = places.flatMap { (try? Directory.names($0)) ?? [] }
      .filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }
    throw PairBuildError.unknownManifest(argument, places: places, known: known.sorted())
  }
}
