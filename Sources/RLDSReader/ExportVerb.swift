import ArgumentParser
import ByteIO
import CommandLineStage
import EpisodeStore
import JSON
import RLDSWriter

struct ExportVerb: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write episodes of a store as an RLDS dataset that TFDS, OpenVLA and Octo open.",
    discussion: """
      The directory becomes one version of a dataset, for tfds.builder_from_directory(DIR) or tfds.load where it is \
      called NAME/1.0.0. With its armature.yaml it can be ingested again. An export that was stopped goes on when the \
      same command is run again.
      """)

  enum Format: String, ExpressibleByArgument { case rlds }

  @Argument(help: ArgumentHelp("An episode store.", valueName: "store"))
  var store: String

  @Option(help: ArgumentHelp("The form of the dataset.", valueName: "rlds"))
  var format = Format.rlds

  @Option(
    help: ArgumentHelp("The directory of the dataset; new, empty, or an export that was stopped.", valueName: "dir"))
  var out: String

  @Option(name: .customLong("where"), help: ArgumentHelp("Only episodes for which this SQL holds.", valueName: "sql"))
  var condition: String?

  @Option(help: ArgumentHelp("Only this split.", valueName: "split"))
  var split: String?

  @Option(help: ArgumentHelp("What the dataset is called; the store's dataset by default.", valueName: "name"))
  var name: String?

  @Flag(help: "Read everything back, compare each feature with the store, and check the store's digests.")
  var verifyExport = false

  @OptionGroup var workers: WorkerOptions
  @OptionGroup var options: StageOptions

  func run() async throws {
    try await runVerb {
      var settings = ExportOptions()
      settings.condition = condition
      settings.split = split
      settings.name = name
      settings.workers = workers.workers
      let start = ContinuousClock.now
      let export = try await RLDSExport(store, into: out, options: settings)
      let progress = ProgressLine("export", totalBytes: export.byteCount, options: options)
      let report = try await export.run { progress.advance($0) }
      progress.finish()
      let elapsed = seconds(since: start)
      var comparisons: [FeatureComparison] = []
      if verifyExport {
        let progress = ProgressLine("verify", totalBytes: export.byteCount, options: options)
        comparisons = try await export.verify { progress.advance($0) }
        progress.finish()
        // What is equal to a damaged store is damaged too.
        if comparisons.allSatisfy({ $0.differenceCount == 0 }) { _ = try StoreVerifier(store).verify() }
      }
      options.report(
        json(report, comparisons, elapsed),
        text: "\(out): \(report.wasComplete ? "complete already, " : "")\(report.episodeCount) episodes, "
          + "\(report.stepCount) steps in \(report.shardCount) shards; \(formatBytes(report.byteCount)) in "
          + "\(formatDecimal(elapsed, places: 2)) s" + (verifyExport ? "\n" + Self.table(comparisons) : ""))
      let different = comparisons.filter { $0.differenceCount > 0 }
      if let first = different.first {
        complain(
          "\(out): \(different.count) features differ from the store, `\(first.feature)` first at "
            + "\(first.firstDifference ?? "an unknown place"); remove the directory and export again")
        throw ExitCode(FailureKind.badData.rawValue)
      }
    }
  }

  private func json(_ report: ExportReport, _ comparisons: [FeatureComparison], _ elapsed: Double) -> JSONValue {
    var members: [JSONValue.Member] = [
      .init("out", .string(out)), .init("name", .string(report.name)),
      .init("episodes", JSONValue(report.episodeCount)), .init("steps", JSONValue(report.stepCount)),
      .init("shards", JSONValue(report.shardCount)), .init("bytes", JSONValue(report.byteCount)),
      .init("seconds", .real(elapsed)), .init("was_complete", .bool(report.wasComplete)),
    ]
    guard verifyExport else { return .object(members) }
    members.append(.init("equal", .bool(comparisons.allSatisfy { $0.differenceCount == 0 })))
    members.append(
      .init(
        "features",
        .array(
          comparisons.map {
            [
              "feature": .string($0.feature), "rows": JSONValue($0.rowCount),
              "differing_episodes": JSONValue($0.differenceCount), "first_difference": JSONValue($0.firstDifference),
            ]
          })))
    return .object(members)
  }

  private static func table(_ comparisons: [FeatureComparison]) -> String {
    var table = TextTable([("feature", .left), ("rows", .right), ("result", .left), ("first difference", .left)])
    for comparison in comparisons {
      table.append([
        comparison.feature, "\(comparison.rowCount)",
        comparison.differenceCount == 0 ? "equal" : "\(comparison.differenceCount) episodes differ",
        comparison.firstDifference ?? "",
      ])
    }
    return table.text
  }
}
